"""What becomes of a task that a callback names, and of one whose key is gone: asked about with the right key, and not for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.generation import engine, key_pool, steps, submitting, workflow
from cuttingasmr.generation.key_pool import fingerprint
from cuttingasmr.generation.workflow import Maker
from cuttingasmr.models import Status, Video
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.video import TaskState, get_video_provider
from cuttingasmr.settings import get_settings
from tests.support.binding import bind
from tests.support.liar import Asked, Liar
from tests.support.making import begin, change, never, row
from tests.support.site import Sandbox
from tests.support.third_engine import ThirdEngine

pytestmark = pytest.mark.usefixtures("line", "database")

ME = "an-engine"
NO_RECORD: dict[str, Any] = {"code": 422, "msg": "recordInfo: record is null", "data": None}
PENDING: dict[str, Any] = {"code": 200, "msg": "success", "data": {"successFlag": 0}}

Keys = Callable[[str], None]


def ago(seconds: float) -> datetime:
    return db.utc_now() - timedelta(seconds=seconds)


def held(video_id: str, **facts: Any) -> Video:
    """Let an engine hold a video of which this is written down."""
    change(video_id, taken_by=ME, **facts)
    return row(video_id)


def in_doubt(claim: str = "", **facts: Any) -> str:
    """A video that may have been sent, and the task that a callback has named."""
    video_id = begin()
    change(video_id, **{"submit_began_at": ago(10), "claim": claim, **facts})
    return video_id


@pytest.fixture
def records(database: str, liar: Liar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Liar:
    """A provider of whose records a test decides."""
    bind(monkeypatch, tmp_path, database_url=database, veo3_api_base_url=liar.url, veo3_api_keys="one,two")
    return liar


@pytest.fixture
def third(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ThirdEngine:
    """An engine of which each key has an account of its own, with two keys."""
    engine = {"video_engine": "tests.support.third_engine", "veo3_api_keys": "one,two"}
    bind(monkeypatch, tmp_path, database_url=database, veo3_api_base_url="http://127.0.0.1:9", **engine)
    third = get_video_provider()
    assert isinstance(third, ThirdEngine)
    return third


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Work with other keys from here on, at the same engine."""

    def configure(secrets: str) -> None:
        monkeypatch.setenv("VEO3_API_KEYS", secrets)
        get_settings.cache_clear()
        key_pool.get_key_pool.cache_clear()

    return configure


async def test_a_claim_whose_record_is_late_is_kept_and_adopted(records: Liar) -> None:
    video_id = in_doubt("the-task")

    records.says = json.dumps(NO_RECORD).encode()
    for _ in range(workflow.UNKNOWN_TRIES - 1):
        await Maker(ME).go_on(held(video_id))
        assert (row(video_id).claim, row(video_id).taken_by) == ("the-task", "")
        assert row(video_id).due_at > db.utc_now(), "nobody's hands wait for it"
    records.says = json.dumps(PENDING).encode()
    await Maker(ME).go_on(held(video_id))

    found = row(video_id)
    assert (found.provider_task_id, found.status, found.tries) == ("the-task", Status.RENDERING, 0)


async def test_a_claim_that_nobody_knows_is_forgotten_in_the_end(records: Liar) -> None:
    video_id = in_doubt("made-up")
    records.says = json.dumps(NO_RECORD).encode()

    for _ in range(workflow.UNKNOWN_TRIES):
        await Maker(ME).go_on(held(video_id))

    assert (row(video_id).claim, row(video_id).tries, row(video_id).provider_task_id) == ("", 0, None)


async def test_a_claim_that_comes_while_another_one_waits_is_looked_at_at_once(records: Liar) -> None:
    video_id = in_doubt("made-up")
    records.says = json.dumps(NO_RECORD).encode()
    stale = held(video_id)
    engine.wake(video_id, "the-task")

    await Maker(ME).go_on(stale)

    assert row(video_id).claim == "the-task"
    assert row(video_id).due_at == row(video_id).created_at


