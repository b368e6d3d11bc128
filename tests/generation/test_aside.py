"""Chores beside the engine: never twice at once, and a failure of theirs is theirs alone."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.chores import CHORES
from cuttingasmr.generation import archive, counting, purge
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.chore import Chore, attempt
from cuttingasmr.models import ChoreRun
from tests.support.site import wait_until


@pytest.mark.usefixtures("embedded")
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


@pytest.mark.usefixtures("database")
async def test_a_good_run_makes_an_earlier_failure_good_and_otherwise_writes_nothing() -> None:
    is_well = False

    async def work() -> None:
        if not is_well:
            raise ZeroDivisionError

    chore = Aside("hiccup", work)

    async def run() -> ChoreRun:
        chore()
        await asyncio.to_thread(chore.wait)
        return row("hiccup")

    assert (await run()).last_error
    is_well = True
    first, second = await run(), await run()

    assert (first.runs, first.last_error) == (1, "")
    assert second == first
    never = Aside("never failed", work)
    never()
    await asyncio.to_thread(never.wait)
    assert db.look(lambda session: session.get(ChoreRun, "never failed")) is None


@pytest.mark.usefixtures("database")
async def test_a_good_run_leaves_alone_what_an_earlier_one_has_found() -> None:
    db.run(counting.count, "finder", found="much is gone")

    async def work() -> None:
        pass

    chore = Aside("finder", work)
    chore()
    await asyncio.to_thread(chore.wait)

    assert (row("finder").found, row("finder").broke_off) == ("much is gone", "")


@pytest.mark.usefixtures("database")
def test_a_named_chore_that_breaks_off_is_counted_until_it_ends_well() -> None:
    results: list[object] = [1 / 3, ZeroDivisionError("some reason"), 1 / 3]

    def do() -> None:
        result = results.pop()
        if isinstance(result, Exception):
            raise result

    seen = [(attempt(Chore("plain", 0.0, do, is_shared=True)), row("plain").broke_off)[1] for _ in range(3)]

    assert seen == ["", "ZeroDivisionError: some reason", ""]


def row(name: str) -> ChoreRun:
    return db.look(lambda session: session.get_one(ChoreRun, name))


def ran_at(name: str) -> datetime:
    return db.look(lambda session: session.get_one(ChoreRun, name).ran_at)


@pytest.mark.usefixtures("database")
async def test_of_two_engines_one_does_a_shared_chore_however_long_it_takes() -> None:
    began, may_end, at_work = threading.Event(), threading.Event(), []

    async def work() -> None:
        at_work.append(1)
        began.set()
        await asyncio.to_thread(may_end.wait)

    def engine() -> Chore:
        return Chore(
            "shared", 300.0, Aside("shared", work, is_shared=True, hold_seconds=0.02), is_shared=True
        )

    def turn(chore: Chore) -> bool:
        if is_ours := chore.is_ours():
            chore.do()
        return is_ours

    first, second = engine(), engine()
    assert turn(first)
    await asyncio.to_thread(began.wait)
    long_ago = db.utc_now() - timedelta(seconds=600)
    db.run(lambda session: setattr(session.get_one(ChoreRun, "shared"), "ran_at", long_ago))
    await asyncio.to_thread(wait_until, lambda: ran_at("shared") > long_ago)
    assert not turn(second), "it is still at work, and says so"

    may_end.set()
    await asyncio.to_thread(first.do.wait)  # pyright: ignore[reportFunctionMemberAccess] - an Aside can be waited for
    db.run(lambda session: setattr(session.get_one(ChoreRun, "shared"), "ran_at", long_ago))
    assert turn(second)
    await asyncio.to_thread(second.do.wait)  # pyright: ignore[reportFunctionMemberAccess]
    assert len(at_work) == 2


@pytest.mark.parametrize("name", [purge.NAME, archive.NAME])
@pytest.mark.usefixtures("database")
def test_what_goes_through_everything_is_done_by_one_engine_at_a_time(name: str) -> None:
    (chore,) = (chore for chore in CHORES if chore.name == name)

    with ThreadPoolExecutor(4) as engines:
        ours = list(engines.map(lambda _: chore.is_ours(), range(4)))

    assert sorted(ours) == [False, False, False, True]
