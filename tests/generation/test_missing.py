"""Files that are missing and wait for people: seen in the console, given up by an operator, looked for once more, and given back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from cuttingasmr import db
from cuttingasmr.console.screens import missing as screen
from cuttingasmr.console.screens.views import Act
from cuttingasmr.credits import audit
from cuttingasmr.errors import Conflict
from cuttingasmr.generation import archive, missing
from cuttingasmr.generation.lost import LOST_CODE
from cuttingasmr.models import MissingFile, Status, User
from cuttingasmr.storage.store import get_store
from tests.generation.test_archive import counted, finished, keep, left, look_at
from tests.support.api import broken
from tests.support.desk import do, lines_about, make_operator, offered, see
from tests.support.finished import change, completed, kept_film, row
from tests.support.site import Sandbox

MANY = archive.MOST_LOST + 1


@pytest.fixture
def operator(database: str) -> User:
    del database
    return make_operator()


def shown() -> list[str]:
    """The videos that the console lists."""
    return [line.id for line in see("videos", id=screen.ID).opened[0].listings[0].table.lines]


def wanted() -> str:
    """How many the overview says."""
    return next(figure.number for figure in see("overview").figures if figure.name == screen.NAME)


def button() -> Act:
    """The button of the page as it is now."""
    (act,) = see("videos", id=screen.ID).opened[0].acts
    return act


async def give_up(operator: User, reason: str = "The disk burned.", *, by: Act | None = None) -> str:
    """Press a button: that of the page as it is now, or that of an older one."""
    act = by or button()
    return (await do(operator, act.name, act.subject, reason, seen=act.seen)).said


async def settle() -> None:
    await missing.settle(now=db.utc_now())


async def test_many_lost_files_are_shown_given_up_by_an_operator_and_given_back_once(operator: User) -> None:
    videos = [finished() for _ in range(MANY)]
    for _ in range(30):
        await kept_film()
    assert (shown(), wanted(), offered(see("videos", id=screen.ID))) == ([], "0", set())
    for _ in range(2):
        await look_at()
    assert (sorted(shown()), wanted()) == (sorted(videos), f"{MANY}")
    await settle()
    assert {row(video_id).status for video_id in videos} == {Status.COMPLETED}, "nobody has said anything"
    act = button()

    said = await give_up(operator)

    assert said.startswith(f"{MANY} files are given up.")
    assert (wanted(), len(shown())) == ("0", MANY)
    assert [(line.actor, line.action, line.reason) for line in lines_about(videos[0])] == [
        (operator.id, missing.GIVEN_UP, "The disk burned.")
    ]
    with pytest.raises(Conflict):
        await do(operator, act.name, act.subject, seen=act.seen)
    back = videos[3]
    await keep(f"videos/{back}.mp4")  # just in time
    for _ in range(MANY // missing.AT_ONCE + 1):
        await settle()
    ended = [row(video_id) for video_id in videos if video_id != back]
    assert {(it.status, it.error_code, it.credits_returned) for it in ended} == {
        (Status.FAILED, LOST_CODE, 10)
    }
    assert (row(back).status, left(back), left(videos[0])) == (Status.COMPLETED, 8, 18)
    assert shown() == []
    assert counted() == (0, 0, MANY - 1)
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize("presses", [1, 3])
async def test_a_site_whose_only_video_is_lost_is_mended_by_a_persons_word(
    operator: User, presses: int
) -> None:
    video_id = finished()
    await look_at()
    shown_to_all = button()

    pressed = (give_up(operator, by=shown_to_all) for _ in range(presses))
    answers = await asyncio.gather(*pressed, return_exceptions=True)
    await archive.Walk().go_on()

    assert [one for one in answers if not isinstance(one, Conflict)] == [
        "1 file is given up. An engine looks once more for each of them within minutes, and acts then."
    ]
    assert (row(video_id).status, left(video_id)) == (Status.FAILED, 18)
    assert len(lines_about(video_id)) == 1


async def test_what_was_not_on_the_page_is_not_given_up_with_it(operator: User) -> None:
    early, late = finished(), finished()
    await look_at()
    act = button()
    db.run(lambda session: session.get_one(MissingFile, late).sqlmodel_update({"found_at": later()}))

    await do(operator, act.name, act.subject, seen=act.seen)
    await settle()

    assert [row(video_id).status for video_id in (early, late)] == [Status.FAILED, Status.COMPLETED]
    with pytest.raises(Conflict):
        await do(operator, act.name, act.subject)  # without a word of what was seen


def later() -> datetime:
    return db.utc_now() + timedelta(days=3)


async def test_files_that_are_there_again_leave_the_list_given_up_or_not(operator: User) -> None:
    videos = [finished() for _ in range(4)]
    await look_at()
    await give_up(operator)
    change(videos[0], deleted_at=db.utc_now())
    await keep(*(f"videos/{video_id}.mp4" for video_id in videos[1:]))  # mounted again

    await look_at()
    await settle()

    assert shown() == []
    assert {row(video_id).status for video_id in videos} == {Status.COMPLETED}
    assert db.look(lambda session: session.get(MissingFile, videos[0])) is None


@pytest.mark.usefixtures("line")
async def test_what_the_provider_still_keeps_is_fetched_again_and_waits_while_that_is_away(
    strangers: Sandbox, operator: User
) -> None:
    video_id = await completed()
    await get_store().delete(f"videos/{video_id}.mp4")
    await look_at(later=timedelta(hours=1))
    await give_up(operator)

    with broken(strangers, "500"):
        await settle()
    assert (row(video_id).status, shown()) == (Status.COMPLETED, [video_id])
    await settle()

    assert (row(video_id).status, shown()) == (Status.COMPLETED, [])
    assert await get_store().find(f"videos/{video_id}.mp4") is not None
    assert left(video_id) == 8
