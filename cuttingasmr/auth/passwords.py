"""Changing a password: by the present one, or by a link that was mailed to the account's address.

Either way every other session of the account ends at once, open tabs included, and a letter to a confirmed address says so. Who has opened a
letter to an address has proved that it is theirs: a reset confirms it, too.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.auth import attempts, session_list, sessions
from cuttingasmr.auth.local import checked_email, checked_password, hashed_password, is_password
from cuttingasmr.errors import Conflict, InvalidPassword, KeptByClerk, LinkOver, NotFound, WrongPassword
from cuttingasmr.letters import links, outbox
from cuttingasmr.models import AuditEntry, ClerkState, LetterKind, Purpose, User
from cuttingasmr.settings import get_settings

OPEN_LINKS: Final = (Purpose.RESET, Purpose.CHANGE)
"""The links that are void once the password is another: whoever asked for them may have known the old one."""


def require_mail() -> None:
    """Let only sites go on that can write to people; elsewhere Clerk keeps the passwords, and there is nothing here."""
    if not get_settings().has_mail:
        raise NotFound("This site sends no letters: people sign in with Clerk, which keeps their passwords.")


async def ask_for_reset(*, email: object, address: str) -> None:
    """Have a link to set a new password mailed to an address, if it is an account's. Nobody is told whether it is.

    An account is looked for only when the letter is sent: until then it is the same for any address, in the same time. Raises
    `InvalidEmail` for what is no address, and `TooManyRequests`. `address` is where on the network the question comes from.
    """
    require_mail()
    to = checked_email(email)
    await attempts.count_letter(to, address)
    await db.transact(_ask_for_reset, to=to)


async def reset(*, token: str, password: object) -> None:
    """Set a new password by a mailed link, end all sessions of the account, and confirm its address.

    Raises `InvalidPassword`, which leaves the link as it is, or `LinkOver`.
    """
    secret = checked_password(password)
    if await db.read(links.find, token=token, purposes=(Purpose.RESET,)) is None:
        raise LinkOver
    hashed = await hashed_password(secret)
    live.publish(await db.transact(_reset, token=token, hashed=hashed))


async def change(*, user: User, present: object, new: object, token: str | None) -> None:
    """Change one's own password, and end all other sessions. `token` is the session that stays.

    Raises `KeptByClerk` for an account without a password, `InvalidPassword`, `WrongPassword`, or `TooManyRequests`.
    """
    require_password(user)
    secret = checked_password(new)
    await require_present(user, present)
    hashed = await hashed_password(secret)
    here = sessions.name_of(token) if token else ""
    await db.transact(_change, user_id=user.id, proved=user.password_hash, hashed=hashed, here=here)
    live.publish(user.id)


def require_password(user: User) -> None:
    """Let only those go on who have a password with us."""
    if user.password_hash is None:
        raise KeptByClerk("This is a demo account: it has no password." if user.is_demo else "")


async def require_present(user: User, present: object) -> None:
    """Let only those go on who know the present password, whoever holds their session; each try counts."""
    await attempts.count_password(user.id)
    try:
        known = checked_password(present)
    except InvalidPassword as error:
        raise WrongPassword from error
    if not await is_password(user.password_hash, known):
        raise WrongPassword


def _ask_for_reset(session: Session, *, to: str) -> None:
    outbox.write(session, LetterKind.RESET, to=to)


def _reset(session: Session, *, token: str, hashed: str) -> str:
    """Use the link up and set the password; gives whose it is."""
    link = links.find(session, token=token, purposes=(Purpose.RESET,))
    if link is None:
        raise LinkOver
    user = session.exec(select(User).where(col(User.id) == link.user_id).with_for_update()).one()
    is_theirs = user.email == link.address and user.password_hash is not None
    is_shut_out = user.is_banned or user.clerk_state == ClerkState.BLOCKED
    if not is_theirs or is_shut_out or not links.use(session, link):
        raise LinkOver
    user.email_verified_at = user.email_verified_at or db.utc_now()
    links.void(session, user.id, Purpose.CONFIRM)
    ended = session_list.end_all(session, user_id=user.id)
    _set(session, user, hashed, action="user.reset-password", ended=ended)
    return user.id


def _change(session: Session, *, user_id: str, proved: str | None, hashed: str, here: str) -> None:
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()
    if user.password_hash != proved:
        raise Conflict  # another browser was quicker
    ended = session_list.end_all_but(session, user_id=user_id, here=here)
    _set(session, user, hashed, action="user.changed-password", ended=ended)


def _set(session: Session, user: User, hashed: str, *, action: str, ended: int) -> None:
    user.password_hash = hashed
    session.add(user)
    links.void(session, user.id, *OPEN_LINKS)
    facts = {"sessionsEnded": ended}
    session.add(AuditEntry(actor=user.id, action=action, subject=user.id, facts=facts))
    outbox.write_to_owner(session, LetterKind.PASSWORD_CHANGED, user=user)
