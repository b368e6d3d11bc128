"""A 1080p version that is a task of its own takes a turn of its key, as every other task does."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.generation import hd
from cuttingasmr.generation.key_pool import fingerprint
from cuttingasmr.models import HdState, Status
from tests.support.binding import bind
from tests.support.finished import change, paid, row
from tests.support.liar import Asked, Liar
from tests.support.making import key_row

pytestmark = pytest.mark.usefixtures("line")

KEY = "a-key"


@pytest.fixture
def jobs(database: str, liar: Liar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Liar:
    """A provider that takes one task in ten seconds."""
    here = {"veo3_api_base_url": liar.url, "veo3_api_keys": KEY, "veo3_api_flavor": "jobs"}
    bind(monkeypatch, tmp_path, database_url=database, veo3_creates_per_window="1", **here)
    return liar


def orders(jobs: Liar) -> int:
    return sum(asked.path.endswith("/createTask") for asked in jobs.asked)


async def asked() -> str:
    """Somebody's finished video of which the 1080p version has been asked for."""
    made = {"provider_task_id": "some", "provider_key": fingerprint(KEY), "width": 1280, "height": 720}
    video_id = paid(status=Status.COMPLETED, **made)
    await hd.ask(user_id=row(video_id).user_id, video_id=video_id)
    return video_id


async def test_no_more_are_ordered_than_the_provider_takes(jobs: Liar) -> None:
    jobs.says = json.dumps({"code": 200, "msg": "success", "data": {"taskId": "large"}}).encode()
    videos = [await asked() for _ in range(2)]

    await hd.fetch_due()

    assert orders(jobs) == 1
    assert key_row(KEY).creates == 1
    assert sorted(row(video_id).hd_task_id or "" for video_id in videos) == ["", "large"]
    assert {row(video_id).hd_state for video_id in videos} == {HdState.ASKED}


async def test_a_key_that_is_refused_is_retired_and_asked_no_more(jobs: Liar) -> None:
    jobs.says = json.dumps({"code": 402, "msg": "no credit", "data": None}).encode()
    for _ in range(2):
        await asked()

    await hd.fetch_due()

    assert orders(jobs) == 1
    assert (key_row(KEY).retired_why, key_row(KEY).creates) == ("402", 0)


async def test_an_order_that_took_longer_than_a_turn_is_noted_and_not_made_again(jobs: Liar) -> None:
    jobs.says = json.dumps({"code": 200, "msg": "success", "data": {"taskId": "large"}}).encode()
    video_id = await asked()

    def take_long(call: Asked) -> None:
        if call.path.endswith("/createTask"):
            change(video_id, hd_look_at=db.utc_now() - timedelta(seconds=1))

    jobs.invents = take_long
    await hd.fetch_due()

    assert orders(jobs) == 1
    assert (row(video_id).hd_task_id, row(video_id).hd_state) == ("large", HdState.ASKED)


HD, RECORD = "/api/v1/veo/get-1080p-video", "/api/v1/veo/record-info"
UNKNOWN = json.dumps({"code": 422, "msg": "record is null", "data": None}).encode()


@pytest.fixture
def keyless(database: str, liar: Liar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Liar:
    """A provider with two keys, neither of which made the video."""
    bind(monkeypatch, tmp_path, database_url=database, veo3_api_base_url=liar.url, veo3_api_keys="one,two")
    liar.says = UNKNOWN
    return liar


async def test_where_its_key_is_gone_another_one_of_its_account_is_found(keyless: Liar) -> None:
    def know(call: Asked) -> bytes | None:
        if call.headers["authorization"] != "Bearer two":
            return None
        done = {"taskId": "some", "successFlag": 1, "response": {"resultUrls": ["https://example.com/a.mp4"]}}
        processing = {"code": 400, "msg": "1080P is processing.", "data": None}
        known = {"code": 200, "msg": "success", "data": done}
        return json.dumps(known if call.path.startswith(RECORD) else processing).encode()

    keyless.invents = know
    video_id = await asked()

    await hd.fetch_due()

    asked_with = {call.headers["authorization"] for call in keyless.asked if call.path.startswith(HD)}
    assert asked_with == {"Bearer two"}
    assert (row(video_id).hd_state, row(video_id).hd_task_id) == (HdState.ASKED, "some")


async def test_where_its_key_is_gone_and_no_other_knows_it_nobody_says_that_there_is_none(
    keyless: Liar,
) -> None:
    video_id = await asked()

    with capture_logs() as said:
        await hd.fetch_due()

    assert (row(video_id).hd_state, row(video_id).hd_note) == (HdState.ASKED, "")
    assert [call.path for call in keyless.asked if call.path.startswith(HD)] == []
    assert "provider.key-gone" in {line["event"] for line in said}
