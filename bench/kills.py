"""Two workers on PostgreSQL, one of them killed with -9 every ten seconds while 200 videos are made.

Not a speed, but as long as one: the same with fewer videos and quicker kills is a test (tests/faults/test_engines.py).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from sqlmodel import Session, col, select

from bench.ground import Row, start_all, whole_site
from cuttingasmr.models import ENDED, Status, Video
from tests.support.postgres import Postgres
from tests.support.process import Process
from tests.support.site import Site, wait_until

VIDEOS = 200
EVERY_SECONDS = 10.0
LONGEST_SECONDS = 600.0
RECOVERY_SECONDS = 60.0
BUYS = 10

Held = dict[str, str]
"""The videos that are in an engine's hands, and in whose."""


def run(cluster: Postgres) -> list[Row]:
    """Make them, killing, until all have ended; the provider takes 20 in ten seconds, as kie.ai does."""
    given: dict[str, Any] = {"USER_VIDEO_LIMIT": "100000", "WORKER": "off"}
    with whole_site("postgres", cluster=cluster, sandbox={"SANDBOX_RENDER_SECONDS": "40"}, **given) as site:
        owner = site.someone()
        before = owner.balance()
        workers = [site.worker(name).start() for name in ("first", "second")]
        try:
            asyncio.run(start_all(site, owner, ["gold"] * VIDEOS))
            kills, recoveries = _kill_until_all_have_ended(site, workers)
        finally:
            for worker in workers:
                worker.stop()
        return _rows(site, before - owner.balance(), kills, recoveries)


def _rows(site: Site, paid: int, kills: int, recoveries: list[float]) -> list[Row]:
    videos = site.look(lambda session: list(session.exec(select(Video))))
    completed = sum(video.status == Status.COMPLETED for video in videos)
    tasks = Counter(task["callBackUrl"].rsplit("/", 1)[-1] for task in site.sandbox.tasks())
    twice = len([count for count in tasks.values() if count > 1])
    doubted = len([video for video in videos if video.doubts])
    slowest, findings = max(recoveries, default=0.0), len(site.findings())
    what = f"{VIDEOS} videos, one of two workers killed every {EVERY_SECONDS:g} s ({kills} times)"
    is_paid_once = paid == completed * BUYS and not findings
    return [
        Row(
            f"{what}: completed",
            f"{completed} of {len(videos)}",
            "all end",
            completed == len(videos) == VIDEOS,
        ),
        Row(f"{what}: credits charged", f"{paid}; {findings} findings", "once each", is_paid_once),
        Row(
            f"{what}: made twice",
            f"{twice}, in doubt {doubted}",
            "only what was in doubt",
            twice <= doubted,
        ),
        Row(
            f"{what}: until a dead worker's videos are in other hands",
            f"slowest {slowest:.1f} s",
            "≤ 60 s",
            slowest <= RECOVERY_SECONDS,
        ),
    ]


def _kill_until_all_have_ended(site: Site, workers: list[Process]) -> tuple[int, list[float]]:
    kills, recoveries = 0, list[float]()
    until = time.monotonic() + LONGEST_SECONDS
    while site.look(_under_way) and time.monotonic() < until:
        time.sleep(EVERY_SECONDS)
        worker = workers[kills % 2]
        worker.kill9()
        recoveries.append(_until_in_other_hands(site))
        worker.start()
        kills += 1
    return kills, recoveries


def _until_in_other_hands(site: Site) -> float:
    """Wait until nothing is held any more by whoever holds it now, and give the seconds that took."""
    held, began = site.look(_held), time.monotonic()
    wait_until(lambda: not (held.items() & site.look(_held).items()), seconds=RECOVERY_SECONDS * 2)
    return time.monotonic() - began


def _held(session: Session) -> Held:
    running = select(Video.id, Video.taken_by).where(
        col(Video.status).not_in(ENDED), col(Video.taken_by) != ""
    )
    return dict(session.exec(running).all())


def _under_way(session: Session) -> bool:
    return session.exec(select(Video.id).where(col(Video.status).not_in(ENDED)).limit(1)).first() is not None
