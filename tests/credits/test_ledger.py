"""The ledger, by properties: whatever is done, in whatever order and however often, the audit stays clean."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import InsufficientCredits, NotFound
from cuttingasmr.models import AuditEntry, CreditEntry, Kind, Status, User, Video
from tests.support.people import make_user, make_video

COST = 10


def charge(session: Session, user_id: str, video_id: str | None = None) -> str:
    video_id = video_id or make_video(session, user_id=user_id).id
    ledger.reserve(session, user_id=user_id, video_id=video_id, credits=COST)
    return video_id


def fail(session: Session, video_id: str) -> int:
    video = session.get_one(Video, video_id)
    video.status = Status.FAILED
    returned = ledger.give_back(session, video_id=video_id)
    video.credits_returned = COST
    return returned


def complete(session: Session, video_id: str) -> None:
    video = session.get_one(Video, video_id)
    video.status, video.file_key, video.completed_at = Status.COMPLETED, "videos/x.mp4", db.utc_now()


def adjust(session: Session, user_id: str, credits: int) -> int:
    line = AuditEntry(actor="operator", action="credits.adjusted", subject=user_id, reason="a test")
    session.add(line)
    session.flush()
    assert line.id is not None
    ledger.adjust(session, user_id=user_id, audit_id=line.id, credits=credits)
    return line.id


class Money(RuleBasedStateMachine):
    """One person's money beside a plain sum of what should have happened."""

    def __init__(self) -> None:
        super().__init__()
        self.user = make_user(credits=25)
        self.left = 25

    running = Bundle("running")
    ended = Bundle("ended")
    adjusted = Bundle("adjusted")

    @rule(target=running)
    def start_a_video(self) -> str:
        try:
            video_id = db.run(charge, self.user)
        except InsufficientCredits:
            assert self.left < COST
            return ""
        assert self.left >= COST
        self.left -= COST
        return video_id

    @rule(video_id=running)
    def charge_it_again(self, video_id: str) -> None:
        if video_id:
            db.run(charge, self.user, video_id)

    @rule(target=ended, video_id=consumes(running), well=st.booleans())
    def end_it(self, video_id: str, well: bool) -> tuple[str, bool]:  # noqa: FBT001
        if video_id and well:
            db.run(complete, video_id)
        elif video_id:
            assert db.run(fail, video_id) == COST
            self.left += COST
        return video_id, well

    @rule(video=ended)
    def give_it_back_again(self, video: tuple[str, bool]) -> None:
        video_id, well = video
        if video_id and not well:
            assert db.run(fail, video_id) == 0

    @rule(target=adjusted, credits=st.integers(-30, 60))
    def adjust(self, credits: int) -> int:
        self.left += credits
        return db.run(adjust, self.user, credits)

    @rule(line=adjusted, credits=st.integers(-30, 60))
    def adjust_by_the_same_line_again(self, line: int, credits: int) -> None:
        db.run(ledger.adjust, user_id=self.user, audit_id=line, credits=credits)

    @rule()
    def welcome_again(self) -> None:
        db.run(ledger.welcome, user_id=self.user, credits=25)

    @invariant()
    def the_balance_is_the_plain_sum(self) -> None:
        assert db.look(ledger.balance, user_id=self.user).remaining == self.left

    def teardown(self) -> None:
        assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_whatever_is_done_in_whatever_order_the_balance_is_the_sum_and_the_audit_is_clean() -> None:
    quick = settings(
        max_examples=20,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    run_state_machine_as_test(Money, settings=quick)


def at_once(times: int, action: Callable[[], object]) -> list[object]:
    """Do something in so many threads at the same moment, and give what each returned or raised."""
    barrier, results = threading.Barrier(times), []

    def act() -> None:
        barrier.wait()
        try:
            results.append(action())
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            results.append(type(error))

    threads = [threading.Thread(target=act) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("database")
def test_of_many_rivals_for_the_last_credits_one_gets_them() -> None:
    user = make_user(credits=COST)

    results = at_once(12, lambda: db.run(charge, user))

    assert results.count(InsufficientCredits) == 11
    assert db.look(ledger.balance, user_id=user) == ledger.Balance(total=COST, used=COST)
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_a_charge_repeated_at_once_is_one_charge_and_so_is_its_return() -> None:
    user = make_user(credits=100)
    video_id = db.run(charge, user)

    at_once(8, lambda: db.run(charge, user, video_id))
    returns = at_once(8, lambda: db.run(fail, video_id))

    assert Counter(returns) == {0: 7, COST: 1}
    assert db.look(ledger.balance, user_id=user) == ledger.Balance(total=100, used=0)
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_a_refused_charge_leaves_no_trace() -> None:
    user = make_user(credits=COST - 1)

    with pytest.raises(InsufficientCredits):
        db.run(charge, user)

    assert (
        db.look(
            lambda session: session.exec(select(CreditEntry).where(col(CreditEntry.kind) == Kind.SPEND)).all()
        )
        == []
    )
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_what_was_never_charged_gives_nothing_back() -> None:
    assert db.run(ledger.give_back, video_id="0" * 32) == 0


@pytest.mark.usefixtures("database")
def test_nobody_has_no_balance() -> None:
    with pytest.raises(NotFound):
        db.look(ledger.balance, user_id="0" * 32)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("statement", "breakage"),
    [
        pytest.param(
            "a balance is the sum of its entries",
            "UPDATE users SET total_credits = total_credits + 1450",
            id="minted",
        ),
        pytest.param(
            "a balance is the sum of its entries", "UPDATE users SET used_credits = 0", id="uncharged"
        ),
        pytest.param(
            "a video that did not come is given back once", "UPDATE videos SET status = 'failed'", id="kept"
        ),
        pytest.param(
            "a completed video is paid for once", "DELETE FROM credit_entries WHERE kind = 'spend'", id="free"
        ),
        pytest.param(
            "a charge belongs to its owner's video", "UPDATE videos SET credits_used = 9", id="another price"
        ),
        pytest.param(
            "nobody spends what they do not have",
            "UPDATE users SET used_credits = total_credits + 1",
            id="overdrawn",
        ),
        pytest.param(
            "nothing rests forever",
            "UPDATE videos SET status = 'rendering', created_at = '2020-01-01 00:00:00+00:00'",
            id="stuck",
        ),
    ],
)
def test_the_audit_finds_what_is_broken(statement: str, breakage: str) -> None:
    user = make_user(credits=20)
    db.run(complete, db.run(charge, user))
    assert db.look(audit.find_all) == []

    db.run(lambda session: session.connection().exec_driver_sql(breakage))

    assert statement in {finding.statement for finding in db.look(audit.find_all)}


@pytest.mark.usefixtures("database")
def test_the_database_itself_refuses_a_second_entry_of_one_kind_and_reference() -> None:
    user = make_user(credits=5)

    with pytest.raises(Exception, match=r"(?i)unique"):
        db.run(
            lambda session: (
                session.add(CreditEntry(user_id=user, kind=Kind.WELCOME, reference=user, credits=5))
                or session.flush()
            )
        )

    assert db.look(lambda session: session.get_one(User, user).total_credits) == 5
