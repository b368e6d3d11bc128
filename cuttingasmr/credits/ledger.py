"""The ledger. Nothing else in this site changes a balance.

Each change is one row of `credit_entries`, unique on kind and reference, and one atomic increment, in one transaction:
a repeat finds its row and does nothing. Balances are never read, computed in Python and written back.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import InsufficientCredits, NotFound
from cuttingasmr.models import CreditEntry, Kind, User

_users = db.table_of(User)
_owner = update(_users).where(_users.c.id == bindparam("owner"))
_GRANT = _owner.values(total_credits=_users.c.total_credits + bindparam("more"))
_RETURN = _owner.values(used_credits=_users.c.used_credits - bindparam("cost"))
_CHARGE = (
    _owner.where(_users.c.total_credits - _users.c.used_credits >= bindparam("cost"))
    .values(used_credits=_users.c.used_credits + bindparam("cost"))
    .returning(_users.c.id)
)


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
    if db.line(session).execute(_CHARGE, {"owner": user_id, "cost": credits}).first() is None:
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
    db.line(session).execute(_RETURN, {"owner": user_id, "cost": credits})
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


def undo_adjustment(session: Session, *, user_id: str, audit_id: int, credits: int) -> bool:
    """Do the opposite of an adjustment, `credits` with its sign, and tell whether that was now. Repeating it changes nothing."""
    is_new = _write_entry(session, user_id, Kind.ADJUSTMENT, reference=undo_mark(audit_id), credits=credits)
    if is_new:
        _add_to_total(session, user_id, credits)
    return is_new


def undo_mark(audit_id: int) -> str:
    """Name the entry that undoes the adjustment of this audit line."""
    return f"undo:{audit_id}"


def _add_to_total(session: Session, user_id: str, credits: int) -> None:
    db.line(session).execute(_GRANT, {"owner": user_id, "more": credits})


def _write_entry(session: Session, user_id: str, kind: Kind, *, reference: str, credits: int) -> bool:
    """Write the row, or tell that it stands already."""
    row = {"user_id": user_id, "kind": kind, "reference": reference, "credits": credits}
    return db.write_once(session, CreditEntry, once=("kind", "reference"), **row)
