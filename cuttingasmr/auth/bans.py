"""Shutting somebody out, and letting them in again. It acts at once: no session of theirs is left, and open tabs hear of it."""

from __future__ import annotations

from sqlmodel import Session

from cuttingasmr import db, live
from cuttingasmr.auth import session_list
from cuttingasmr.auth.operators import is_operator
from cuttingasmr.credits.by_hand import checked_reason, hold_user, write_line
from cuttingasmr.errors import Conflict
from cuttingasmr.models import User


async def set_banned(*, operator: User, user_id: str, banned: bool, reason: str) -> None:
    """Ban somebody, or take it back; doing it again changes nothing.

    Raises `NotFound`, `Invalid` without a reason, or `Conflict` for an operator, whom `ADMIN_EMAILS` unmakes.
    """
    await db.transact(
        _set_banned, operator_id=operator.id, user_id=user_id, banned=banned, reason=checked_reason(reason)
    )
    live.publish(user_id)


def _set_banned(session: Session, *, operator_id: str, user_id: str, banned: bool, reason: str) -> None:
    user = hold_user(session, user_id=user_id)
    if banned and is_operator(user):
        raise Conflict("Operators cannot be banned. Take the address out of ADMIN_EMAILS first.")
    if user.is_banned == banned:
        return
    user.is_banned = banned
    ended = session_list.end_all(session, user_id=user_id) if banned else 0
    action = "user.banned" if banned else "user.unbanned"
    facts = {"sessionsEnded": ended}
    write_line(session, operator_id=operator_id, action=action, subject=user_id, reason=reason, facts=facts)
