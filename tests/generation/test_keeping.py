"""Storing a finished video: once, whole, from where it may come; and what is no video is told and not kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation import keeping
from cuttingasmr.generation.workflow import Maker
from cuttingasmr.models import Status
from cuttingasmr.storage.store import get_store
from tests.support.api import broken
from tests.support.binding import bind
from tests.support.bucket import holding
from tests.support.films import picture_alone, small_film, sound_alone
from tests.support.finished import change, completed, paid, rendered, row
from tests.support.liar import lying
from tests.support.shelf import shelving
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")

on_one_database = pytest.mark.parametrize("strangers", ["sqlite"], indirect=True)
"""For what is not about the database."""


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def record_of(url: str) -> bytes:
    """The record of a finished video whose file is at this address."""
    data = {"taskId": "some", "successFlag": 1, "response": {"resultUrls": [url]}}
    return json.dumps({"code": 200, "msg": "success", "data": data}).encode()


@pytest.mark.usefixtures("strangers")
async def test_a_finished_film_is_stored_with_its_poster_and_measured() -> None:
    video_id = await rendered()

    outcomes = [await keeping.store(video_id) for _ in range(2)]

    found = row(video_id)
    assert outcomes == [{"state": "stored"}] * 2
    assert (found.status, found.width, found.height) == (Status.SAVING, 1280, 720)
    assert found.duration_ms == pytest.approx(8000, abs=150)
    assert (found.file_key, found.poster_key) == (f"videos/{video_id}.mp4", f"posters/{video_id}.webp")
    film, poster = get_store().path_of(found.file_key or ""), get_store().path_of(found.poster_key or "")
    assert film is not None
    assert poster is not None
    assert film.stat().st_size == found.size_bytes
    assert poster.read_bytes()[8:12] == b"WEBP"


async def test_what_is_stored_and_whole_is_not_fetched_again(strangers: Sandbox) -> None:
    video_id = await rendered()
    await keeping.store(video_id)

    with broken(strangers, "down"):
        assert await keeping.store(video_id) == {"state": "stored"}


@pytest.mark.parametrize(
    "key", [pytest.param("file_key", id="film"), pytest.param("poster_key", id="poster")]
)
@pytest.mark.usefixtures("strangers")
async def test_what_is_stored_and_not_whole_is_fetched_again(key: str) -> None:
    video_id = await rendered()
    await keeping.store(video_id)
    path = get_store().path_of(getattr(row(video_id), key))
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[:100]) if key == "file_key" else path.unlink()

    assert await keeping.store(video_id) == {"state": "stored"}

    assert path.read_bytes() == whole


@on_one_database
@pytest.mark.usefixtures("strangers")
async def test_nothing_is_left_of_the_way_to_the_storage(tmp_path: Path) -> None:
    video_id = await rendered()

    await keeping.store(video_id)

    assert files_in(tmp_path / "tmp") == []


@on_one_database
@pytest.mark.usefixtures("strangers")
async def test_a_damaged_file_is_told_and_not_kept(tmp_path: Path) -> None:
    video_id = await rendered("sandbox:broken-file")

    assert await keeping.store(video_id) == {"state": "broken"}

    assert row(video_id).file_key is None
    assert [file for file in files_in(tmp_path) if file.suffix == ".mp4"] == []


@on_one_database
@pytest.mark.parametrize(
    "mode", [pytest.param("down", id="nobody there"), pytest.param("500", id="an error inside")]
)
async def test_a_file_that_cannot_be_fetched_now_is_tried_again_later(strangers: Sandbox, mode: str) -> None:
    video_id = await rendered()

    with broken(strangers, mode, only="files"):
        assert await keeping.store(video_id) == {"state": "unreachable"}

    assert await keeping.store(video_id) == {"state": "stored"}


@on_one_database
async def test_a_provider_whose_link_dies_later_breaks_nothing(strangers: Sandbox) -> None:
    video_id = await completed()

    with broken(strangers, "down"):
        kept = b"".join(get_store().read(f"videos/{video_id}.mp4"))

    assert len(kept) == row(video_id).size_bytes


async def test_a_storage_that_takes_nothing_keeps_the_video_for_later(
    strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    video_id = await rendered()
    (tmp_path / "file").touch()
    bind(monkeypatch, tmp_path, storage_url=(tmp_path / "file" / "media").as_uri())

    assert await keeping.store(video_id) == {"state": "full"}

    (tmp_path / "file").unlink()
    assert await keeping.store(video_id) == {"state": "stored"}
    del strangers


@on_one_database
async def test_a_store_elsewhere_keeps_them_as_well(
    strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with holding() as bucket:
        bind(monkeypatch, tmp_path, **bucket.environment)
        video_id = await rendered()
        bucket.refuses = True
        refused = await keeping.store(video_id)
        bucket.refuses = False

        outcomes = [await keeping.store(video_id) for _ in range(2)]

        kept = {key: thing.kind for key, thing in bucket.things.items()}
    assert refused == {"state": "full"}
    assert outcomes == [{"state": "stored"}] * 2
    assert kept == {f"videos/{video_id}.mp4": "video/mp4", f"posters/{video_id}.webp": "image/webp"}
    assert bucket.asked.count(f"PUT videos/{video_id}.mp4") <= 2, "one was refused"
    del strangers


@on_one_database
@pytest.mark.parametrize(
    ("make", "state"),
    [
        pytest.param(lambda: b"", "broken", id="nothing"),
        pytest.param(lambda: b"<!doctype html><title>Not found</title>", "broken", id="a page"),
        pytest.param(sound_alone, "broken", id="sound alone"),
        pytest.param(picture_alone, "broken", id="picture alone"),
        pytest.param(lambda: small_film()[:-500], "broken", id="cut off"),
        pytest.param(lambda: small_film(seconds=2), "broken", id="too short"),
        pytest.param(small_film, "stored", id="a film"),
    ],
)
async def test_what_came_is_judged_by_what_is_in_it(
    strangers: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    make: Callable[[], bytes],
    state: str,
) -> None:
    with lying() as liar:
        bind(monkeypatch, tmp_path, veo3_api_base_url=liar.url, veo3_api_keys="some")
        liar.says, liar.lies = record_of(f"{liar.url}/film.mp4"), {"/film.mp4": make()}

        assert await keeping.store(paid(provider_task_id="some")) == {"state": state}

    assert [file for file in files_in(tmp_path) if file.suffix == ".mp4"] == (
        [] if state == "broken" else files_in(tmp_path / "media" / "videos")
    )
    del strangers


@pytest.mark.parametrize(
    "inside", [pytest.param(True, id="this machine"), pytest.param(False, id="the cloud's own")]
)
async def test_a_result_at_a_private_address_is_not_fetched_and_the_credits_return(
    strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, inside: bool
) -> None:
    with lying() as liar, shelving() as shelf:
        bind(monkeypatch, tmp_path, veo3_api_base_url=liar.url, veo3_api_keys="some")
        liar.says = record_of(shelf.url if inside else "http://169.254.169.254/latest/meta-data/")
        video_id = paid(provider_task_id="some")
        with capture_logs() as said:
            outcome = await keeping.store(video_id)
            change(video_id, misses=1)
            await Maker("some").store(row(video_id))

    found = row(video_id)
    assert outcome == {"state": "failed", "code": "UnsafeLink"}
    assert shelf.asked == []
    assert "video.unsafe-link" in {line["event"] for line in said}
    assert (found.status, found.error_code, found.credits_returned) == (Status.FAILED, "UnsafeLink", 10)
    assert "does not fetch files" in found.error_message
    assert db.look(audit.find_all) == []
    del strangers


@on_one_database
@pytest.mark.parametrize("urls", [pytest.param("[]", id="none"), pytest.param("null", id="nothing")])
async def test_a_finished_task_without_a_file_is_a_failure(
    strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, urls: str
) -> None:
    with lying() as liar:
        bind(monkeypatch, tmp_path, veo3_api_base_url=liar.url, veo3_api_keys="some")
        liar.says = record_of("x").replace(b'["x"]', urls.encode())

        assert (await keeping.store(paid(provider_task_id="some")))["state"] == "failed"
    del strangers


@pytest.mark.usefixtures("strangers")
async def test_a_video_that_ended_is_not_stored() -> None:
    video_id = await rendered()
    change(video_id, status=Status.FAILED)

    assert await keeping.store(video_id) == {"state": "ended"}
    assert await keeping.store("0" * 32) == {"state": "ended"}
    assert row(video_id).file_key is None
