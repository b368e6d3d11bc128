"""How many videos a second go through the whole workflow when the provider answers at once, and what limits it.

As in production on PostgreSQL: a web process that takes the requests and the callbacks, and workers that make the videos.
The provider's own limits are out of the way: eight keys that may be used as often as we like.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping

from sqlalchemy import text
from sqlmodel import Session

from bench.ground import Row, processor_seconds, start_all, whole_site
from tests.support.postgres import Postgres
from tests.support.process import Process
from tests.support.site import Site, Visitor, wait_until

VIDEOS = 300
ROUNDS = 3
WANTED = 20.0
KEYS = ",".join(f"key-{number}" for number in range(8))
AT_ONCE = {
    "VEO3_API_KEYS": KEYS,
    "VEO3_CREATES_PER_WINDOW": "100000",
    "USER_VIDEO_LIMIT": "100000",
}


def run(cluster: Postgres) -> list[Row]:
    """Measure from the first request to the last file; all videos share one film, so none is encoded."""
    return [*_on("sqlite", cluster, workers=0), *_on("postgres", cluster, workers=2)]


def _on(kind: str, cluster: Postgres, *, workers: int) -> list[Row]:
    environment = {**AT_ONCE, "WORKER": "off" if workers else "embedded"}
    sandbox = {"SANDBOX_RENDER_SECONDS": "0"}
    with (
        whole_site(kind, cluster=cluster, sandbox=sandbox, **environment) as site,
        _at_work(site, workers) as processes,
    ):
        owner = site.someone()
        owner.wait_for(owner.start("gold"), "ready")
        rounds = [_round(site, owner, processes, number) for number in range(ROUNDS)]
    rate, starts, shares = max(rounds)
    holds = rate >= WANTED if kind == "postgres" else None
    where = f"{VIDEOS} videos, {kind}, {workers or 'one'} {'workers' if workers else 'process for all'}"
    return [
        Row(f"{where}: the whole workflow", f"{rate:.1f} a second", f"≥ {WANTED:.0f} a second", holds),
        Row(f"{where}: requests taken meanwhile", f"{starts:.1f} a second", ""),
        Row(f"{where}: cores in use", shares, ""),
    ]


@contextlib.contextmanager
def _at_work(site: Site, workers: int) -> Iterator[dict[str, Process]]:
    """Run so many workers beside the site, and give all processes by name."""
    made = {f"worker {number + 1}": site.worker(f"worker-{number}") for number in range(workers)}
    for worker in made.values():
        worker.start()
    for worker in made.values():
        worker.wait_for(lambda worker=worker: "engine.running" in worker.output)
    try:
        yield {"web": site.process, "sandbox": site.sandbox.process, **made}
    finally:
        for worker in made.values():
            worker.stop()


def _round(
    site: Site, owner: Visitor, processes: Mapping[str, Process], number: int
) -> tuple[float, float, str]:
    """Give the videos a second, the requests a second, and the share of a core that each process took."""
    wanted = 1 + VIDEOS * (number + 1)
    before = {name: processor_seconds(process.pid) for name, process in processes.items()}
    began = time.perf_counter()
    asyncio.run(start_all(site, owner, ["gold"] * VIDEOS))
    started = time.perf_counter() - began
    wait_until(lambda: site.look(_completed) >= wanted, seconds=300, what=lambda: site.look(_completed))
    took = time.perf_counter() - began
    shares = {
        name: (processor_seconds(process.pid) - before[name]) / took for name, process in processes.items()
    }
    told = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
    return VIDEOS / took, VIDEOS / started, told


def _completed(session: Session) -> int:
    return (
        session.connection()
        .execute(text("SELECT count(*) FROM videos WHERE status = 'completed'"))
        .scalar_one()
    )
