"""Each step against the strangers: what it tells, what it writes down, and that doing it again harms nothing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.generation import keeping, steps, submitting
from cuttingasmr.models import Status
from cuttingasmr.providers.video import Task, TaskState
from tests.support.api import broken
from tests.support.binding import bind
from tests.support.films import PROMPT
from tests.support.making import begin, change, never, row
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")


def left(video_id: str) -> int:
    return db.look(ledger.balance, user_id=row(video_id).user_id).remaining


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def submitted(prompt: str = PROMPT) -> str:
    video_id = begin(prompt)
    assert (await submitting.submit(video_id))["state"] == "sent"
    return video_id


async def over(video_id: str) -> Task:
    """Check until it is over."""
    deadline = time.monotonic() + 30
    while (task := await asked(video_id)).state is TaskState.PENDING:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return task


async def asked(video_id: str) -> Task:
    task = await steps.ask(row(video_id))
    assert task is not None
    return task


@pytest.mark.usefixtures("strangers")
async def test_a_video_that_has_ended_is_neither_submitted_nor_stored() -> None:
    video_id = begin()
    await steps.give_up(video_id, "TooSlow", "It took too long.")

    assert [(await step(video_id))["state"] for step in (submitting.submit, keeping.store)] == ["ended"] * 2
    await submitting.adopt(video_id, "late")
    assert row(video_id).provider_task_id is None


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize(
    ("fate", "outcome"),
    [
        pytest.param("sandbox:policy", {"state": "failed", "code": "400"}, id="refused"),
        pytest.param("sandbox:fail", {"state": "failed", "code": "501"}, id="failed"),
        pytest.param("sandbox:broken-file", {"state": "done"}, id="done, as far as anybody can tell"),
        pytest.param(PROMPT, {"state": "done"}, id="done"),
    ],
)
async def test_asking_tells_how_a_task_went(fate: str, outcome: dict[str, str]) -> None:
    video_id = await submitted(fate)

    task = await over(video_id)
    assert outcome.items() <= {"state": task.state, "code": task.code}.items()
    assert row(video_id).status == Status.RENDERING, "asking changes nothing"


@pytest.mark.usefixtures("strangers")
async def test_a_task_on_its_way_is_pending_and_a_lost_one_unknown() -> None:
    pending, lost = await submitted(never()), await submitted(never())
    change(lost, provider_task_id="lost")

    assert (await asked(pending)).state is TaskState.PENDING
    assert (await asked(lost)).state is TaskState.UNKNOWN


async def test_a_provider_that_does_not_answer_is_no_failure(strangers: Sandbox) -> None:
    video_id = await submitted(never())

    with broken(strangers, "500", only="record-info"):
        assert await steps.ask(row(video_id)) is None
        assert (await keeping.store(video_id))["state"] == "unreachable"


async def test_a_task_is_asked_about_with_the_key_that_made_it(
    strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bind(monkeypatch, tmp_path, veo3_api_base_url=f"{strangers.url}/kie", veo3_api_keys="one,two,three")
    videos = [await submitted(never()) for _ in range(3)]

    assert len({row(video).provider_key for video in videos}) == 3
    assert {(await asked(video)).state for video in (*videos, *reversed(videos))} == {TaskState.PENDING}


@pytest.mark.usefixtures("strangers")
async def test_completing_twice_is_completing_once_and_nothing_undoes_it() -> None:
    video_id = await submitted()
    await over(video_id)
    await keeping.store(video_id)

    await steps.complete(video_id)
    done = row(video_id).model_dump()
    await steps.complete(video_id)
    await steps.give_up(video_id, "TooSlow", "It took too long.")
    assert not db.run(steps.forget_doubt, video_id=video_id, began_at=done["submit_began_at"])

    assert row(video_id).model_dump() == done
    assert (done["status"], left(video_id)) == (Status.COMPLETED, 8)
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("strangers")
async def test_giving_up_twice_gives_back_once_and_nothing_undoes_it() -> None:
    video_id = begin()

    await steps.give_up(video_id, "TooSlow", "It took too long.")
    ended = row(video_id).model_dump()
    await steps.give_up(video_id, "Another", "Another reason.")
    change(video_id, file_key="videos/late.mp4")
    await steps.complete(video_id)

    assert row(video_id).model_dump() == {**ended, "file_key": "videos/late.mp4"}
    assert (ended["status"], ended["error_code"], ended["credits_returned"]) == (Status.FAILED, "TooSlow", 10)
    assert left(video_id) == 18
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("strangers")
async def test_giving_up_at_the_same_moment_gives_back_once() -> None:
    video_id = begin()

    await asyncio.gather(*(steps.give_up(video_id, "TooSlow", "It took too long.") for _ in range(6)))

    assert left(video_id) == 18
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("strangers")
async def test_a_notice_is_shown_until_the_video_goes_on() -> None:
    video_id = begin(never())
    change(video_id, notice="Please wait.")

    await submitting.submit(video_id)

    assert row(video_id).notice == ""


@pytest.mark.usefixtures("strangers")
async def test_a_video_that_there_is_not_has_ended() -> None:
    assert [(await step("0" * 32))["state"] for step in (submitting.submit, keeping.store)] == ["ended"] * 2
