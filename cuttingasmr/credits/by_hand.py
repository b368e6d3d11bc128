"""What every change by hand has: an operator, a reason, and a line of the audit log, written in its own transaction.

Credits that are given or taken by hand are here too. Each can be undone once, which the ledger decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import Conflict, Invalid, KeyReused, NotFound
from cuttingasmr.models import AuditEntry, CreditEntry, Feedback, Kind, User

LONGEST_REASON, LONGEST_KEY = 500, 200
ALIKE_FOR = timedelta(minutes=10)
"""For so long the very same adjustment, of which nothing tells that it is another one, is taken for a request that came twice."""

MOST_CREDITS = 100_000
ADJUSTED, UNDONE = "credits.adjusted", "credits.adjustment-undone"
THANKED = "feedback.thanked"
ALIKE = (
    "You have just changed this account by as much, for the same reason, so this may be the same request come twice, and nothing more"
    " was done. To do it once more, send an Idempotency-Key of its own, or say another reason."
)
UNDOABLE = (ADJUSTED, THANKED)
"""The actions whose credits can be taken back: each line of theirs has its entry in the ledger."""


class Adjusted(NamedTuple):
    """What came of it: the line that tells of it, what it changed, and what is left."""

    line: int
    credits: int
    left: int


def checked_reason(reason: object) -> str:
    """Give a reason back, or raise `Invalid`: nothing is done by hand without one."""
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid("Say why: every change by hand needs a reason.")
    return reason.strip()[:LONGEST_REASON]


def write_line(
    session: Session, *, operator_id: str, action: str, subject: str, reason: str, facts: dict[str, Any]
) -> int:
    """Write down what an operator does, and give the line's number."""
    line = AuditEntry(actor=operator_id, action=action, subject=subject[:64], reason=reason, facts=facts)
    session.add(line)
    session.flush()
    assert line.id is not None  # noqa: S101 - the database has just given it
    return line.id


def latest_line(session: Session, *, subject: str) -> int:
    """Give the number of the last change by hand of something; 0 where there was none."""
    lines = select(func.max(col(AuditEntry.id))).where(
        col(AuditEntry.subject) == subject, col(AuditEntry.reason) != ""
    )
    return session.exec(lines).one() or 0


def hold_user(session: Session, *, user_id: str) -> User:
    """Read somebody's row and hold it, so that two operators act one after the other; or raise `NotFound`."""
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).first()
    if user is None:
        raise NotFound("There is no such account.")
    return user


async def adjust(
    *, operator: User, user_id: str, credits: int, reason: str, seen: int | None = None, key: str = ""
) -> Adjusted:
    """Give or take credits by hand.

    `seen` is the last change of this account that the operator saw: raises `Conflict` when there has been another one since,
    by a second press or by a colleague. The same `key` again, of the same operator for the same account, changes nothing more;
    raises `KeyReused` where it comes with another number of credits. With neither, the same number for the same reason within
    `ALIKE_FOR` raises `Conflict`, too: a network may have sent it twice.
    """
    if len(key) > LONGEST_KEY:
        raise Invalid(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    if not 0 < abs(credits) <= MOST_CREDITS:
        raise Invalid(f"Between 1 and {MOST_CREDITS:,} credits can be given or taken at once.")
    done = await db.transact(
        adjust_now,
        operator_id=operator.id,
        user_id=user_id,
        credits=credits,
        reason=checked_reason(reason),
        seen=seen,
        key=key,
    )
    live.publish(user_id)
    return done


async def undo(*, operator: User, line: int, reason: str) -> Adjusted:
    """Do the opposite of an adjustment, or of thanks for a message, which can be thanked for anew; once.

    Raises `Conflict` for one that was undone before.
    """
    user_id, done = await db.transact(
        _undo, operator_id=operator.id, line_id=line, reason=checked_reason(reason)
    )
    live.publish(user_id)
    return done


def undone(session: Session, *, lines: list[int]) -> set[int]:
    """Tell which of these adjustments were undone."""
    marks = {ledger.undo_mark(line): line for line in lines}
    written = select(CreditEntry.reference).where(
        col(CreditEntry.kind) == Kind.ADJUSTMENT, col(CreditEntry.reference).in_(marks)
    )
    return {marks[mark] for mark in session.exec(written)} if marks else set()


def adjust_now(
    session: Session,
    *,
    operator_id: str,
    user_id: str,
    credits: int,
    reason: str,
    seen: int | None = None,
    key: str = "",
) -> Adjusted:
    """Change a balance and write down why, in this transaction."""
    hold_user(session, user_id=user_id)
    if key and (done := _with_key(session, operator_id, user_id, key)):
        if done.facts["credits"] != credits:
            raise KeyReused
        return Adjusted(done.id or 0, credits, ledger.balance(session, user_id=user_id).remaining)
    if seen is not None and latest_line(session, subject=user_id) != seen:
        raise Conflict("This account has been changed since you looked. Nothing was done; look again first.")
    if seen is None and not key and _was_just_done(session, operator_id, user_id, credits, reason):
        raise Conflict(ALIKE)
    facts = {"credits": credits} | ({"key": key} if key else {})
    line = write_line(
        session, operator_id=operator_id, action=ADJUSTED, subject=user_id, reason=reason, facts=facts
    )
    ledger.adjust(session, user_id=user_id, audit_id=line, credits=credits)
    return Adjusted(line, credits, ledger.balance(session, user_id=user_id).remaining)


def _with_key(session: Session, operator_id: str, user_id: str, key: str) -> AuditEntry | None:
    mine = _adjustments(operator_id, user_id)
    return next((line for line in session.exec(mine) if line.facts.get("key") == key), None)


def _was_just_done(session: Session, operator_id: str, user_id: str, credits: int, reason: str) -> bool:
    """Tell whether this operator has just done the very same, also without a key, and it was not undone since."""
    alike = _adjustments(operator_id, user_id).where(
        col(AuditEntry.at) > db.utc_now() - ALIKE_FOR, col(AuditEntry.reason) == reason
    )
    facts = {"credits": credits}
    lines = [line.id for line in session.exec(alike) if line.id and line.facts == facts]
    return len(undone(session, lines=lines)) < len(lines)


def _adjustments(operator_id: str, user_id: str) -> SelectOfScalar[AuditEntry]:
    return select(AuditEntry).where(
        col(AuditEntry.subject) == user_id,
        col(AuditEntry.actor) == operator_id,
        col(AuditEntry.action) == ADJUSTED,
    )


def _undo(session: Session, *, operator_id: str, line_id: int, reason: str) -> tuple[str, Adjusted]:
    earlier = session.get(AuditEntry, line_id)
    if earlier is None or earlier.action not in UNDOABLE or "credits" not in earlier.facts:
        raise NotFound("There is no such adjustment.")
    user_id, credits = earlier.facts.get("user", earlier.subject), -int(earlier.facts["credits"])
    session.exec(update(Feedback).where(col(Feedback.thanks_audit_id) == line_id).values(thanked_at=None))
    hold_user(session, user_id=user_id)
    if not ledger.undo_adjustment(session, user_id=user_id, audit_id=line_id, credits=credits):
        raise Conflict("This was undone before.")
    facts = {"credits": credits, "undoes": line_id}
    line = write_line(
        session, operator_id=operator_id, action=UNDONE, subject=user_id, reason=reason, facts=facts
    )
    return user_id, Adjusted(line, credits, ledger.balance(session, user_id=user_id).remaining)
