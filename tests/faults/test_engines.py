"""Many videos, engines that die, a provider that goes away: all come, or are given back, and nothing is paid twice."""

from __future__ import annotations

import concurrent.futures
import time
from collections import Counter
from collections.abc import Callable

from sqlmodel import Session, func, select

from cuttingasmr.models import AuditEntry, Status, Video
from tests.support.databases import Databases
from tests.support.site import Site, Visitor, wait_until

RICH = {"WELCOME_CREDITS": "100000", "USER_VIDEO_LIMIT": "1000", "VEO3_CREATES_PER_WINDOW": "100000"}
PROMPT = "gold leaf"


def statuses(session: Session) -> Counter[str]:
    return Counter(dict(session.exec(select(Video.status, func.count()).group_by(Video.status)).all()))


def ended(site: Site) -> int:
    found = site.look(statuses)
    return found[Status.COMPLETED] + found[Status.FAILED]


def start_many(owner: Visitor, count: int, fate: str) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: owner.start(f"{PROMPT} {fate}"), range(count)))


def starts(session: Session) -> int:
    lines = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "video.started")
    return session.exec(lines).one()


def test_of_two_workers_one_is_killed_again_and_again_and_every_video_comes_once(
    databases: Databases, make_site: Callable[..., Site]
) -> None:
    videos, kills = 60, 4
    site = make_site(databases.make("postgres"), WORKER="off", SUBMIT_DOUBT_SECONDS="3", **RICH)
    workers = [site.worker(name).start() for name in ("first", "second")]
    try:
        owner = site.someone()
        start_many(owner, videos, "sandbox:slow=4")
        for number in range(kills):
            time.sleep(3)
            workers[number % 2].kill9()
            workers[number % 2].start()
        killed_at = time.monotonic()
        wait_until(lambda: ended(site) == videos, seconds=100, what=lambda: site.look(statuses))
        took = time.monotonic() - killed_at
    finally:
        for worker in workers:
            worker.stop()

    assert site.look(statuses) == {Status.COMPLETED: videos}
    assert took <= 60
    assert site.look(starts) == videos
    assert owner.balance() == 100000 - 10 * videos
    assert site.findings() == []
    # A task twice is right only where a kill came between the request and its answer: then it was in doubt.
    doubted = site.look(lambda session: session.exec(select(func.sum(Video.doubts))).one())
    assert videos <= len(site.sandbox.tasks(PROMPT)) <= videos + doubted


def test_a_provider_that_goes_away_in_the_middle_costs_nobody_anything(
    databases: Databases, make_site: Callable[..., Site]
) -> None:
    videos, site = 40, make_site(databases.make("postgres"), SUBMIT_DOUBT_SECONDS="4", **RICH)
    owner = site.someone()
    start_many(owner, videos, "sandbox:slow=2")
    site.sandbox.break_("down", seconds=8)
    started_again = [owner.generate(f"{PROMPT} sandbox:slow=1").status_code for _ in range(2)]
    answers = [owner.http.get("/api/credits").status_code for _ in range(20)]

    wait_until(lambda: ended(site) == videos + 2, seconds=100, what=lambda: site.look(statuses))

    assert (started_again, set(answers)) == ([202, 202], {200})
    completed = site.look(statuses)[Status.COMPLETED]
    assert owner.balance() == 100000 - 10 * completed
    assert completed > 0
    assert site.findings() == []
