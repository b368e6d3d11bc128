"""What people tell us, and the thanks for it: thirty credits, once, whoever presses how often."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.feedback import desk, messages
from cuttingasmr.feedback.desk import NobodyToThank
from cuttingasmr.feedback.messages import EmptyMessage, LongMessage, Message
from cuttingasmr.models import AuditEntry, CreditEntry, Feedback, Kind, User
from cuttingasmr.states.history import lines_of
from tests.support.people import add_feedback, make_user


@pytest.fixture
def operator(database: str) -> User:
    assert database
    user_id = make_user(credits=0)
    return db.look(lambda session: session.get_one(User, user_id))


def remaining(user_id: str) -> int:
    return db.look(ledger.balance, user_id=user_id).remaining


def lines_about(feedback_id: str) -> list[str]:
    lines = select(AuditEntry.action).where(col(AuditEntry.subject) == feedback_id)
    return db.look(lambda session: list(session.exec(lines)))


async def test_thanks_are_thirty_credits_once_with_a_reason_that_is_written_down(operator: User) -> None:
    writer = make_user(credits=18)
    feedback_id = db.run(add_feedback, writer)

    first = await desk.thank(operator=operator, feedback_id=feedback_id, reason=" It found a bug. ")
    second = await desk.thank(operator=operator, feedback_id=feedback_id, reason="Again.")

    assert (first, second) == (True, False)
    assert remaining(writer) == 48
    assert lines_about(feedback_id) == ["feedback.thanked"]
    row = db.look(lambda session: session.get_one(Feedback, feedback_id))
    line = db.look(lambda session: session.get_one(AuditEntry, row.thanks_audit_id))
    assert (line.reason, line.actor, line.facts["credits"]) == ("It found a bug.", operator.id, 30)
    assert db.look(audit.find_all) == []


def test_twelve_presses_at_once_thank_once(operator: User) -> None:
    writer = make_user(credits=18)
    feedback_id = db.run(add_feedback, writer)

    thanked = at_once(
        12,
        lambda: db.run(desk._thank, operator_id=operator.id, feedback_id=feedback_id, reason="It helped."),
    )

    assert sorted(map(str, thanked)) == sorted(["None"] * 11 + [writer])
    assert remaining(writer) == 48
    assert lines_about(feedback_id) == ["feedback.thanked"]
    assert db.look(audit.find_all) == []


def at_once(times: int, do: Callable[[], object]) -> list[object]:
    """Do something in so many threads at the same moment, and give what each returned or raised."""
    barrier, results = threading.Barrier(times), list[object]()

    def act() -> None:
        barrier.wait()
        try:
            results.append(do())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(error)

    threads = [threading.Thread(target=act) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


async def test_each_message_of_a_person_is_thanked_for_by_itself(operator: User) -> None:
    writer = make_user(credits=0)
    for _ in range(2):
        await desk.thank(operator=operator, feedback_id=db.run(add_feedback, writer), reason="It helped.")

    assert remaining(writer) == 60


async def test_the_writer_reads_thank_you_in_their_credit_history(operator: User) -> None:
    writer = make_user(credits=18)
    await desk.thank(operator=operator, feedback_id=db.run(add_feedback, writer), reason="It helped.")

    def adjust(session: Session) -> None:
        line = AuditEntry(actor=operator.id, action="credits.adjusted", subject=writer, reason="Goodwill.")
        session.add(line)
        session.flush()
        ledger.adjust(session, user_id=writer, audit_id=line.id or 0, credits=5)

    db.run(adjust)
    entries = select(CreditEntry).where(
        col(CreditEntry.user_id) == writer, col(CreditEntry.kind) == Kind.ADJUSTMENT
    )
    found = db.look(lambda session: session.exec(entries.order_by(col(CreditEntry.id))).all())

    lines = await lines_of(found)

    assert [(line.what, line.credits) for line in lines] == [
        ("Thank you for your feedback", 30),
        ("Adjusted by the operator", 5),
    ]


async def test_nobody_is_thanked_who_is_not_known(operator: User) -> None:
    feedback_id = db.run(add_feedback, None)

    with pytest.raises(NobodyToThank):
        await desk.thank(operator=operator, feedback_id=feedback_id, reason="It helped.")

    assert lines_about(feedback_id) == []


async def test_nothing_is_done_without_a_reason(operator: User) -> None:
    writer = make_user()
    feedback_id = db.run(add_feedback, writer)

    for reason in ("", "  ", None, 7):
        with pytest.raises(Invalid):
            await desk.thank(operator=operator, feedback_id=feedback_id, reason=reason)
        with pytest.raises(Invalid):
            await desk.set_done(operator=operator, feedback_id=feedback_id, is_done=True, reason=reason)

    assert (remaining(writer), lines_about(feedback_id)) == (18, [])


async def test_what_is_not_there_is_not_found(operator: User) -> None:
    with pytest.raises(NotFound):
        await desk.thank(operator=operator, feedback_id="0" * 32, reason="It helped.")


async def test_a_message_is_done_and_open_again_and_each_change_is_written_down_once(operator: User) -> None:
    feedback_id = db.run(add_feedback, None)

    for is_done in (True, True, False):
        row = await desk.set_done(
            operator=operator, feedback_id=feedback_id, is_done=is_done, reason="Looked at it."
        )
        assert (row.done_at is not None) is is_done

    assert lines_about(feedback_id) == ["feedback.done", "feedback.reopened"]


async def test_the_pile_is_read_page_by_page_newest_first(operator: User) -> None:
    written = [db.run(add_feedback, None, f"Message {number}") for number in range(7)]
    await desk.set_done(operator=operator, feedback_id=written[3], is_done=True, reason="Looked at it.")

    seen: list[str] = []
    cursor = ""
    while True:
        pile = db.look(desk.page, view="open", cursor=cursor, size=3)
        seen += [one.row.id for one in pile.rows]
        cursor = pile.cursor
        if not cursor:
            break

    assert seen == [name for name in reversed(written) if name != written[3]]
    assert pile.open == 6
    assert [one.row.id for one in db.look(desk.page, view="done").rows] == [written[3]]
    assert len(db.look(desk.page, view="all").rows) == 7


def checked(message: object, **facts: str) -> Message:
    return Message.checked(
        **{"message": message, "kind": "", "page": "", "video_id": "", "email": "", **facts}
    )


@given(st.text(max_size=200))
def test_whatever_is_kept_of_a_message_can_be_stored(text: str) -> None:
    try:
        kept = checked(text, page=text[:50])
    except EmptyMessage:
        return
    assert "\x00" not in kept.text + kept.page
    assert kept.text.encode()
    assert checked(kept.text).text == kept.text


@pytest.mark.parametrize("message", ["", " \n\t ", "\x00\x00", "\u200b\u200b", None, 7])
def test_an_empty_message_is_refused(message: object) -> None:
    with pytest.raises(EmptyMessage):
        checked(message)


def test_the_longest_message_has_5000_characters_whatever_they_are() -> None:
    assert len(checked("🍯" * 5000).text) == 5000
    with pytest.raises(LongMessage):
        checked("🍯" * 5001)


@pytest.mark.usefixtures("database")
def test_what_is_no_line_of_the_audit_log_is_no_thanks() -> None:
    assert db.look(messages.thanked_among, audit_ids=["", "x", "99999"]) == frozenset()
