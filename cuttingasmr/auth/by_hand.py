"""What operators do about somebody's account: ending their sessions, vouching for their address, keeping it. Bans are in `bans.py`."""

from __future__ import annotations

from sqlmodel import Session

from cuttingasmr import db, live
from cuttingasmr.auth import clerk_people, operators, session_list
from cuttingasmr.credits.by_hand import checked_reason, hold_user, write_line
from cuttingasmr.errors import Conflict
from cuttingasmr.models import User


async def end_sessions(*, operator: User, user_id: str, reason: str) -> int:
    """Sign somebody out everywhere, at once, and tell how many sessions that ended. Where there is none, nothing is done."""
    ended = await db.transact(
        _end_sessions, operator_id=operator.id, user_id=user_id, reason=checked_reason(reason)
    )
    live.publish(user_id)
    return ended


async def vouch(*, operator: User, user_id: str, is_theirs: bool, reason: str) -> None:
    """Take an address for its account's own, or no longer; doing it again changes nothing.

    Raises `Conflict` for the address of an operator, or of somebody who is to be one: that takes a command on the server. An
    address that Clerk keeps cannot be taken from its account here: Clerk would give it back at the next word of them.
    """
    await db.transact(
        _vouch, operator_id=operator.id, user_id=user_id, is_theirs=is_theirs, reason=checked_reason(reason)
    )
    live.publish(user_id)


async def keep(*, operator: User, user_id: str, reason: str) -> bool:
    """Keep an account that was to be erased, and tell whether it was. Raises `Conflict` for one that is erased already."""
    was_leaving = await db.transact(
        _keep, operator_id=operator.id, user_id=user_id, reason=checked_reason(reason)
    )
    live.publish(user_id)
    return was_leaving


def _end_sessions(session: Session, *, operator_id: str, user_id: str, reason: str) -> int:
    hold_user(session, user_id=user_id)
    ended = session_list.end_all(session, user_id=user_id)
    if ended:
        facts, action = {"sessionsEnded": ended}, "user.signed-out"
        write_line(
            session, operator_id=operator_id, action=action, subject=user_id, reason=reason, facts=facts
        )
    return ended


def _vouch(session: Session, *, operator_id: str, user_id: str, is_theirs: bool, reason: str) -> None:
    user = hold_user(session, user_id=user_id)
    if operators.is_named(user):
        raise Conflict("This address is named in ADMIN_EMAILS. Vouch for it on the server, not here.")
    if not user.known_email:
        raise Conflict("This account has no e-mail address.")
    if (user.email_verified_at is not None) == is_theirs:
        return
    if not is_theirs and clerk_people.keeps_address(user):
        raise Conflict(
            "Clerk has made sure of this address, and would say so again. Take it from them at Clerk."
        )
    user.email_verified_at = db.utc_now() if is_theirs else None
    action = "user.vouched-for" if is_theirs else "user.vouch-withdrawn"
    write_line(session, operator_id=operator_id, action=action, subject=user_id, reason=reason, facts={})


def _keep(session: Session, *, operator_id: str, user_id: str, reason: str) -> bool:
    user = hold_user(session, user_id=user_id)
    if user.erased_at is not None:
        raise Conflict("This account is erased. Nothing of it is left that could be kept.")
    if user.erase_at is None:
        return False
    facts, user.erase_at = {"eraseAt": user.erase_at.isoformat()}, None
    write_line(
        session, operator_id=operator_id, action="user.kept", subject=user_id, reason=reason, facts=facts
    )
    return True
