"""The clips of cards: cut afterwards, once, beside everything else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from cuttingasmr import db, live
from cuttingasmr.generation import preview
from cuttingasmr.models import ChoreRun, Status
from cuttingasmr.storage.store import get_store
from tests.support.binding import bind
from tests.support.bucket import holding
from tests.support.films import small_film
from tests.support.finished import change, paid, row

pytestmark = pytest.mark.usefixtures("database")


async def finished(film: bytes) -> str:
    video_id = paid(status=Status.COMPLETED)
    change(video_id, file_key=f"videos/{video_id}.mp4")
    await get_store().put(f"videos/{video_id}.mp4", film)
    return video_id


def counted() -> int:
    run = db.look(lambda session: session.get(ChoreRun, preview.NAME))
    return run.mended if run else 0


async def test_a_finished_video_gets_its_clip_and_its_owner_hears_of_it() -> None:
    video_id = await finished(small_film())

    with live.listening(row(video_id).user_id) as page:
        assert await preview.cut_waiting() == 1
        assert await page.wait(5)

    assert row(video_id).preview_key == f"previews/{video_id}.mp4"
    assert await get_store().find(f"previews/{video_id}.mp4") is not None
    assert await preview.cut_waiting() == 0
    assert counted() == 1


async def test_a_video_that_is_on_its_way_or_deleted_waits() -> None:
    running, deleted = await finished(small_film()), await finished(small_film())
    change(running, status=Status.SAVING)
    change(deleted, deleted_at=db.utc_now())

    assert await preview.cut_waiting() == 0


async def test_videos_that_have_something_to_be_done_go_first_but_not_for_ever() -> None:
    fresh = await finished(small_film())
    waits = paid(status=Status.QUEUED)
    assert await preview.cut_waiting() == 0

    change(waits, taken_by="an engine", due_at=db.utc_now() + timedelta(minutes=1))
    assert await preview.cut_waiting() == 0

    old = await finished(small_film())
    change(old, completed_at=db.utc_now() - preview.PATIENCE)
    assert await preview.cut_waiting() == 1
    assert row(old).preview_key
    assert row(fresh).preview_key is None

    change(waits, taken_by="")
    assert await preview.cut_waiting() == 1
    assert row(fresh).preview_key


async def test_a_clip_is_cut_by_one_engine_alone_until_that_has_had_time_enough() -> None:
    video_id = await finished(small_film())
    change(video_id, due_at=db.utc_now() + preview.CUTTING)
    assert await preview.cut_waiting() == 0

    change(video_id, due_at=db.utc_now())
    cut = await asyncio.gather(preview.cut_waiting(), preview.cut_waiting(), preview.cut_waiting())

    assert sum(cut) == 1
    assert counted() == 1


@pytest.mark.parametrize("film", [pytest.param(b"no film", id="damaged"), pytest.param(None, id="gone")])
async def test_a_file_of_which_none_can_be_cut_is_tried_once(film: bytes | None) -> None:
    video_id = await finished(film or b"")
    if film is None:
        await get_store().delete(f"videos/{video_id}.mp4")

    assert await preview.cut_waiting() == 0

    assert row(video_id).preview_key == preview.NONE


async def test_from_a_store_elsewhere_the_file_is_fetched_first(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with holding() as bucket:
        bind(monkeypatch, tmp_path, database_url=database, **bucket.environment)
        video_id = await finished(small_film())

        assert await preview.cut_waiting() == 1

        assert bucket.things[f"previews/{video_id}.mp4"].kind == "video/mp4"


async def test_the_chore_does_it_in_a_thread_of_its_own() -> None:
    video_id = await finished(small_film())

    preview.cut_previews()
    preview.cut_previews()
    await asyncio.to_thread(preview.cut_previews.wait)

    assert row(video_id).preview_key == f"previews/{video_id}.mp4"
    assert counted() == 1
