"""What it costs when many videos wait at the provider at once: memory, processor, queries, and the others' latency."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from pathlib import Path

import httpx

from bench.ground import Row, whole_site
from tests.support.postgres import Postgres
from tests.support.site import Site, Visitor, wait_until

VIDEOS = 300
WATCH_SECONDS = 20
MORE_MEMORY_MB = 150
SLOWER = 1.5


def run(cluster: Postgres) -> list[Row]:
    """Measure one worker with `VIDEOS` waiting, on both databases."""
    return [row for kind in ("sqlite", "postgres") for row in _on(kind, cluster)]


def _on(kind: str, cluster: Postgres) -> list[Row]:
    with whole_site(kind, cluster=cluster, POLL_FIRST_SECONDS="20") as site:
        owner = site.someone()
        wait_until(lambda: owner.http.get("/api/health").json()["checks"]["worker"]["status"] == "ok")
        latency_idle, memory_idle = _latency(owner), _memory(site)
        asyncio.run(_start_all(site, owner))
        wait_until(lambda: site.sandbox.counts().get("create", 0) >= VIDEOS, seconds=120)
        time.sleep(5)
        load = _load(site)
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
        Row(f"{where}: processor", f"{load:.1%} of a core", ""),
        Row(
            f"{where}: an answer beside an idle site's",
            f"{ratio:.2f} times",
            f"≤ {SLOWER} times",
            ratio <= SLOWER,
        ),
    ]


async def _start_all(site: Site, owner: Visitor) -> None:
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(
        base_url=site.url, cookies=owner.http.cookies, trust_env=False, timeout=60, limits=limits
    ) as client:
        answers = await asyncio.gather(
            *(
                client.post("/api/generate-video", json={"prompt": f"ice, number {number} sandbox:never"})
                for number in range(VIDEOS)
            )
        )
    for answer in answers:
        answer.raise_for_status()


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


def _load(site: Site) -> float:
    """Give the share of one core that the process takes over `WATCH_SECONDS`."""
    before = _ticks(site)
    time.sleep(WATCH_SECONDS)
    return (_ticks(site) - before) / os.sysconf("SC_CLK_TCK") / WATCH_SECONDS


def _ticks(site: Site) -> int:
    fields = Path(f"/proc/{site.process.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
