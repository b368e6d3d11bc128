"""Chores beside the engine: never twice at once, and a failure of theirs is theirs alone."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.models import ChoreRun


async def test_a_chore_that_is_at_work_is_not_begun_again_and_nobody_waits_for_it() -> None:
    began, may_end, runs = threading.Event(), threading.Event(), []

    async def work() -> None:
        runs.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        began.set()
        await asyncio.to_thread(may_end.wait)

    chore = Aside("some", work, niceness=LOW)
    chore()
    await asyncio.to_thread(began.wait)
    chore()
    may_end.set()
    await asyncio.to_thread(chore.wait)

    assert runs == [LOW]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < LOW
    chore()
    await asyncio.to_thread(chore.wait)
    assert len(runs) == 2


@pytest.mark.usefixtures("database")
async def test_what_goes_wrong_is_logged_and_counted_and_the_next_run_comes() -> None:
    async def fail() -> None:
        raise ZeroDivisionError("some reason")

    chore = Aside("failing", fail)
    with capture_logs() as said:
        for _ in range(2):
            chore()
            await asyncio.to_thread(chore.wait)

    run = db.look(lambda session: session.get_one(ChoreRun, "failing"))
    assert (run.runs, run.last_error) == (2, "ZeroDivisionError: some reason")
    assert [line["event"] for line in said] == ["chore.failed"] * 2
