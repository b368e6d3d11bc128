"""The workflow of one video. It is a story: no clock, no SQL and no HTTP in here, for each belongs to a step.

Everything it has done is written down, so after a crash it goes on where it was. When its steps change, a new
workflow stands beside the old one, which is kept until nothing runs it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import structlog
from dbos import DBOS
from dbos import error as dbos_error

from cuttingasmr.generation import failures, keeping, steps, submitting
from cuttingasmr.generation.engine import TOPIC, WORKFLOW
from cuttingasmr.generation.failures import Failure
from cuttingasmr.settings import get_settings

DOUBTS = 2
"""Submits whose answer was lost and that no callback claimed, before the video is given up: at most one task more."""

PATIENCE_SECONDS = {"busy": 900.0, "unreachable": 120.0}
"""How long a video waits for a provider that takes no more work, and for one that cannot be reached."""

FETCH_TRIES = 6
BROKEN_TRIES = 2
LONGEST_POLL_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 30.0
LONGEST_STORAGE_PAUSE_SECONDS = 300.0
FULL = "Your video is finished and safe with the video service, but our storage is full. We keep trying; do not worry."
WAITING_FOR_PROVIDER = "The video service is busy. Your video keeps its place and starts as soon as it can."

IN_DOUBT = "The video service did not answer clearly. We wait for word from it before trying again, so that nothing is made twice."

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger()

STEP_TRIES = 12


def _step(function: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Make a step that is tried again for about half an hour: our own database may be away, and a step must not be lost.

    What outlasts even that is given back by the minute's `sweep.reconcile`.
    """
    retried = DBOS.step(
        name=function.__name__,
        retries_allowed=True,
        max_attempts=STEP_TRIES,
        interval_seconds=0.5,
        backoff_rate=2.0,
    )
    return retried(function)


submit = _step(submitting.submit)
forget_submit = _step(submitting.forget_submit)
adopt = _step(submitting.adopt)
check = _step(steps.check)
store = _step(keeping.store)
notify = _step(steps.notify)
complete = _step(steps.complete)
give_up = _step(steps.give_up)


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1000)
async def make_video(video_id: str) -> None:
    """Turn one paid prompt into one stored video, or give the credits back."""
    try:
        failure = await _make(video_id)
    except dbos_error.DBOSMaxStepRetriesExceeded:
        log.exception("video.step-failed", video=video_id)
        failure = failures.UNEXPECTED
    if failure is not None:
        await give_up(video_id, failure.code, failure.message)


async def _make(video_id: str) -> Failure | None:
    """Submit, wait, store, complete; give the reason if one of them will not be."""
    failure = await _get_accepted(video_id) or await _wait_for_result(video_id) or await _get_stored(video_id)
    if failure is None:
        await complete(video_id)
    return failure


async def _get_accepted(video_id: str) -> Failure | None:
    """Submit until the provider takes the video on. A submit in doubt waits for a callback, and is repeated once."""
    waited, turn, doubts = 0.0, 0, 0
    while True:
        outcome = await submit(video_id)
        state = outcome["state"]
        if state in {"sent", "ended"}:
            return None
        if state == "refused":
            return failures.of_provider(outcome.get("code", ""), outcome.get("text", ""))
        if state == "doubt":
            doubts, pause = doubts + 1, get_settings().submit_doubt_seconds
            await notify(video_id, IN_DOUBT)
        else:
            pause, turn = _growing(turn, 2.0, LONGEST_RETRY_SECONDS), turn + 1
            waited += pause
            await notify(video_id, WAITING_FOR_PROVIDER)
        if await _was_claimed(video_id, pause):
            return None
        if doubts >= DOUBTS or waited >= PATIENCE_SECONDS.get(state, 0.0) > 0:
            return failures.UNREACHABLE
        if state == "doubt":
            await forget_submit(video_id)


async def _was_claimed(video_id: str, seconds: float) -> bool:
    """Wait for a callback; the task that it names makes this video."""
    task_id = await DBOS.recv_async(TOPIC, timeout_seconds=seconds)
    if task_id is None:
        return False
    await adopt(video_id, task_id)
    return True


async def _wait_for_result(video_id: str) -> Failure | None:
    """Ask when a callback wakes us, and now and then without one, until the record says that it is over."""
    waited, turn, unknown = 0.0, 0, 0
    while waited < get_settings().wait_limit_seconds:
        pause = _growing(turn, get_settings().poll_first_seconds, LONGEST_POLL_SECONDS)
        await DBOS.recv_async(TOPIC, timeout_seconds=pause)
        waited, turn = waited + pause, turn + 1
        outcome = await check(video_id)
        match outcome["state"]:
            case "done" | "ended":
                return None
            case "failed":
                return failures.of_provider(outcome.get("code", ""), outcome.get("text", ""))
            case "unknown":
                unknown += 1
                if unknown >= 3:  # noqa: PLR2004 - a record may be late, not lost, once or twice
                    return failures.LOST
            case _:
                pass
    return failures.TOO_SLOW


async def _get_stored(video_id: str) -> Failure | None:
    """Store the file. A full storage is waited for: the provider keeps the video for two weeks."""
    waited, full, broken, unreachable = 0.0, 0, 0, 0
    while waited < get_settings().storage_patience_seconds:
        outcome = await store(video_id)
        match outcome["state"]:
            case "stored" | "ended":
                return None
            case "failed" | "broken":
                broken += 1
                pause = 1.0
            case "full":
                full += 1
                pause = _growing(full, 5.0, LONGEST_STORAGE_PAUSE_SECONDS)
                if full == 1:
                    await notify(video_id, FULL)
            case _:
                unreachable += 1
                pause = _growing(unreachable, 2.0, 60.0)
        if broken >= BROKEN_TRIES:
            return failures.BROKEN
        if unreachable >= FETCH_TRIES * 2:
            return failures.UNREACHABLE
        await DBOS.sleep_async(pause)
        waited += pause
    return failures.STORAGE


def _growing(turn: int, first: float, longest: float) -> float:
    """Give the pause before the next try: half as long again each time, up to the longest."""
    return min(first * 1.5**turn, longest)
