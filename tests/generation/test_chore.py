"""What engines do now and then: one look for all, each failure seen, and nothing done twice that need not be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import false, text, true
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.chores import CHORES
from cuttingasmr.generation import counting
from cuttingasmr.generation.aside import Aside
from cuttingasmr.generation.chore import Chore, Rounds, attempt
from cuttingasmr.generation.supervisor import OWN_CHORES, Supervisor
from cuttingasmr.models import ChoreRun
from cuttingasmr.settings import get_settings
from tests.support.asked import asked

ALL = (*OWN_CHORES, *CHORES)
SHORT = tuple(replace(chore, seconds=0.0) for chore in ALL if chore.seconds < 60)


def doing(done: list[str], name: str, **how: Any) -> Chore:
    return Chore(name, 0.0, lambda: done.append(name), **how)


@pytest.mark.usefixtures("database")
def test_where_there_is_nothing_to_do_one_statement_a_round_is_all_that_is_asked() -> None:
    rounds = Rounds(SHORT)
    for _ in range(
        2
    ):  # at first notices have a beginning to note, and each chore sees that it has not broken off before
        rounds.go()
        for chore in SHORT:
            cast("Aside", chore.do).wait()

    with asked() as found:
        for _ in range(5):
            rounds.go()

    assert len(SHORT) > 5
    assert len(found.statements) == 5


@pytest.mark.usefixtures("database")
def test_what_has_work_is_done_and_what_has_none_is_left_alone() -> None:
    done: list[str] = []
    chores = [
        doing(done, "always"),
        doing(done, "idle", when=false),
        doing(done, "with work", when=true),
        doing(done, "shared", when=true, is_shared=True),
        doing(done, "shared and idle", when=false, is_shared=True),
    ]

    Rounds(chores).go()

    assert done == ["always", "with work", "shared"]


@pytest.mark.usefixtures("database")
def test_a_question_that_breaks_off_keeps_nothing_from_being_done() -> None:
    done: list[str] = []

    with capture_logs() as said:
        Rounds([doing(done, "one", when=lambda: text("no_such()")), doing(done, "two", when=false)]).go()

    assert done == ["one", "two"]
    assert [line["event"] for line in said] == ["chores.not-looked"]


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.usefixtures("embedded")
def test_what_breaks_off_is_seen_by_operators_whether_engines_share_it_or_not(*, is_shared: bool) -> None:
    def fail() -> None:
        raise ZeroDivisionError("some reason")

    attempt(Chore("failing", 0.0, fail, is_shared))

    assert (
        db.look(lambda session: session.get_one(ChoreRun, "failing")).broke_off
        == "ZeroDivisionError: some reason"
    )


@pytest.mark.usefixtures("embedded")
def test_who_has_nothing_to_do_has_ended_well() -> None:
    counting.note_failure("recovering", ZeroDivisionError("some reason"))

    Rounds([doing([], "recovering", when=false)]).go()

    assert db.look(lambda session: session.get_one(ChoreRun, "recovering")).broke_off == ""


@pytest.mark.usefixtures("database")
def test_a_sign_of_life_and_those_of_the_others_are_one_transaction() -> None:
    supervisor = Supervisor()
    supervisor._listened_at = 0.0

    with asked() as found:
        supervisor._beat()

    assert found.transactions == 1
    assert len(found.statements) == (1 if get_settings().is_sqlite else 2)


def test_every_chore_has_a_name_of_its_own_under_which_its_failures_are_counted() -> None:
    names = [chore.name for chore in ALL]
    asides = {chore.name: chore.do for chore in ALL if isinstance(chore.do, Aside)}

    assert all(names)
    assert len(set(names)) == len(names)
    assert {name: aside._name for name, aside in asides.items()} == {name: name for name in asides}


def test_a_shared_chore_that_takes_long_says_so_before_another_engine_takes_it_for_due() -> None:
    shared = [(chore, chore.do) for chore in ALL if chore.is_shared and isinstance(chore.do, Aside)]

    assert shared
    for chore, aside in shared:
        assert 0 < aside._hold_seconds < chore.seconds * counting.EARLY, chore.name


def test_what_asks_creem_or_clerk_is_done_by_one_engine_at_a_time() -> None:
    shared = {chore.name for chore in ALL if chore.is_shared}

    assert {"reconcile-orders", "compare-books", "tell-clerk", "audit", "erase"} <= shared
