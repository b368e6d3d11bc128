"""1080p on request: free, once, durable, and shown only when it truly is."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import NotFound
from cuttingasmr.generation import hd
from cuttingasmr.models import HdState, Status, Video
from cuttingasmr.storage.media import inspect
from cuttingasmr.storage.store import get_store
from tests.support.binding import bind
from tests.support.films import small_film
from tests.support.finished import change, completed, paid, row
from tests.support.liar import Liar, lying
from tests.support.people import make_user
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")

on_one_database = pytest.mark.parametrize("strangers", ["sqlite"], indirect=True)
"""For what is not about the database."""

LINK = "/api/v1/veo/get-1080p-video?taskId=some&index=0"


def ready(**facts: object) -> str:
    """A finished video of somebody's, wide."""
    measures = {"width": 1280, "height": 720, "provider_task_id": "some"}
    return paid(status=Status.COMPLETED, **{**measures, **facts})


async def ask(video_id: str) -> Video:
    return await hd.ask(user_id=row(video_id).user_id, video_id=video_id)


async def asked() -> str:
    """A finished video of somebody's who has asked for its 1080p version."""
    video_id = ready()
    await ask(video_id)
    return video_id


async def overtaken() -> tuple[str, Video]:
    """Such a video, and as it was to an engine whose turn is over by now."""
    video_id = await asked()
    slow = taken(video_id)
    turn_over(video_id)
    return video_id, slow


def kept(folder: Path) -> list[Path]:
    return list(folder.rglob("*-1080p.mp4"))


async def look_now(video_id: str) -> Video:
    """Let its time have come, and look."""
    if row(video_id).hd_state == HdState.ASKED:
        change(video_id, hd_look_at=db.utc_now())
    await hd.fetch_due()
    return row(video_id)


async def ended(video_id: str) -> Video:
    """Look until it is over."""
    deadline = time.monotonic() + 60
    while (found := await look_now(video_id)).hd_state == HdState.ASKED:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    return found


def taken(video_id: str) -> Video:
    """Take a turn, as an engine does."""
    video = db.run(hd._take_next, now=db.utc_now())
    assert video is not None
    assert video.id == video_id
    return video


def turn_over(video_id: str) -> None:
    """Let the turn of whoever has it be over."""
    change(video_id, hd_look_at=db.utc_now() - timedelta(seconds=1))


@pytest.fixture
def liar(strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Liar]:
    """A provider that says what a test wants."""
    with lying() as liar:
        bind(monkeypatch, tmp_path, veo3_api_base_url=liar.url, veo3_api_keys="some")
        yield liar
    del strangers


def says(liar: Liar, code: int, text: str = "", url: str = "") -> None:
    data = {"resultUrl": url} if url else None
    liar.lies[LINK] = json.dumps({"code": code, "msg": text, "data": data}).encode()


def gives(liar: Liar, film: bytes) -> None:
    says(liar, 200, url=f"{liar.url}/film.mp4")
    liar.lies["/film.mp4"] = film


@on_one_database
@pytest.mark.usefixtures("strangers")
async def test_a_finished_video_comes_in_1080p_and_costs_nothing() -> None:
    video_id = await completed("honeycomb")
    before = db.look(ledger.balance, user_id=row(video_id).user_id)

    asked = await ask(video_id)
    found = await ended(video_id)

    assert (asked.hd_state, found.hd_state, found.hd_note) == (HdState.ASKED, HdState.READY, "")
    assert found.hd_key == f"videos/{video_id}-1080p.mp4"
    path = get_store().path_of(found.hd_key or "")
    assert path is not None
    assert (inspect(path).width, inspect(path).height) == (1920, 1080)
    assert db.look(ledger.balance, user_id=found.user_id) == before
    assert db.look(audit.find_all) == []


async def test_asking_again_asks_once(liar: Liar) -> None:
    says(liar, 400, "1080P is processing. It should be ready in 1-2 minutes.")
    video_id = ready()

    first = await ask(video_id)
    await hd.fetch_due()
    so_far = len(liar.asked)
    again = await ask(video_id)
    await hd.fetch_due()

    assert again.hd_asked_at == first.hd_asked_at
    assert len(liar.asked) == so_far, "it is not yet time to ask the provider again"
    assert row(video_id).hd_state == HdState.ASKED


async def test_several_engines_at_once_fetch_it_once(liar: Liar) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    video_id = await asked()

    await asyncio.gather(*(hd.fetch_due() for _ in range(4)))

    assert row(video_id).hd_state == HdState.READY
    assert [it.path for it in liar.asked].count("/film.mp4") == 1


async def test_an_engine_that_died_on_the_way_is_followed(liar: Liar) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    video_id = await asked()
    taken(video_id)  # and here it dies

    await hd.fetch_due()
    assert row(video_id).hd_state == HdState.ASKED, "the dead one has it for a while"
    turn_over(video_id)
    await hd.fetch_due()

    assert row(video_id).hd_state == HdState.READY


async def test_an_engine_that_took_too_long_leaves_the_file_of_the_one_that_followed_it(liar: Liar) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    video_id, slow = await overtaken()
    await hd.fetch_due()

    await hd._go_on(slow)

    found = row(video_id)
    assert (found.hd_state, await get_store().find(found.hd_key or "") is None) == (HdState.READY, False)
    assert [it.path for it in liar.asked].count("/film.mp4") == 1, "who has no turn fetches nothing"