async def test_a_claim_whose_record_cannot_be_read_is_waited_for_and_not_for_ever(records: Liar) -> None:
    limit = get_settings().wait_limit_seconds
    records.says = json.dumps({"code": 500, "msg": "server error", "data": None}).encode()
    fresh, patient, old = (in_doubt("a-task", submit_began_at=ago(limit * 2)) for _ in range(3))
    change(patient, trouble_at=ago(limit - 30))
    change(old, trouble_at=ago(limit + 1))

    for video_id in (fresh, patient, old):
        await Maker(ME).go_on(held(video_id))

    for video_id in (fresh, patient):
        assert (row(video_id).claim, row(video_id).status) == ("a-task", Status.QUEUED)
        assert row(video_id).due_at > db.utc_now()
    assert (row(old).status, row(old).error_code) == (Status.FAILED, "ProviderUnavailable")
    assert db.look(ledger.balance, user_id=row(old).user_id).remaining == 18
    assert db.look(audit.find_all) == []


async def test_a_late_call_of_the_first_of_two_tasks_is_asked_about_with_the_key_that_made_it(
    third: ThirdEngine,
) -> None:
    video_id = begin(never())
    third.loses_answers = True
    assert await submitting.submit(video_id) == {"state": "doubt"}
    first, began_at = row(video_id).provider_key, row(video_id).submit_began_at
    assert began_at is not None
    assert db.run(steps.forget_doubt, video_id=video_id, began_at=began_at)
    assert await submitting.submit(video_id) == {"state": "doubt"}
    assert row(video_id).provider_key != first

    assert await submitting.adopt(video_id, "third-1")

    assert (row(video_id).provider_task_id, row(video_id).provider_key) == ("third-1", first)
    task = await steps.ask(row(video_id))
    assert task is not None
    assert task.state is TaskState.PENDING


async def test_a_video_whose_key_is_gone_is_asked_about_with_the_others_and_is_not_lost(
    third: ThirdEngine, keys: Keys
) -> None:
    del third
    video_id = begin()
    await submitting.submit(video_id)
    assert row(video_id).provider_key == fingerprint("one")
    await asyncio.sleep(0.1)

    keys("two")
    for _ in range(workflow.UNKNOWN_TRIES):
        await Maker(ME).ask(row(video_id))
    assert (row(video_id).status, await steps.ask(row(video_id))) == (Status.RENDERING, None)
    for _ in range(workflow.BROKEN_TRIES):
        await Maker(ME).store(held(video_id, status=Status.SAVING, saving_at=db.utc_now()))
    assert (row(video_id).status, row(video_id).error_code) == (Status.SAVING, "")

    keys("two,one")
    found = await steps.ask(row(video_id))
    assert found is not None
    assert found.state is TaskState.DONE
    change(video_id, provider_key=fingerprint("an older one"))
    assert await steps.ask(row(video_id)) == found, "one of the others knows it"


async def test_an_order_whose_answer_is_lost_and_of_which_nobody_calls_is_made_twice_at_most_and_costs_nothing(
    records: Liar, shared_sandbox: Sandbox
) -> None:
    def lose(asked: Asked) -> bytes:
        """Have the order made by the strangers, and lose their answer."""
        prompt = json.loads(asked.body)["prompt"]
        shared_sandbox.order(prompt, "", key=asked.headers["authorization"].removeprefix("Bearer "))
        return b""

    records.invents = lose
    words, doubt = f"{new_id()} sandbox:no-callback", get_settings().submit_doubt_seconds
    video_id = begin(words)
    await Maker(ME).send(held(video_id).id)
    spent = [db.look(ledger.balance, user_id=row(video_id).user_id).remaining]

    for _ in range(2):
        await Maker(ME).go_on(held(video_id))
        assert row(video_id).status == Status.QUEUED
        await Maker(ME).go_on(held(video_id, submit_began_at=ago(doubt + 1)))
        spent.append(db.look(ledger.balance, user_id=row(video_id).user_id).remaining)

    assert len(shared_sandbox.tasks(words)) == 2
    assert spent == [8, 8, 18], "charged once, and given back once"
    assert (row(video_id).status, row(video_id).error_code) == (Status.FAILED, "ProviderUnavailable")
    assert db.look(audit.find_all) == []


async def test_what_a_callback_has_named_is_not_sent_again_before_it_is_looked_at(third: ThirdEngine) -> None:
    doubtful, new = in_doubt(submit_began_at=ago(get_settings().submit_doubt_seconds + 1)), begin()
    stale = held(doubtful)
    for video_id in (doubtful, new):
        engine.wake(video_id, "a-task")

    await Maker(ME).go_on(stale)

    assert (row(doubtful).doubts, row(doubtful).claim) == (0, "a-task")
    assert await submitting.submit(new) == {"state": "doubt"}
    assert third._tasks == {}
