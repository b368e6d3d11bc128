"""What operators do about messages: look through them, mark them as done, and thank for them with credits, once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlmodel import Session, and_, col, func, or_, select

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.credits.by_hand import THANKED
from cuttingasmr.errors import Conflict, Invalid, NotFound
from cuttingasmr.models import AuditEntry, Feedback, User

THANKS: Final = 30
"""Credits for a message that helped."""

PAGE: Final = 25
LONGEST_REASON: Final = 500

View = Literal["open", "done", "all"]


class NobodyToThank(Conflict):
    """Whoever wrote this has no account, so there is nobody to give credits to."""


@dataclass(frozen=True)
class Seen:
    """A message, and who wrote it."""

    row: Feedback
    writer: User | None


@dataclass(frozen=True)
class Pile:
    """A page of messages, newest first; the cursor is the last one's id, or empty at the end."""

    rows: Sequence[Seen]
    cursor: str
    open: int


def page(session: Session, *, view: View = "open", cursor: str = "", size: int = PAGE) -> Pile:
    """Give a page of the messages that are open, that are done, or of all there are."""
    wanted = select(Feedback, User).join(User, col(Feedback.user_id) == col(User.id), isouter=True)
    if view != "all":
        done = col(Feedback.done_at)
        wanted = wanted.where(done.is_(None) if view == "open" else done.is_not(None))
    if cursor:
        last = _found(session, cursor)
        created = col(Feedback.created_at)
        behind = or_(created < last.created_at, and_(created == last.created_at, col(Feedback.id) < last.id))
        wanted = wanted.where(behind)
    ordered = wanted.order_by(col(Feedback.created_at).desc(), col(Feedback.id).desc())
    rows = [Seen(row, writer) for row, writer in session.exec(ordered.limit(size + 1))]
    left = select(func.count()).select_from(Feedback).where(col(Feedback.done_at).is_(None))
    return Pile(rows[:size], rows[size - 1].row.id if len(rows) > size else "", session.exec(left).one())


async def set_done(*, operator: User, feedback_id: str, is_done: bool, reason: object) -> Feedback:
    """Mark a message as done, or as open again. Repeating it changes nothing."""
    return await db.transact(
        _set_done,
        operator_id=operator.id,
        feedback_id=feedback_id,
        is_done=is_done,
        reason=checked_reason(reason),
    )


async def thank(*, operator: User, feedback_id: str, reason: object) -> bool:
    """Give whoever wrote this message the thanks' credits, and tell whether that was now: each message is thanked for once.

    Raises `NobodyToThank` for a message from nobody with an account.
    """
    user_id = await db.transact(
        _thank, operator_id=operator.id, feedback_id=feedback_id, reason=checked_reason(reason)
    )
    if user_id:
        live.publish(user_id)
    return user_id is not None


def checked_reason(reason: object) -> str:
    """Give a reason back, or raise `Invalid`: nothing is done by hand without one."""
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid("Say why: every change by hand needs a reason.")
    return "".join(character for character in reason if character.isprintable()).strip()[:LONGEST_REASON]


def _set_done(
    session: Session, *, operator_id: str, feedback_id: str, is_done: bool, reason: str
) -> Feedback:
    row = _locked(session, feedback_id)
    if (row.done_at is not None) != is_done:
        row.done_at = db.utc_now() if is_done else None
        action = "feedback.done" if is_done else "feedback.reopened"
        session.add(AuditEntry(actor=operator_id, action=action, subject=row.id, reason=reason))
    return row


def _thank(session: Session, *, operator_id: str, feedback_id: str, reason: str) -> str | None:
    """Write the audit line and the credits that refer to it, or nothing where that was done before."""
    row = _locked(session, feedback_id)
    if row.user_id is None:
        raise NobodyToThank
    if row.thanked_at is not None:
        return None
    facts = {"credits": THANKS, "user": row.user_id}
    line = AuditEntry(actor=operator_id, action=THANKED, subject=row.id, reason=reason, facts=facts)
    session.add(line)
    session.flush()
    if line.id is None:
        raise NotFound
    row.thanked_at, row.thanks_audit_id = db.utc_now(), line.id
    ledger.adjust(session, user_id=row.user_id, audit_id=line.id, credits=THANKS)
    return row.user_id


def _found(session: Session, feedback_id: str) -> Feedback:
    row = session.get(Feedback, feedback_id)
    if row is None:
        raise NotFound
    return row


def _locked(session: Session, feedback_id: str) -> Feedback:
    """Read a message to change it; nobody else changes it meanwhile."""
    row = session.exec(select(Feedback).where(col(Feedback.id) == feedback_id).with_for_update()).first()
    if row is None:
        raise NotFound
    return row
