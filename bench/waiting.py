"""What it costs when many videos wait at the provider at once: memory, processor, queries, and the others' latency.

Queries are counted by PostgreSQL itself, all of the process's, as transactions: nearly all of them are one
statement. SQLite counts none; there the same code asks the same questions.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from sqlalchemy import text

from bench.ground import Row, processor_seconds, start_all, whole_site
from tests.support.postgres import Postgres
from tests.support.site import Site, Visitor, wait_until

VIDEOS = 1000
WATCH_SECONDS = 30
MORE_MEMORY_MB = 300
PROCESSOR = 0.15
QUERIES = 5.0
SLOWER = 1.5


def run(cluster: Postgres) -> list[Row]:
    """Measure one worker with `VIDEOS` waiting, on both databases."""
    return [row for kind in ("sqlite", "postgres") for row in _on(kind, cluster)]


def _on(kind: str, cluster: Postgres) -> list[Row]:
    given = {"VEO3_CREATES_PER_WINDOW": "100000", "USER_VIDEO_LIMIT": "100000", "WAIT_LIMIT_SECONDS": "3600"}
    given["POLL_FIRST_SECONDS"] = "20"  # as in production; the tests' site asks many times as often
    with whole_site(kind, cluster=cluster, sandbox={"SANDBOX_RENDER_SECONDS": "3000"}, **given) as site:
        owner = site.someone()
        wait_until(lambda: owner.http.get("/api/health").json()["checks"]["worker"]["status"] == "ok")
        latency_idle, memory_idle = _latency(owner), _memory(site)
        asyncio.run(
            start_all(site, owner, (f"ice, number {number} sandbox:never" for number in range(VIDEOS)))
        )
        wait_until(lambda: site.sandbox.counts().get("create", 0) >= VIDEOS, seconds=300)
        time.sleep(30)
        queries, load = _watch(site)
        latency, memory = _latency(owner), _memory(site)
    more, ratio = memory - memory_idle, latency / latency_idle
    where = f"{VIDEOS} videos waiting, {kind}"
    return [
        Row(
            f"{where}: memory more than idle",
            f"{more:.0f} MB",
            f"≤ {MORE_MEMORY_MB} MB",
            more <= MORE_MEMORY_MB,
        ),
        Row(f"{where}: processor", f"{load:.1%} of a core", f"≤ {PROCESSOR:.0%}", load <= PROCESSOR),
        *(
            [Row(f"{where}: transactions", f"{queries:.1f} a second", f"≤ {QUERIES:.0f}", queries <= QUERIES)]
            if queries is not None
            else []
        ),
        Row(
            f"{where}: an answer beside an idle site's",
            f"{ratio:.2f} times",
            f"≤ {SLOWER} times",
            ratio <= SLOWER,
        ),
    ]


def _latency(visitor: Visitor) -> float:
    """Give the median seconds that a small answer takes."""
    taken: list[float] = []
    for _ in range(60):
        began = time.perf_counter()
        visitor.http.get("/api/credits-check").raise_for_status()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _memory(site: Site) -> float:
    """Give the process's resident memory, in MB."""
    status = Path(f"/proc/{site.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _watch(site: Site) -> tuple[float | None, float]:
    """Give the transactions a second, where the database counts them, and the share of one core that the process takes."""
    began, counted = processor_seconds(site.process.pid), _transactions(site)
    time.sleep(WATCH_SECONDS)
    load = (processor_seconds(site.process.pid) - began) / WATCH_SECONDS
    if counted is None:
        return None, load
    return ((_transactions(site) or 0) - counted) / WATCH_SECONDS, load


def _transactions(site: Site) -> int | None:
    """Read PostgreSQL's own count; each look of ours adds one or two to it."""
    if site.database_url.startswith("sqlite"):
        return None
    time.sleep(1)  # what a session did is counted a moment later
    asked = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    return site.look(lambda session: session.connection().execute(text(asked)).scalar_one())
