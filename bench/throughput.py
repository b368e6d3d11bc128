"""How many videos a second go through the whole workflow when the provider answers at once."""

from __future__ import annotations

import asyncio
import time

import httpx

from bench.ground import Row, whole_site
from tests.support.postgres import Postgres
from tests.support.site import Site, Visitor, wait_until

VIDEOS = 200


def run(cluster: Postgres) -> list[Row]:
    """Measure from the first request to the last file; all videos share one film, so none is encoded."""
    return [_on(kind, cluster) for kind in ("sqlite", "postgres")]


def _on(kind: str, cluster: Postgres) -> Row:
    with whole_site(kind, cluster=cluster, sandbox={"SANDBOX_RENDER_SECONDS": "0"}) as site:
        owner = site.someone()
        owner.wait_for(owner.start("gold"), "ready")
        began = time.perf_counter()
        asyncio.run(_start_all(site, owner))
        wait_until(lambda: _completed(owner), seconds=300)
        rate = VIDEOS / (time.perf_counter() - began)
    return Row(f"{VIDEOS} videos through one process, {kind}, beside its sandbox", f"{rate:.1f} a second", "")


def _completed(owner: Visitor) -> bool:
    videos = owner.http.get("/api/user/videos").json()["videos"]
    oldest = owner.http.get("/api/credits").json()["data"]["videosCount"] == VIDEOS + 1
    return oldest and all(video["stage"] == "ready" for video in videos) and not _running(owner)


def _running(owner: Visitor) -> int:
    cursor, running = "", 0
    while True:
        page = owner.http.get("/api/user/videos", params={"cursor": cursor}).json()
        running += sum(video["stage"] not in {"ready", "failed"} for video in page["videos"])
        cursor = page["nextCursor"]
        if not cursor or running:
            return running


async def _start_all(site: Site, owner: Visitor) -> None:
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(
        base_url=site.url, cookies=owner.http.cookies, trust_env=False, timeout=120, limits=limits
    ) as client:
        await asyncio.gather(
            *(client.post("/api/generate-video", json={"prompt": "gold"}) for _ in range(VIDEOS))
        )
