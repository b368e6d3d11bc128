"""Statements about the money that must be true at any moment, and what breaks them now.

Run as `make audit`, after every randomised test, and each hour, when what is found is written down for the operators. It mends
nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, not_, or_
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.models import CREDITED, ENDED, AuditEntry, CreditEntry, Kind, Order, Status, User, Video

NAME = "audit"
ACTION, SUBJECT = "money.audited", "money"
MOST_SHOWN = 100
REST_LIMIT = timedelta(hours=26)
"""No video is on its way longer: the patience with a full storage (a day) and the waiting for the provider."""


@dataclass(frozen=True)
class Finding:
    """One statement that is not true of one subject (a user, an order or a video)."""

    statement: str
    subject: str
    detail: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.statement}: {self.subject} ({self.detail})"


def find_all(session: Session, *, now: datetime | None = None) -> list[Finding]:
    """Check every statement; an empty list is a clean audit."""
    now = now or db.utc_now()
    checks: tuple[Callable[[Session], list[Finding]], ...] = (
        _balances_equal_their_entries,
        _nobody_owes_for_a_spend,
        _completed_videos_are_paid_once,
        _ended_videos_are_given_back,
        _entries_have_their_videos,
        _purchases_are_credited_once,
        _no_purchase_without_its_order,
        _what_is_taken_back_is_what_orders_say,
    )
    return [finding for check in checks for finding in check(session)] + _nothing_rests(session, now)


def write_down(session: Session, *, findings: list[Finding]) -> None:
    """Write what was found into the audit log, unless its last line says the same."""
    last, found = latest(session), sorted(findings, key=str)
    facts = {"count": len(found), "findings": [asdict(finding) for finding in found[:MOST_SHOWN]]}
    if facts != (last.facts if last else {"count": 0, "findings": []}):
        session.add(AuditEntry(actor="audit", action=ACTION, subject=SUBJECT, facts=facts))


def latest(session: Session) -> AuditEntry | None:
    """Give the line of what was found last; none where nothing ever was."""
    lines = select(AuditEntry).where(col(AuditEntry.subject) == SUBJECT, col(AuditEntry.action) == ACTION)
    return session.exec(lines.order_by(col(AuditEntry.id).desc()).limit(1)).first()


def _sum_of(*kinds: Kind) -> ColumnElement[int]:
    return func.sum(case((col(CreditEntry.kind).in_(kinds), col(CreditEntry.credits)), else_=0))


def _balances_equal_their_entries(session: Session) -> list[Finding]:
    """`total_credits` is what came in; `used_credits` is what was spent and not given back."""
    came = func.coalesce(_sum_of(Kind.WELCOME, Kind.PURCHASE, Kind.ADJUSTMENT, Kind.CLAWBACK), 0)
    went = -func.coalesce(_sum_of(Kind.SPEND, Kind.GIVE_BACK), 0)
    too_much, overused = col(User.total_credits) - came, col(User.used_credits) - went
    rows = session.exec(
        select(User.id, too_much, overused)
        .join(CreditEntry, col(CreditEntry.user_id) == col(User.id), isouter=True)
        .group_by(col(User.id), col(User.total_credits), col(User.used_credits))
        .having(or_(too_much != 0, overused != 0))
    )
    statement = "a balance is the sum of its entries"
    return [Finding(statement, row[0], f"total is off by {row[1]}, used by {row[2]}") for row in rows]


def _nobody_owes_for_a_spend(session: Session) -> list[Finding]:
    """Only a claw-back or an operator may push a balance below zero."""
    lowered = select(CreditEntry.user_id).where(
        col(CreditEntry.kind).in_((Kind.CLAWBACK, Kind.ADJUSTMENT)), col(CreditEntry.credits) < 0
    )
    rows = session.exec(
        select(User.id, User.total_credits, User.used_credits).where(
            col(User.used_credits) > col(User.total_credits), col(User.id).not_in(lowered)
        )
    )
    return [
        Finding("nobody spends what they do not have", row[0], f"used {row[2]} of {row[1]}") for row in rows
    ]


def _completed_videos_are_paid_once(session: Session) -> list[Finding]:
    return _wrongly_paid(session, "a completed video is paid for once", (Status.COMPLETED,), give_backs=0)


def _ended_videos_are_given_back(session: Session) -> list[Finding]:
    lost = (Status.FAILED, Status.CANCELED)
    return _wrongly_paid(session, "a video that did not come is given back once", lost, give_backs=1)


def _wrongly_paid(
    session: Session, statement: str, statuses: tuple[Status, ...], *, give_backs: int
) -> list[Finding]:
    """Find videos in these states that have not exactly one spend and so many give-backs."""
    spends = func.count(case((col(CreditEntry.kind) == Kind.SPEND, 1)))
    backs = func.count(case((col(CreditEntry.kind) == Kind.GIVE_BACK, 1)))
    of_video = and_(
        col(CreditEntry.reference) == col(Video.id), col(CreditEntry.kind).in_((Kind.SPEND, Kind.GIVE_BACK))
    )
    rows = session.exec(
        select(Video.id, spends, backs)
        .join(CreditEntry, of_video, isouter=True)
        .where(col(Video.status).in_(statuses))
        .group_by(col(Video.id))
        .having(or_(spends != 1, backs != give_backs))
    )
    return [Finding(statement, row[0], f"{row[1]} spends, {row[2]} give-backs") for row in rows]


def _entries_have_their_videos(session: Session) -> list[Finding]:
    """Find charges whose video is missing, somebody else's, or of another price."""
    spend = col(CreditEntry.kind).in_((Kind.SPEND, Kind.GIVE_BACK))
    rows = session.exec(
        select(CreditEntry.reference, CreditEntry.kind)
        .join(Video, col(Video.id) == col(CreditEntry.reference), isouter=True)
        .where(
            spend,
            or_(
                col(Video.id).is_(None),
                col(Video.user_id) != col(CreditEntry.user_id),
                func.abs(col(CreditEntry.credits)) != col(Video.credits_used),
            ),
        )
    )
    return [Finding("a charge belongs to its owner's video", row[0], row[1]) for row in rows]


