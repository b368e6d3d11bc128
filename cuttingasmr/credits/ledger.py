"""The ledger. Nothing else in this site changes a balance.

Each change is one row of `credit_entries`, unique on kind and reference, and one atomic increment, in one transaction:
a repeat finds its row and does nothing. Balances are never read, computed in Python and written back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Result, update
from sqlmodel import Session, col, select

from cuttingasmr.db import insert_for
from cuttingasmr.errors import InsufficientCredits, NotFound
from cuttingasmr.models import CreditEntry, Kind, User


@dataclass(frozen=True)
class Balance:
    """What a person has, in credits."""

    total: int
    used: int

    @property
    def remaining(self) -> int:
        """What is left to spend; negative after a claw-back of what was spent already."""
        return self.total - self.used


def balance(session: Session, *, user_id: str) -> Balance:
    """Read a balance, or raise `NotFound`."""
    row = session.exec(select(User.total_credits, User.used_credits).where(col(User.id) == user_id)).first()
    if row is None:
        raise NotFound
    return Balance(*row)


def welcome(session: Session, *, user_id: str, credits: int) -> None:
    """Give a new account its first credits. Repeating it changes nothing."""
    if _write_entry(session, user_id, Kind.WELCOME, reference=user_id, credits=credits):
        _add_to_total(session, user_id, credits)


def reserve(session: Session, *, user_id: str, video_id: str, credits: int) -> None:
    """Charge a video to its owner, or raise `InsufficientCredits`. Repeating it changes nothing.

    The condition stands in the UPDATE, so the database decides between rivals; what the entry wrote before it is rolled
    back with the transaction that this refusal ends.
    """
    if not _write_entry(session, user_id, Kind.SPEND, reference=video_id, credits=-credits):
        return
    enough = col(User.total_credits) - col(User.used_credits) >= credits
    charge = (
        update(User)
        .where(col(User.id) == user_id, enough)
        .values(used_credits=col(User.used_credits) + credits)
    )
    if (
        session.exec(charge.returning(col(User.id)).execution_options(synchronize_session=False)).first()
        is None
    ):
        raise InsufficientCredits


def give_back(session: Session, *, video_id: str) -> int:
    """Return what a video cost, and tell how much that was; 0 when it was returned before or never charged."""
    spent = session.exec(
        select(CreditEntry.user_id, CreditEntry.credits).where(
            col(CreditEntry.kind) == Kind.SPEND, col(CreditEntry.reference) == video_id
        )
    ).first()
    if spent is None:
        return 0
    user_id, credits = spent[0], -spent[1]
    if not _write_entry(session, user_id, Kind.GIVE_BACK, reference=video_id, credits=credits):
        return 0
    used = col(User.used_credits)
    _change(session, user_id, used_credits=used - credits)
    return credits


def purchase(session: Session, *, user_id: str, order_id: str, credits: int) -> bool:
    """Grant a paid order's credits, and tell whether that was now. Repeating it changes nothing."""
    is_new = _write_entry(session, user_id, Kind.PURCHASE, reference=order_id, credits=credits)
    if is_new:
        _add_to_total(session, user_id, credits)
    return is_new


def claw_back(session: Session, *, user_id: str, reference: str, credits: int) -> bool:
    """Take back what a refund or a dispute (`reference`) undoes; the balance may become negative. Repeating it changes nothing."""
    is_new = _write_entry(session, user_id, Kind.CLAWBACK, reference=reference, credits=-credits)
    if is_new:
        _add_to_total(session, user_id, -credits)
    return is_new


def was_taken_back(session: Session, *, reference: str) -> bool:
    """Tell whether a refund or a dispute has been acted on."""
    entry = select(CreditEntry.id).where(
        col(CreditEntry.kind) == Kind.CLAWBACK, col(CreditEntry.reference) == reference
    )
    return session.exec(entry).first() is not None


def adjust(session: Session, *, user_id: str, audit_id: int, credits: int) -> None:
    """Change a balance by an operator's word, up or down. `audit_id` is the audit line that gives the reason."""
    if _write_entry(session, user_id, Kind.ADJUSTMENT, reference=str(audit_id), credits=credits):
        _add_to_total(session, user_id, credits)


def _add_to_total(session: Session, user_id: str, credits: int) -> None:
    _change(session, user_id, total_credits=col(User.total_credits) + credits)


def _change(session: Session, user_id: str, **values: object) -> None:
    session.exec(
        update(User)
        .where(col(User.id) == user_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _write_entry(session: Session, user_id: str, kind: Kind, *, reference: str, credits: int) -> bool:
    """Write the row, or tell that it stands already. Read with RETURNING: a row count is not told alike everywhere."""
    insert = insert_for(session)(CreditEntry).values(
        user_id=user_id, kind=kind, reference=reference, credits=credits
    )
    insert = insert.on_conflict_do_nothing(index_elements=["kind", "reference"]).returning(CreditEntry.id)
    written = cast("Result[int]", session.exec(insert))
    return written.first() is not None
