"""The storage and the books: what no row wants goes, and what a row misses is fetched again or given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.generation import archive, hd, preview
from cuttingasmr.generation.lost import LOST_CODE
from cuttingasmr.models import ChoreRun, HdState, Picture, Status
from cuttingasmr.models.columns import new_id
from cuttingasmr.storage.store import get_store
from tests.support.api import broken
from tests.support.films import small_film
from tests.support.finished import change, completed, kept_film, paid, row
from tests.support.people import make_user
from tests.support.site import Sandbox

LATER = timedelta(days=2)


def finished(**facts: Any) -> str:
    """A finished video whose file nobody has stored."""
    long_ago = db.utc_now() - timedelta(days=30)
    video_id = paid(status=Status.COMPLETED, completed_at=long_ago)
    change(
        video_id, **{"file_key": f"videos/{video_id}.mp4", "poster_key": f"posters/{video_id}.webp", **facts}
    )
    return video_id


async def keep(*keys: str) -> None:
    for key in keys:
        await get_store().put(key, b"file")


async def kept(*keys: str) -> list[bool]:
    return [await get_store().find(key) is not None for key in keys]


async def look_at(folder: str = "videos", *, later: timedelta = LATER) -> None:
    """Look at a whole folder, as if some days had passed."""
    page = await get_store().names(folder, after="", size=1000)
    await archive.compare(folder, page, after="", is_last=True, now=db.utc_now() + later)


def counted() -> tuple[int, int, int]:
    run = db.look(lambda session: session.get(ChoreRun, archive.NAME))
    return (run.removed, run.mended, run.returned) if run else (0, 0, 0)


def left(video_id: str) -> int:
    return db.look(ledger.balance, user_id=row(video_id).user_id).remaining


@pytest.mark.usefixtures("database")
async def test_files_without_a_row_go_after_a_day_and_what_is_not_ours_stays() -> None:
    here, gone, purged, failed = (
        finished(),
        new_id(),
        finished(purged_at=db.utc_now()),
        paid(status=Status.FAILED),
    )
    theirs = ("videos/readme.txt", "videos/holiday.mp4", f"holidays/{gone}.jpg")
    unwanted = [f"videos/{video_id}.mp4" for video_id in (gone, purged, failed)]
    change(purged, deleted_at=db.utc_now())
    await keep(f"videos/{here}.mp4", *unwanted, *theirs)

    await look_at(later=timedelta(hours=23))
    assert await kept(*unwanted) == [True] * 3, "young files may be on their way"
    await look_at()

    assert await kept(*unwanted) == [False] * 3
    assert await kept(f"videos/{here}.mp4", *theirs) == [True] * 4
    assert counted() == (3, 0, 0)


@pytest.mark.usefixtures("database")
async def test_what_a_video_on_its_way_or_in_the_bin_has_stays() -> None:
    saving, deleted = paid(status=Status.SAVING), finished(deleted_at=db.utc_now())
    asked = finished(hd_state=HdState.ASKED)
    keys = (
        f"videos/{saving}.mp4",
        f"videos/{deleted}.mp4",
        f"videos/{asked}.mp4",
        f"videos/{asked}-1080p.mp4",
    )
    await keep(*keys)

    await look_at()

    assert await kept(*keys) == [True] * 4


@pytest.mark.usefixtures("database")
async def test_posters_and_larger_versions_that_nobody_wants_go_too() -> None:
    here, gone = finished(), new_id()
    await keep(
        f"posters/{gone}.webp", f"posters/{here}.webp", f"videos/{here}-1080p.mp4", f"videos/{here}.mp4"
    )
    await kept_film()

    await look_at("posters")
    await look_at("videos")

    assert await kept(f"posters/{gone}.webp", f"posters/{here}.webp") == [False, True]
    assert await kept(f"videos/{here}-1080p.mp4", f"videos/{here}.mp4") == [False, True]


def brought(**facts: Any) -> str:
    """A picture that somebody has brought long ago, and whose file nobody has stored."""

    def write(session: db.Session) -> str:
        long_ago = db.utc_now() - timedelta(days=30)
        made = Picture(
            user_id=user_id, file_key="", width=1, height=1, size_bytes=1, created_at=long_ago, **facts
        )
        made.file_key = f"pictures/{made.id}.jpg"
        session.add(made)
        return made.id

    user_id = make_user()
    return db.run(write)


def is_there(picture_id: str) -> bool:
    return db.look(lambda session: session.get_one(Picture, picture_id)).gone_at is None


@pytest.mark.usefixtures("database")
async def test_pictures_without_a_row_go_and_rows_without_a_picture_say_so() -> None:
    here, lost, gone, never = brought(), brought(), brought(gone_at=db.utc_now()), new_id()
    await kept_film()
    await keep(*(f"pictures/{picture_id}.jpg" for picture_id in (here, gone, never)))

    await look_at("pictures", later=timedelta(hours=1))
    young = await kept(f"pictures/{gone}.jpg", f"pictures/{never}.jpg")
    await look_at("pictures")

    assert young == [True, True], "young files may be on their way"
    assert await kept(*(f"pictures/{picture_id}.jpg" for picture_id in (here, gone, never))) == [
        True,
        False,
        False,
    ]
    assert [is_there(picture_id) for picture_id in (here, lost)] == [True, False]
    assert counted() == (3, 0, 0)


@pytest.mark.usefixtures("database")
async def test_a_storage_that_has_lost_very_many_pictures_is_for_people_too() -> None:
    pictures = [brought() for _ in range(archive.MOST_LOST + 1)]
    await kept_film()

    await look_at("pictures")

    assert all(is_there(picture_id) for picture_id in pictures)
    run = db.look(lambda session: session.get_one(ChoreRun, archive.NAME))
    assert "right storage" in run.last_error


@pytest.mark.usefixtures("strangers", "line")
async def test_a_lost_file_is_fetched_again_while_the_provider_has_it() -> None:
    video_id, _ = await completed(), await kept_film()
    await get_store().delete(f"videos/{video_id}.mp4")

    await look_at(later=timedelta(hours=1))

    found = row(video_id)
    assert await kept(f"videos/{video_id}.mp4") == [True]
    assert (found.status, left(video_id)) == (Status.COMPLETED, 8)
    assert counted() == (0, 1, 0)


async def test_while_the_provider_is_away_nothing_is_given_up(strangers: Sandbox, line: None) -> None:
    video_id, _ = await completed(), await kept_film()
    await get_store().delete(f"videos/{video_id}.mp4")

    with broken(strangers, "500"):
        await look_at(later=timedelta(hours=1))

    assert (row(video_id).status, left(video_id)) == (Status.COMPLETED, 8)
    del line


@pytest.mark.usefixtures("database")
async def test_a_file_that_is_lost_for_good_is_given_back_once_and_the_owner_is_told() -> None:
    video_id, whole = finished(is_shared=True), finished()
    await keep(f"videos/{whole}.mp4")

    for _ in range(2):
        await look_at()

    found = row(video_id)
    assert (found.status, found.error_code, found.credits_returned) == (Status.FAILED, "FileLost", 10)
    assert "credits are back" in found.error_message
    assert (left(video_id), left(whole), row(whole).status) == (18, 8, Status.COMPLETED)
    assert db.look(audit.find_all) == []
    assert counted() == (0, 0, 1)


@pytest.mark.usefixtures("database")
async def test_a_storage_that_has_lost_very_much_is_for_people() -> None:
    videos = [finished() for _ in range(archive.MOST_LOST + 1)]
    for _ in range(30):
        await kept_film()

    with capture_logs() as said:
        await look_at()

    assert {row(video_id).status for video_id in videos} == {Status.COMPLETED}
    assert "archive.not-ours" in {line["event"] for line in said}
    run = db.look(lambda session: session.get_one(ChoreRun, archive.NAME))
    assert "right storage" in run.last_error


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("videos", [1, 15, 100])
async def test_a_storage_that_is_not_mounted_costs_no_video_wherever_the_walk_begins(videos: int) -> None:
    made = [finished() for _ in range(videos)]

    for _ in range(6):
        walk = archive.Walk(clock=lambda: db.utc_now() + LATER)
        for _ in range(len(archive.FOLDERS) + 1):
            await walk.go_on()

    assert {row(video_id).status for video_id in made} == {Status.COMPLETED}
    run = db.look(lambda session: session.get_one(ChoreRun, archive.NAME))
    assert "right storage" in run.last_error


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("own", [0, 3])
async def test_another_sites_storage_keeps_its_files(own: int) -> None:
    for _ in range(own):
        await kept_film()
    theirs = [f"videos/{new_id()}.mp4" for _ in range(15)]
    await keep(*theirs)

    for _ in range(6):
        walk = archive.Walk(clock=lambda: db.utc_now() + LATER)
        for _ in range(len(archive.FOLDERS) + 1):
            await walk.go_on()

    assert all(await kept(*theirs))


@pytest.mark.usefixtures("database")
async def test_the_file_of_a_video_that_ended_as_lost_stays_if_it_comes_back() -> None:
    video_id, _ = finished(), await kept_film()
    await look_at()
    assert row(video_id).error_code == LOST_CODE

    await keep(f"videos/{video_id}.mp4")
    await look_at()

    assert await kept(f"videos/{video_id}.mp4") == [True]


@pytest.mark.usefixtures("database")
async def test_a_1080p_version_that_is_lost_can_be_asked_for_again() -> None:
    lost, whole = finished(), finished()
    for video_id in (lost, whole):
        change(video_id, hd_state=HdState.READY, hd_key=f"videos/{video_id}-1080p.mp4")
    await keep(f"videos/{lost}.mp4", f"videos/{whole}.mp4", f"videos/{whole}-1080p.mp4")

    for _ in range(2):
        await look_at()

    assert (row(lost).status, row(lost).hd_state, row(lost).hd_key) == (Status.COMPLETED, HdState.NONE, None)
    assert (row(whole).hd_state, row(whole).hd_key) == (HdState.READY, f"videos/{whole}-1080p.mp4")
    assert counted() == (0, 1, 0)
    asked = await hd.ask(user_id=row(lost).user_id, video_id=lost)
    assert asked.hd_state == HdState.ASKED


@pytest.mark.usefixtures("database")
async def test_a_poster_and_a_clip_that_are_lost_are_made_again() -> None:
    video_id, broken_one = finished(), finished()
    for _ in range(2):
        await kept_film()
    for each in (video_id, broken_one):
        change(each, preview_key=f"previews/{each}.mp4")
    await get_store().put(f"videos/{video_id}.mp4", small_film())
    await keep(f"videos/{broken_one}.mp4", f"previews/{broken_one}.mp4")

    await look_at("posters")
    await look_at("previews")

    assert await kept(f"posters/{video_id}.webp", f"posters/{broken_one}.webp") == [True, False]
    assert (row(video_id).preview_key, row(broken_one).preview_key) == (None, f"previews/{broken_one}.mp4")
    assert {row(each).status for each in (video_id, broken_one)} == {Status.COMPLETED}
    assert counted() == (0, 2, 0)
    await preview.cut_waiting()
    assert await kept(f"previews/{video_id}.mp4") == [True]


@pytest.mark.usefixtures("database")
async def test_the_walk_comes_round_to_every_file() -> None:
    """With pages of five, wherever it begins."""
    videos = [finished() for _ in range(12)]
    lost, orphans = videos[:3], [new_id() for _ in range(9)]
    await keep(*(f"videos/{video_id}.mp4" for video_id in (*videos[3:], *orphans)))
    await keep(*(f"posters/{video_id}.webp" for video_id in (*videos, *orphans)))
    await keep(*(f"pictures/{picture_id}.jpg" for picture_id in orphans))
    walk = archive.Walk(size=5, clock=lambda: db.utc_now() + LATER)

    for _ in range(25):
        await walk.go_on()

    assert {row(video_id).status for video_id in lost} == {Status.FAILED}
    assert {row(video_id).status for video_id in videos[3:]} == {Status.COMPLETED}
    assert not any(await kept(*(f"videos/{video_id}.mp4" for video_id in orphans)))
    assert not any(await kept(*(f"posters/{video_id}.webp" for video_id in orphans)))
    assert not any(await kept(*(f"pictures/{picture_id}.jpg" for picture_id in orphans)))
    assert all(await kept(*(f"videos/{video_id}.mp4" for video_id in videos[3:])))
    assert db.look(audit.find_all) == []