async def test_an_engine_whose_turn_ends_while_it_stores_the_file_does_not_remove_it(liar: Liar) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    video_id, slow = await overtaken()
    following = taken(video_id)

    await hd._fetch(following, f"{liar.url}/film.mp4")
    with pytest.raises(hd.TurnOver):
        await hd._fetch(slow, f"{liar.url}/film.mp4")

    found = row(video_id)
    assert (found.hd_state, await get_store().find(found.hd_key or "") is None) == (HdState.READY, False)


async def test_what_an_engine_found_after_its_turn_ends_nothing(liar: Liar) -> None:
    says(liar, 501, "fallback videos cannot be upgraded")
    video_id, slow = await overtaken()
    taken(video_id)

    await hd._go_on(slow)

    assert (row(video_id).hd_state, row(video_id).hd_note) == (HdState.ASKED, "")


async def test_what_waits_behind_a_long_one_is_taken_by_another_engine(liar: Liar) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    first, second = await asked(), await asked()
    taken(first)  # and here it takes its time

    await hd.fetch_due()

    assert (row(first).hd_state, row(second).hd_state) == (HdState.ASKED, HdState.READY)


@on_one_database
@pytest.mark.parametrize(
    ("size", "why"),
    [
        pytest.param((1280, 720), hd.NOT_HD, id="smaller"),
        pytest.param((1920, 1088), hd.NOT_HD, id="almost"),
        pytest.param((1080, 1920), hd.NOT_HD, id="the other way round"),
    ],
)
async def test_what_is_not_1080p_is_not_shown_as_such(
    liar: Liar, tmp_path: Path, size: tuple[int, int], why: str
) -> None:
    gives(liar, small_film(size=size))
    video_id = await asked()

    found = await look_now(video_id)

    assert (found.hd_state, found.hd_key, found.hd_note) == (HdState.UNAVAILABLE, None, why)
    assert kept(tmp_path) == []


@on_one_database
async def test_a_video_of_which_there_is_none_says_so_and_can_be_asked_about_later(liar: Liar) -> None:
    says(liar, 501, "fallback videos cannot be upgraded")
    video_id = await asked()

    found = await look_now(video_id)
    soon = await ask(video_id)
    change(video_id, hd_asked_at=db.utc_now() - hd.AGAIN - timedelta(seconds=1))
    late = row(video_id)
    later = await ask(video_id)

    assert (found.hd_state, found.hd_note) == (HdState.UNAVAILABLE, hd.NONE)
    assert [hd.can_be_asked(video) for video in (found, soon, late)] == [False, False, True]
    assert (soon.hd_state, later.hd_state, later.hd_note) == (HdState.UNAVAILABLE, HdState.ASKED, "")


@on_one_database
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"code": 400, "text": "1080P is processing."}, id="never ready"),
        pytest.param({"code": 500, "text": "Server Error"}, id="never well"),
    ],
)
async def test_after_ten_minutes_it_is_given_up(liar: Liar, answer: dict[str, object]) -> None:
    says(liar, **answer)  # pyright: ignore[reportArgumentType]
    video_id = await asked()
    assert (await look_now(video_id)).hd_state == HdState.ASKED

    change(video_id, hd_asked_at=db.utc_now() - hd.PATIENCE - timedelta(seconds=1))
    found = await look_now(video_id)

    assert (found.hd_state, found.hd_note) == (HdState.UNAVAILABLE, hd.TOO_SLOW)


@on_one_database
async def test_a_damaged_file_is_fetched_again(liar: Liar) -> None:
    gives(liar, b"<html>")
    video_id = await asked()
    assert (await look_now(video_id)).hd_state == HdState.ASKED

    gives(liar, small_film(size=(1920, 1080)))

    assert (await look_now(video_id)).hd_state == HdState.READY


async def test_what_was_deleted_meanwhile_rests_and_goes_on_when_it_is_taken_back(
    liar: Liar, tmp_path: Path
) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    video_id = await asked()
    change(video_id, deleted_at=db.utc_now())

    assert (await look_now(video_id)).hd_state == HdState.ASKED
    assert (liar.asked, kept(tmp_path)) == ([], [])

    change(video_id, deleted_at=None)
    assert (await look_now(video_id)).hd_state == HdState.READY


async def test_what_is_deleted_while_it_comes_is_not_kept(liar: Liar, tmp_path: Path) -> None:
    gives(liar, small_film(size=(1920, 1080)))
    video_id = await asked()
    video = taken(video_id)
    change(video_id, deleted_at=db.utc_now())

    await hd._go_on(video)

    assert (row(video_id).hd_state, kept(tmp_path)) == (HdState.ASKED, [])


@pytest.mark.usefixtures("strangers")
async def test_only_ones_own_finished_videos_can_be_asked_about() -> None:
    finished, running, deleted = ready(), paid(), ready(deleted_at=db.utc_now())

    with pytest.raises(NotFound):
        await hd.ask(user_id=make_user(), video_id=finished)
    with pytest.raises(NotFound):
        await ask(deleted)
    with pytest.raises(NotFound):
        await hd.ask(user_id=make_user(), video_id="0" * 32)
    with pytest.raises(hd.NotFinished):
        await ask(running)

    assert {row(video_id).hd_state for video_id in (finished, running, deleted)} == {HdState.NONE}
