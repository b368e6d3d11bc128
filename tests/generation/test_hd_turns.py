"""A 1080p version that is a task of its own takes a turn of its key, as every other task does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cuttingasmr.generation import hd
from cuttingasmr.generation.key_pool import fingerprint
from cuttingasmr.models import HdState, Status
from tests.support.binding import bind
from tests.support.finished import paid, row
from tests.support.liar import Liar
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
