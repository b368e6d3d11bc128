"""What the provider has said is not forgotten because the database is away at that moment."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation import hd, submitting
from cuttingasmr.generation.key_pool import fingerprint
from cuttingasmr.models import Status
from tests.support.away import Away
from tests.support.binding import bind
from tests.support.finished import paid
from tests.support.liar import Asked, Liar
from tests.support.making import begin, change, key_row, row

pytestmark = pytest.mark.usefixtures("line")


@pytest.fixture
def away(
    request: pytest.FixtureRequest,
    database: str,
    liar: Liar,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Away]:
    """A database that goes away while the provider answers an order; the parameter is the provider's flavor."""
    here = {"veo3_api_base_url": liar.url, "veo3_api_keys": "a-key"}
    flavor = getattr(request, "param", "veo")
    bind(monkeypatch, tmp_path, database_url=database, veo3_api_flavor=flavor, **here)
    away = Away(database)
    answers = liar.invents

    def take(asked: Asked) -> bytes | None:
        if asked.method == "POST":
            away.take()
        return answers(asked)

    liar.invents = take
    yield away
    liar.invents = answers


@pytest.mark.parametrize(
    ("code", "outcome", "failures"),
    [
        pytest.param(200, "sent", 0, id="a task"),
        pytest.param(429, "busy", 1, id="too much work"),
        pytest.param(500, "unreachable", 1, id="an error inside"),
        pytest.param(422, "refused", 0, id="a refused prompt"),
    ],
)
async def test_an_answer_is_written_down_when_the_database_is_back(
    code: int, outcome: str, failures: int, away: Away, liar: Liar
) -> None:
    told = {"taskId": "the-task"} if code == 200 else None
    liar.says = json.dumps({"code": code, "msg": "so", "data": told}).encode()
    video_id = begin()

    with capture_logs() as said:
        sending = asyncio.create_task(submitting.submit(video_id))
        await heard(said, "provider.not-written-down")
        away.bring_back()
        found = await sending

    written = row(video_id)
    assert found["state"] == outcome
    assert len(liar.asked) == 1
    assert key_row("a-key").failures == failures
    if code == 200:
        assert (written.provider_task_id, written.status) == ("the-task", Status.RENDERING)
    else:
        assert (written.submit_began_at, written.status) == (None, Status.QUEUED), "it is no doubt"
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize("away", ["jobs"], indirect=True)
async def test_a_1080p_version_is_ordered_once(away: Away, liar: Liar) -> None:
    liar.says = json.dumps({"code": 200, "msg": "success", "data": {"taskId": "large"}}).encode()
    made = {"provider_task_id": "some", "provider_key": fingerprint("a-key"), "width": 1280, "height": 720}
    video_id = paid(status=Status.COMPLETED, **made)
    await hd.ask(user_id=row(video_id).user_id, video_id=video_id)

    with capture_logs() as said:
        ordering = asyncio.create_task(hd.fetch_due())
        await heard(said, "provider.not-written-down")
        away.bring_back()
        await ordering
    change(video_id, hd_look_at=db.utc_now())
    await hd.fetch_due()

    assert [asked.method for asked in liar.asked].count("POST") == 1
    assert (row(video_id).hd_task_id, key_row("a-key").creates) == ("large", 1)


async def heard(said: list[Any], event: str) -> None:
    """Wait until the log says this."""
    deadline = time.monotonic() + 20
    while not any(line["event"] == event for line in said):
        assert time.monotonic() < deadline, said
        await asyncio.sleep(0.02)
