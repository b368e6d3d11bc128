"""The provider's keys, shared through the database: taken in turn, never too often, left alone when they fail."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, SQLModel, create_engine, select

from cuttingasmr import db
from cuttingasmr.generation import key_pool
from cuttingasmr.generation.key_pool import KeyPool, Later, Result, Turn, Why, fingerprint
from cuttingasmr.models import ProviderCall
from tests.support.binding import bind
from tests.support.making import key_row

SECRETS = ("one-secret", "two-secret", "three-secret")
LIMIT, WINDOW = 3, 10
RETIRED = float("inf")
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def pool(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> KeyPool:
    """Three keys, each of which makes three videos in ten seconds; a mark says otherwise."""
    limit = getattr(request, "param", LIMIT)
    bind(
        monkeypatch,
        tmp_path,
        database_url=database,
        veo3_creates_per_window=str(limit),
        veo3_window_seconds=str(WINDOW),
    )
    return KeyPool(SECRETS)


def taken(pool: KeyPool, seconds: float, *, avoid: str = "") -> Turn:
    """Take a turn at a moment."""
    turn = db.run(pool.take, avoid=avoid and fingerprint(avoid), now=at(seconds))
    assert isinstance(turn, Turn), turn
    return turn


def later(pool: KeyPool, seconds: float) -> Later:
    """Ask for a turn at a moment at which there is none."""
    turn = db.run(pool.take, now=at(seconds))
    assert isinstance(turn, Later), turn
    return turn


def tell(turn: Turn, result: Result, seconds: float) -> None:
    """Report what has become of a turn."""
    db.run(key_pool.report, name=turn.key.fingerprint, call_id=turn.call_id, result=result, now=at(seconds))


def used(pool: KeyPool, seconds: float, result: Result) -> str:
    """Take a turn, report at once, and tell whose it was."""
    turn = taken(pool, seconds)
    tell(turn, result, seconds)
    return turn.key.secret


def test_keys_are_taken_in_turn_in_the_order_given(pool: KeyPool) -> None:
    assert [used(pool, second, Result.MADE) for second in range(7)] == [*SECRETS, *SECRETS, SECRETS[0]]


def test_another_process_goes_on_where_this_one_was(pool: KeyPool) -> None:
    used(pool, 0, Result.MADE)

    assert used(KeyPool(SECRETS), 1, Result.MADE) == SECRETS[1]


def test_a_key_to_be_avoided_comes_last_and_is_taken_when_there_is_no_other(pool: KeyPool) -> None:
    assert taken(pool, 0, avoid=SECRETS[0]).key.secret == SECRETS[1]
    assert taken(KeyPool(SECRETS[:1]), 0, avoid=SECRETS[0]).key.secret == SECRETS[0]


def test_a_key_makes_no_more_than_its_limit_and_says_when_it_may_again(pool: KeyPool) -> None:
    alone = KeyPool(SECRETS[:1])
    turns = [taken(alone, second) for second in range(LIMIT)]
    for turn in turns:
        tell(turn, Result.MADE, 4)

    assert later(alone, 5) == Later(9, Why.LIMIT)
    assert later(alone, 13.9) == Later(0.1, Why.LIMIT)
    assert taken(alone, 14).key.secret == SECRETS[0], "ten seconds after the answers"
    del pool


def test_a_call_that_is_under_way_counts_until_it_is_surely_over(pool: KeyPool) -> None:
    alone = KeyPool(SECRETS[:1])
    for _ in range(LIMIT):
        taken(alone, 0)

    assert later(alone, 39.9) == Later(0.1, Why.LIMIT), "its caller may have died; it counts on"
    assert taken(alone, 40).key.secret == SECRETS[0]
    del pool


def test_what_was_never_sent_counts_for_nothing(pool: KeyPool) -> None:
    alone = KeyPool(SECRETS[:1])

    for _ in range(LIMIT * 2):
        tell(taken(alone, 0), Result.NOT_ASKED, 0)

    assert taken(alone, 0)
    del pool


@pytest.mark.parametrize(
    ("result", "rests"),
    [
        pytest.param(Result.BUSY, [10, 20, 40, 60, 60, 60, 60], id="too many requests"),
        pytest.param(Result.FAILED, [0, 0, 15, 30, 60, 120, 240, 300], id="failures"),
    ],
)
def test_a_key_that_fails_rests_ever_longer(pool: KeyPool, result: Result, rests: list[int]) -> None:
    alone, moment = KeyPool(SECRETS[:1]), 0.0

    for rest in rests:
        used(alone, moment, result)
        if rest:
            assert later(alone, moment + rest - 0.5) == Later(0.5, Why.RESTING)
        moment += max(rest, 11)

    assert used(alone, moment, Result.MADE) == SECRETS[0]
    assert (key_row(SECRETS[0]).failures, key_row(SECRETS[0]).resting_until) == (0, None)
    del pool


def test_after_its_rest_a_key_is_tried_by_one_call_alone(pool: KeyPool) -> None:
    alone = KeyPool(SECRETS[:1])
    used(alone, 0, Result.BUSY)

    probe = taken(alone, 10)

    assert later(alone, 11) == Later(29, Why.RESTING)
    tell(probe, Result.MADE, 12)
    assert taken(alone, 12)
    del pool


def test_a_probe_that_nobody_reports_is_followed_by_another(pool: KeyPool) -> None:
    alone = KeyPool(SECRETS[:1])
    used(alone, 0, Result.BUSY)
    taken(alone, 10)

    assert taken(alone, 40).key.secret == SECRETS[0]
    del pool


def test_many_calls_that_fail_at_once_are_one_reason_to_rest(pool: KeyPool) -> None:
    alone = KeyPool(SECRETS[:1])
    turns = [taken(alone, 0) for _ in range(LIMIT)]

    for turn in turns:
        tell(turn, Result.BUSY, 1)

    assert key_row(SECRETS[0]).failures == 1
    assert later(alone, 10.5).seconds == pytest.approx(0.5)
    del pool


def test_a_key_that_fails_touches_no_other(pool: KeyPool) -> None:
    used(pool, 0, Result.BUSY)

    assert [used(pool, second, Result.MADE) for second in (1, 2, 3, 4)] == [*SECRETS[1:], *SECRETS[1:]]


def test_a_retired_key_is_not_taken_again(pool: KeyPool) -> None:
    for secret in SECRETS[:2]:
        used(pool, 0, Result.ANSWERED)
        db.run(key_pool.retire, name=fingerprint(secret), why="401")

    assert {used(pool, second * 11, Result.MADE) for second in range(1, 5)} == {SECRETS[2]}
    db.run(key_pool.retire, name=fingerprint(SECRETS[2]), why="402")
    assert later(pool, 60) == Later(60, Why.RETIRED)


@pytest.mark.parametrize("pool", [20], indirect=True)
def test_workers_at_the_same_moment_share_the_turns_and_the_limit(pool: KeyPool) -> None:
    found: list[Turn | Later] = []
    workers = [
        threading.Thread(target=lambda: found.extend(db.run(pool.take) for _ in range(20))) for _ in range(4)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    turns = [turn.key.secret for turn in found if not isinstance(turn, Later)]
    assert Counter(turns) == dict.fromkeys(SECRETS, 20), "eighty asked, and no key made more than twenty"
    assert {turn.why for turn in found if isinstance(turn, Later)} == {Why.LIMIT}


@pytest.mark.usefixtures("pool")
def test_what_counts_no_more_is_let_go() -> None:
    alone = KeyPool(SECRETS[:1])
    for second in (0, 11, 22, 33):
        used(alone, second, Result.MADE)

    assert db.run(key_pool.forget_calls) == 4
    assert db.look(lambda session: session.exec(select(ProviderCall)).all()) == []


def test_a_task_is_asked_about_with_the_key_that_made_it() -> None:
    pool = KeyPool(SECRETS)

    assert [pool.of(fingerprint(secret)).secret for secret in SECRETS] == list(SECRETS)
    assert pool.of("of an older day").secret == SECRETS[0]
    assert KeyPool(("one", "one", "two")).names == (fingerprint("one"), fingerprint("two"))


def test_a_fingerprint_names_a_key_and_gives_nothing_of_it_away() -> None:
    key = KeyPool(SECRETS).of(fingerprint(SECRETS[0]))

    assert key.fingerprint == fingerprint("one-secret") != fingerprint("two-secret")
    assert "secret" not in f"{key!r} {key} {key.fingerprint}"
    assert len(key.fingerprint) <= 16


class Sent(NamedTuple):
    """One call, and when its answer came; far away while it is under way."""

    name: str
    call_id: int
    answered: float


class Workers(RuleBasedStateMachine):
    """Many workers with three keys, at a moment that only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.pool, self.moment = KeyPool(SECRETS), 0.0
        self.calls: list[Sent] = []
        self.used_at = dict.fromkeys(self.pool.names, -1)
        self.not_before = dict.fromkeys(self.pool.names, 0.0)
        self.failed = dict.fromkeys(self.pool.names, 0)
        self.probing: set[str] = set()
        self.passed_over = dict.fromkeys(self.pool.names, 0)
        self.turns = 0
        engine = create_engine("sqlite://")
        tables = SQLModel.metadata.tables
        SQLModel.metadata.create_all(engine, tables=[tables["provider_calls"], tables["provider_keys"]])
        self.session = Session(engine)

    def teardown(self) -> None:
        self.session.close()
        self.session.get_bind().dispose()  # pyright: ignore[reportAttributeAccessIssue]

    @rule()
    def take(self) -> None:
        self._take()

    @rule(result=st.sampled_from(Result))
    def use(self, result: Result) -> None:
        if self._take():
            self._answer(len(self.calls) - 1, result)

    def _take(self) -> bool:
        usable = [name for name in self.pool.names if self._is_usable_alone(name)]
        turn = self.pool.take(self.session, now=at(self.moment))
        self.session.commit()
        if isinstance(turn, Later):
            assert usable == []
            assert turn.seconds > 0
            return False
        name = turn.key.fingerprint
        assert name == min(usable, key=self.used_at.__getitem__), "the least recently used one"
        assert self.moment >= self.not_before[name], "never one that rests, is being tried or is retired"
        counted = [call for call in self.calls if call.name == name and call.answered > self.moment - WINDOW]
        assert len(counted) < LIMIT, "whenever between its sending and its answer the provider has counted it"
        self._no_key_starves(name, usable)
        self.turns += 1
        self.used_at[name] = self.turns
        self.calls.append(Sent(name, turn.call_id, self.moment + 30))
        if self.not_before[name] > 0:
            self.probing.add(name)
            self.not_before[name] = self.moment + 30
        return True

    def _no_key_starves(self, taken: str, usable: list[str]) -> None:
        for name in usable:
            self.passed_over[name] = 0 if name == taken else self.passed_over[name] + 1
            assert self.passed_over[name] < len(SECRETS)

    def _is_usable_alone(self, name: str) -> bool:
        """Ask for one key alone, and undo it."""
        found = key_pool.take(self.session, [name], now=at(self.moment))
        self.session.rollback()
        return not isinstance(found, Later)

    @precondition(lambda self: any(call.answered > self.moment for call in self.calls))
    @rule(data=st.data(), result=st.sampled_from(Result))
    def answer(self, data: st.DataObject, result: Result) -> None:
        under_way = [place for place, call in enumerate(self.calls) if call.answered > self.moment]
        self._answer(data.draw(st.sampled_from(under_way)), result)

    def _answer(self, place: int, result: Result) -> None:
        call = self.calls.pop(place)
        key_pool.report(
            self.session, name=call.name, call_id=call.call_id, result=result, now=at(self.moment)
        )
        self.session.commit()
        if result is not Result.NOT_ASKED:
            self.calls.append(call._replace(answered=self.moment))
        if self.not_before[call.name] != RETIRED and (
            call.name in self.probing or self.moment >= self.not_before[call.name]
        ):
            self._expect_rest(call.name, result, is_probing=call.name in self.probing)

    def _expect_rest(self, name: str, result: Result, *, is_probing: bool) -> None:
        """At least so long is a key left alone; `_judge` may make it longer."""
        self.probing.discard(name)
        if result in {Result.MADE, Result.ANSWERED}:
            self.failed[name], self.not_before[name] = 0, 0
            return
        if result is Result.NOT_ASKED:
            self.not_before[name] = self.moment + 5 if is_probing else self.not_before[name]
            return
        self.failed[name] += 1
        opens = self.failed[name] >= 3 or is_probing
        if result is Result.BUSY or opens:
            self.not_before[name] = self.moment + (10 if result is Result.BUSY else 15)

    @precondition(lambda self: self.turns > 12)
    @rule()
    def retire(self) -> None:
        name = self.pool.names[0]
        key_pool.retire(self.session, name=name, why="401")
        self.session.commit()
        self.not_before[name] = RETIRED
        self.probing.discard(name)

    @rule(seconds=st.sampled_from([0.1, 1, 4, 9.9, 10, 31]))
    def wait(self, seconds: float) -> None:
        self.moment += seconds


def test_whatever_happens_the_limit_holds_no_resting_key_is_taken_and_none_starves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bind(monkeypatch, tmp_path, veo3_creates_per_window=str(LIMIT), veo3_window_seconds=str(WINDOW))
    quick = settings(
        max_examples=25,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        database=None,
    )
    run_state_machine_as_test(Workers, settings=quick)
