"""How long a wrong token of Clerk's takes to be refused, over HTTP, and how often the keys are looked at for it."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from bench.ground import Row
from tests.support.clerk_api import ClerkApi, serving_clerk
from tests.support.databases import Databases
from tests.support.postgres import Postgres
from tests.support.site import Sandbox

TIMES = 300
WANTED_MS = 5.0
KINDS = (
    "expired", "not-yet", "other-signer", "alg-none", "hs256", "other-issuer", "no-azp", "foreign-azp", "pending",
    "unknown-kid", "impersonation", "truncated",
)  # fmt: skip


def run(cluster: Postgres) -> list[Row]:
    """Refuse each kind many times; the slowest kind counts."""
    folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-bench-"))
    sandbox = Sandbox(folder).start()
    try:
        with serving_clerk(Databases(folder, cluster, name="tokens").make("sqlite"), sandbox, folder) as site:
            return _measure(site)
    finally:
        sandbox.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(site: ClerkApi) -> list[Row]:
    ada = site.someone()
    looks, began = site.api.sandbox.counts("clerk")["jwks"], time.monotonic()
    took = {kind: _refuse(site, site.door.token(ada.clerk_id, ada.session_id, kind=kind)) for kind in KINDS}
    minutes = 1 + (time.monotonic() - began) / 60
    looks = site.api.sandbox.counts("clerk")["jwks"] - looks
    slowest = max(took, key=lambda kind: took[kind])
    figure = f"{took[slowest]:.1f} ms (`{slowest}`), over HTTP"
    refused = f"{looks} for {TIMES * len(KINDS):,} tokens"
    return [
        Row(
            "a wrong token of Clerk's is refused, slowest kind",
            figure,
            f"≤ {WANTED_MS:.0f} ms",
            holds=took[slowest] <= WANTED_MS,
        ),
        Row("looks at Clerk's keys meanwhile", refused, "≤ 1 a minute", holds=looks <= minutes),
    ]


def _refuse(site: ClerkApi, token: str) -> float:
    """Give the median in milliseconds."""
    browser, times = site.api.browser(), []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = browser.get("/api/credits", headers={"Authorization": f"Bearer {token}"})
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != HTTPStatus.UNAUTHORIZED:
            raise SystemExit(f"a wrong token was answered with {answer.status_code}")
    return statistics.median(times)