def _purchases_are_credited_once(session: Session) -> list[Finding]:
    """Find credited orders whose one entry is missing or of another amount, and credited ones that must not be."""
    entries = func.count(col(CreditEntry.id))
    amount = func.coalesce(func.sum(col(CreditEntry.credits)), 0)
    of_order = and_(col(CreditEntry.reference) == col(Order.id), col(CreditEntry.kind) == Kind.PURCHASE)
    is_credited = col(Order.state).in_(CREDITED)
    wrong = or_(
        and_(is_credited, or_(entries != 1, amount != col(Order.credits))),
        and_(not_(is_credited), entries != 0),
    )
    rows = session.exec(
        select(Order.id, Order.state, entries)
        .join(CreditEntry, of_order, isouter=True)
        .group_by(col(Order.id), col(Order.state), col(Order.credits))
        .having(wrong)
    )
    return [
        Finding("a purchase is credited once, in full", row[0], f"{row[1]}, {row[2]} entries") for row in rows
    ]


def _no_purchase_without_its_order(session: Session) -> list[Finding]:
    rows = session.exec(
        select(CreditEntry.reference, CreditEntry.user_id)
        .join(Order, col(Order.id) == col(CreditEntry.reference), isouter=True)
        .where(
            col(CreditEntry.kind) == Kind.PURCHASE,
            or_(col(Order.id).is_(None), col(Order.user_id) != col(CreditEntry.user_id)),
        )
    )
    return [
        Finding("a purchase belongs to its buyer's order", row[0], f"credited to {row[1]}") for row in rows
    ]


def _what_is_taken_back_is_what_orders_say(session: Session) -> list[Finding]:
    """Compare, for each person, the claw-backs in the ledger with those that their orders tell of."""
    entries = (
        select(func.coalesce(func.sum(col(CreditEntry.credits)), 0))
        .where(col(CreditEntry.user_id) == col(Order.user_id), col(CreditEntry.kind) == Kind.CLAWBACK)
        .scalar_subquery()
    )
    told = func.sum(col(Order.clawed_back))
    rows = session.exec(
        select(Order.user_id, told)
        .where(col(Order.user_id).is_not(None))
        .group_by(col(Order.user_id))
        .having(told != -entries)
    )
    statement = "what is taken back is what orders say"
    return [Finding(statement, str(row[0]), f"orders say {row[1]}") for row in rows]


def _nothing_rests(session: Session, now: datetime) -> list[Finding]:
    rows = session.exec(
        select(Video.id, Video.status).where(
            col(Video.status).not_in(ENDED), col(Video.created_at) < now - REST_LIMIT
        )
    )
    return [Finding("nothing rests forever", row[0], f"still {row[1]}") for row in rows]


def main() -> int:
    """Print every finding; the exit code is 1 when there is one."""
    findings = db.look(find_all)
    for finding in findings:
        print(finding)  # noqa: T201 - this is a command
    print(f"audit: {'clean' if not findings else f'{len(findings)} findings'}")  # noqa: T201
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
