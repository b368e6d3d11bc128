"""What goes for good: after its time, whole, and nothing else with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.generation import pictures, purge
from cuttingasmr.models import ChoreRun, HdState, Picture, Status, Video
from cuttingasmr.storage.store import get_store
from tests.support.finished import change, paid, row
from tests.support.people import make_user

pytestmark = pytest.mark.usefixtures("database")

OLD, YOUNG = timedelta(days=7, seconds=1), timedelta(days=6)
FILES = ("videos/{}.mp4", "posters/{}.webp", "previews/{}.mp4", "videos/{}-1080p.mp4")


async def with_files(**facts: Any) -> str:
    """A finished video with every file that a video can have."""
    video_id = paid("words that nobody shall read", status=Status.COMPLETED, **facts)
    keys = [key.format(video_id) for key in FILES]
    for key in keys:
        await get_store().put(key, b"file")
    names = ("file_key", "poster_key", "preview_key", "hd_key")
    change(
        video_id,
        title="a title",
        search_text="words",
        hd_state=HdState.READY,
        **dict(zip(names, keys, strict=True)),
    )
    return video_id


async def kept(video_id: str) -> int:
    found = [await get_store().find(key.format(video_id)) for key in FILES]
    return len([each for each in found if each is not None])


def picture(user_id: str, **facts: Any) -> str:
    def write(session: Session) -> str:
        made = Picture(user_id=user_id, file_key="", width=1, height=1, size_bytes=1, **facts)
        made.file_key = f"pictures/{made.id}.jpg"
        session.add(made)
        return made.id

    return db.run(write)


async def shown(user_id: str, **facts: Any) -> str:
    picture_id = picture(user_id, **facts)
    await get_store().put(f"pictures/{picture_id}.jpg", b"picture")
    return picture_id


async def is_there(picture_id: str) -> bool:
    file = await get_store().find(f"pictures/{picture_id}.jpg")
    found = db.look(lambda session: session.get_one(Picture, picture_id))
    assert (file is None) == (found.gone_at is not None)
    return file is not None


async def test_a_video_deleted_long_ago_loses_its_files_and_its_words_and_keeps_its_place_in_the_books() -> (
    None
):
    video_id = await with_files(deleted_at=db.utc_now() - OLD)
    before = db.look(ledger.balance, user_id=row(video_id).user_id)

    assert await purge.purge_all() == 4
    assert await purge.purge_all() == 0

    found = row(video_id)
    assert await kept(video_id) == 0
    assert (found.prompt, found.title, found.search_text) == ("", "", "")
    assert found.purged_at is not None
    assert found.status == Status.COMPLETED
    assert db.look(ledger.balance, user_id=found.user_id) == before
    assert db.look(audit.find_all) == []
    run = db.look(lambda session: session.get_one(ChoreRun, purge.NAME))
    assert run.removed == 4


@pytest.mark.parametrize(
    "age", [pytest.param(YOUNG, id="deleted lately"), pytest.param(None, id="not deleted")]
)
async def test_what_can_still_be_taken_back_stays(age: timedelta | None) -> None:
    video_id = await with_files(deleted_at=age and db.utc_now() - age)

    assert await purge.purge_all() == 0

    assert (await kept(video_id), row(video_id).title, row(video_id).purged_at) == (4, "a title", None)


async def test_a_deleted_video_that_failed_has_words_that_go_and_no_files() -> None:
    video_id = paid("words", status=Status.FAILED, deleted_at=db.utc_now() - OLD)

    assert await purge.purge_all() == 0

    assert (row(video_id).prompt, row(video_id).purged_at is None) == ("", False)


async def test_a_picture_that_nobody_used_goes_after_a_day() -> None:
    user_id, day = make_user(), timedelta(days=1, seconds=1)
    unused = await shown(user_id, created_at=db.utc_now() - day)
    young = await shown(user_id)
    used = await shown(user_id, created_at=db.utc_now() - day, used_at=db.utc_now() - day)
    change(paid(status=Status.FAILED), user_id=user_id, picture_ids=[f"{used}@0,100"])

    assert await purge.purge_all() == 1

    assert [await is_there(each) for each in (unused, young, used)] == [False, True, True]


async def test_a_picture_goes_with_the_last_video_that_was_made_from_it() -> None:
    first = await with_files(deleted_at=db.utc_now() - OLD)
    user_id, long_ago = row(first).user_id, db.utc_now() - OLD
    alone = await shown(user_id, created_at=long_ago, used_at=long_ago)
    shared = await shown(user_id, created_at=long_ago, used_at=long_ago)
    fresh = await shown(user_id, created_at=long_ago, used_at=db.utc_now())
    second = await with_files()
    change(first, picture_ids=[alone, shared, fresh])
    change(second, user_id=user_id, picture_ids=[shared])

    await purge.purge_all()
    assert [await is_there(each) for each in (alone, shared, fresh)] == [False, True, True]

    change(second, deleted_at=long_ago)
    await purge.purge_all()
    assert not await is_there(shared)


async def test_a_purge_reads_no_more_videos_than_go_however_many_their_owner_has() -> None:
    first, long_ago = await with_files(deleted_at=db.utc_now() - OLD), db.utc_now() - OLD
    user_id = row(first).user_id
    alone = await shown(user_id, created_at=long_ago, used_at=long_ago)
    change(first, picture_ids=[alone])
    for _ in range(5):
        change(paid(status=Status.COMPLETED), user_id=user_id)
    read: list[Video] = []

    def note(video: Video, *_details: object) -> None:
        read.append(video)

    event.listen(Video, "load", note)
    try:
        await purge.purge_all()
    finally:
        event.remove(Video, "load", note)

    assert [video.id for video in read] == [first]
    assert not await is_there(alone)


async def claimed(picture_id: str) -> None:
    """Let its owner press the button: from here on a video may be started."""
    owner = db.look(lambda session: session.get_one(Picture, picture_id)).user_id
    await pictures.claim(user_id=owner, picture_ids=[picture_id])


async def test_a_picture_that_was_wanted_for_a_video_which_never_began_goes_after_a_day() -> None:
    """As after a prompt that was refused, or the death of the process that was asking about it."""
    picture_id = await shown(make_user(), created_at=db.utc_now() - OLD)
    await claimed(picture_id)

    assert await purge.purge_all(now=db.utc_now() + timedelta(hours=23)) == 0
    assert await purge.purge_all(now=db.utc_now() + timedelta(hours=25)) == 1

    assert not await is_there(picture_id)


async def test_a_picture_that_was_wanted_again_when_its_video_went_goes_a_day_later() -> None:
    video_id, long_ago = await with_files(deleted_at=db.utc_now() - OLD), db.utc_now() - OLD
    picture_id = await shown(row(video_id).user_id, created_at=long_ago, used_at=long_ago)
    change(video_id, picture_ids=[picture_id])
    await claimed(picture_id)

    await purge.purge_all()
    assert await is_there(picture_id)
    await purge.purge_all(now=db.utc_now() + timedelta(hours=25))

    assert not await is_there(picture_id)


async def test_a_picture_stays_as_long_as_a_video_is_there_that_was_made_from_it() -> None:
    """Whatever is written down of when it was wanted."""
    video_id, long_ago = await with_files(), db.utc_now() - OLD
    user_id = row(video_id).user_id
    never, once = await shown(user_id, created_at=long_ago), await shown(user_id, created_at=long_ago)
    await claimed(once)
    change(video_id, picture_ids=[never, f"{once}@7,50"])

    await purge.purge_all(now=db.utc_now() + timedelta(days=400))

    assert [await is_there(each) for each in (never, once)] == [True, True]


async def test_however_many_pictures_there_are_all_of_them_are_looked_at() -> None:
    """Two at a time."""
    video_id = await with_files()
    wanted = {"created_at": db.utc_now() - OLD, "used_at": db.utc_now() - OLD}
    kept_ones = [await shown(row(video_id).user_id, **wanted) for _ in range(4)]
    change(video_id, picture_ids=kept_ones)
    left = picture(make_user(), **wanted)

    went: list[str] = []
    for _ in range(200):
        went += db.run(purge._purge_wanted_pictures, now=db.utc_now(), size=2)

    assert went == [f"pictures/{left}.jpg"]
    assert all([await is_there(each) for each in kept_ones])
