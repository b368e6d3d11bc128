"""Leaving: an account that its owner deletes is shut at once, can be kept for some days, and is then erased (`erasing.py`).

While somebody is leaving they are nobody here (`auth/sessions.py`): they can sign in, see when it ends, take their data along,
stay, and sign out. Nothing else is lost until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from cuttingasmr import db, live
from cuttingasmr.auth import passwords, session_list
from cuttingasmr.auth.operators import is_operator
from cuttingasmr.errors import Conflict, Invalid, NotFound
from cuttingasmr.generation import control, engine
from cuttingasmr.models import AuditEntry, User, Video
from cuttingasmr.settings import get_settings

WORD = "DELETE"
BY_CLERK = "clerk"


class NotConfirmed(Invalid):
    """To delete your account, type DELETE or its e-mail address."""


@dataclass(frozen=True)
class Farewell:
    """When an account is erased, and what came of leaving: videos that were canceled, and the credits that came back."""

    erase_at: datetime
    canceled: int = 0
    credits_returned: int = 0


async def leave(*, user: User, confirm: object, password: object = "") -> Farewell:
    """Shut somebody's account and let it be erased later; doing it again changes nothing.

    Raises `NotConfirmed` without the word or the address, `WrongPassword` where there is one, and `Conflict` for an operator.
    """
    if not is_confirmed(user, confirm):
        raise NotConfirmed
    if is_operator(user):
        raise Conflict("An operator's account cannot be deleted. Take the address out of ADMIN_EMAILS first.")
    if user.password_hash is not None:
        await passwords.require_present(user, password)
    farewell = await db.transact(begin, user_id=user.id, actor=user.id)
    live.publish(user.id)
    engine.poke()  # places in the queue are free
    return farewell


def is_confirmed(user: User, confirm: object) -> bool:
    """Tell whether somebody has typed what they were asked to type."""
    typed = confirm.strip() if isinstance(confirm, str) else ""
    return typed == WORD or (bool(typed) and typed.lower() == user.known_email)


async def stay(*, user_id: str) -> User:
    """Keep an account that was to be deleted; one that was not is as it is. Raises `NotFound` once it is erased."""
    user = await db.transact(_stay, user_id=user_id)
    live.publish(user_id)
    return user


def begin(session: Session, *, user_id: str, actor: str, now: datetime | None = None) -> Farewell:
    """Shut an account: every session ends, nothing of it is public, and what was not submitted yet comes back."""
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()
    if user.erase_at is not None or user.erased_at is not None:
        return Farewell(user.erase_at or db.utc_now())
    user.erase_at = (now or db.utc_now()) + timedelta(days=get_settings().deletion_days)
    session.flush()
    ended = session_list.end_all(session, user_id=user_id)
    returned = control.cancel_waiting(session, user_id=user_id)
    shared = update(Video).where(col(Video.user_id) == user_id, col(Video.is_shared))
    session.exec(shared.values(is_shared=False))
    facts = {"sessionsEnded": ended, "videosCanceled": len(returned), "credits": sum(returned)}
    session.add(AuditEntry(actor=actor, action="user.leaving", subject=user_id, facts=facts))
    return Farewell(user.erase_at, len(returned), sum(returned))


def gone_at_clerk(session: Session, user: User) -> None:
    """Let somebody leave who has deleted themselves at Clerk, if that was their only way in; a ban is not ended by it.

    They come back by signing in at Clerk anew with the same confirmed address, as long as the account is kept.
    """
    if user.password_hash is None and not user.is_banned and not is_operator(user):
        begin(session, user_id=user.id, actor=BY_CLERK)


def _stay(session: Session, *, user_id: str) -> User:
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()
    if user.erased_at is not None:
        raise NotFound
    if user.erase_at is not None:
        user.erase_at = None
        session.add(AuditEntry(actor=user_id, action="user.stayed", subject=user_id))
    return user
