"""Clerk's people as accounts of ours: made when they first come, and kept as Clerk last told.

An address is theirs only when Clerk has made sure of it; any other stays out, and they have none. Nobody joins an account
here whose address was never confirmed: whoever made it may be somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete
from sqlmodel import Session, col, select

from cuttingasmr.auth import sessions
from cuttingasmr.auth.gone import had_welcome, keyed
from cuttingasmr.auth.local import NAME_LIMIT, checked_email, shown
from cuttingasmr.credits import ledger
from cuttingasmr.db import utc_now
from cuttingasmr.errors import EmailTaken, EmailUnconfirmed, InvalidEmail, SignInRequired
from cuttingasmr.models import NO_ADDRESS, AuditEntry, ClerkEnding, ClerkState, SessionRow, User
from cuttingasmr.providers.clerk import ClerkUser
from cuttingasmr.settings import get_settings

PICTURE_LIMIT = 500

Gone = Callable[[Session, User], object]
"""What is to be done about an account whose owner has deleted themselves at Clerk. Handed in: this package knows no videos."""

log = structlog.get_logger()


def find(session: Session, *, clerk_id: str) -> User | None:
    """Give the account of somebody at Clerk, and keep it from changing until this transaction ends."""
    return session.exec(select(User).where(col(User.clerk_id) == clerk_id).with_for_update()).first()


def admit(session: Session, *, person: ClerkUser) -> User:
    """Give somebody their account: the one they have, the one with their address, or a new one with its welcome.

    Of who has one here already it is learned that Clerk has shut them out: look at `clerk_state`. Raises `SignInRequired` for a
    stranger whom Clerk has shut out and for whom it has forgotten, and `EmailUnconfirmed` or `EmailTaken` where the address is
    an account's that cannot be shown to be theirs.
    """
    if session.get(ClerkEnding, person.id) is not None or was_erased(session, clerk_id=person.id):
        raise SignInRequired
    user = find(session, clerk_id=person.id)
    if user is not None:
        learn(session, user, person)
        return user
    if person.is_blocked:
        raise SignInRequired
    address = address_of(person)
    owner = _owner(session, address)
    user = None if owner is None else _joined(session, owner)
    is_new = user is None
    if user is None:
        user = User(email="", name="")
        user.email = address or placeholder(user)
        session.add(user)
    user.clerk_id, user.clerk_state, user.clerk_updated_ms = person.id, ClerkState.WELCOME, 0
    session.flush()
    learn(session, user, person)
    _welcome(session, user, is_new=is_new)
    return user


def learn(session: Session, user: User, person: ClerkUser) -> bool:
    """Take over what Clerk tells of somebody, unless we know newer things; tell whether their address had to stay as it was."""
    if person.updated_at < user.clerk_updated_ms or user.clerk_state == ClerkState.DELETED:
        return False
    user.clerk_updated_ms = person.updated_at
    user.clerk_state = ClerkState.BLOCKED if person.is_blocked else ClerkState.WELCOME
    user.picture_url = _picture(person.image_url)
    is_kept = person.tells_address and not _move(session, user, address_of(person), told_at=person.updated_at)
    theirs = "" if user.has_own_name else shown(person.name)
    called = theirs or user.name or user.known_email.partition("@")[0] or "Somebody"
    user.name = called[:NAME_LIMIT]
    if user.clerk_state == ClerkState.BLOCKED:
        shut_out(session, user)
    session.add(user)
    session.flush()
    return is_kept


def forget(session: Session, *, clerk_id: str, gone: Gone | None = None) -> User | None:
    """Note that somebody is no longer at Clerk. Their account stays, with all that is in it; nobody gets in by Clerk.

    `gone` is told whose account that is, in the same transaction.
    """
    if was_erased(session, clerk_id=clerk_id):
        return None
    sessions.note_ending(session, clerk_id)
    user = find(session, clerk_id=clerk_id)
    if user is not None:
        user.clerk_state = ClerkState.DELETED
        session.add(user)
        _end_by_clerk(session, user)
        session.flush()
        if gone is not None:
            gone(session, user)
    return user


def mark_of(clerk_id: str) -> str:
    """Give what is remembered of somebody at Clerk whose account was erased; without our key it tells nothing."""
    return f"gone_{keyed(f'clerk:{clerk_id}')[:58]}"


def was_erased(session: Session, *, clerk_id: str) -> bool:
    """Tell whether the account of somebody at Clerk was erased here: then nothing of them is written down any more."""
    return session.get(ClerkEnding, mark_of(clerk_id)) is not None


def shut_out(session: Session, user: User) -> None:
    """End every session of somebody whom Clerk has shut out: also those by a password, which is no way round it.

    Those at Clerk are Clerk's to end: their tokens are good again once it lets them in.
    """
    session.exec(delete(SessionRow).where(col(SessionRow.user_id) == user.id))


def address_of(person: ClerkUser) -> str | None:
    """Give somebody's verified address in the form in which we keep it."""
    try:
        return checked_email(person.verified_email)
    except InvalidEmail:
        return None


def keeps_address(user: User) -> bool:
    """Tell whether it is Clerk that says which address is somebody's."""
    return user.clerk_id is not None and user.clerk_state != ClerkState.DELETED


def placeholder(user: User) -> str:
    """Fill the place of an address that somebody does not have."""
    return f"{user.id}@no-address{NO_ADDRESS}"


def _end_by_clerk(session: Session, user: User) -> None:
    """End every session that somebody has by way of Clerk."""
    theirs = (col(SessionRow.user_id) == user.id, col(SessionRow.clerk_session_id).is_not(None))
    session.exec(delete(SessionRow).where(*theirs))


def _owner(session: Session, address: str | None) -> User | None:
    if address is None:
        return None
    return session.exec(select(User).where(col(User.email) == address).with_for_update()).first()


def _joined(session: Session, owner: User) -> User | None:
    """Give the account that holds a newcomer's verified address, if it is theirs to have; `None` if it gives the address up."""
    if _cannot_prove(owner):
        _release(session, owner)
        return None
    if owner.email_verified_at is None:
        raise EmailUnconfirmed
    if owner.clerk_id is None or owner.clerk_state == ClerkState.DELETED:
        return owner
    if owner.password_hash is not None:
        raise EmailTaken
    _release(session, owner)
    return None


def _release(session: Session, owner: User) -> None:
    """Take an address from an account that knows it from Clerk alone, or cannot prove it: by Clerk's word it is another's."""
    if owner.password_hash is not None:
        session.add(AuditEntry(actor="clerk", action="user.lost-address", subject=owner.id))
    owner.email, owner.email_verified_at = placeholder(owner), None
    session.add(owner)
    session.flush()
    log.info("clerk.address-moved", user_id=owner.id)


def _move(session: Session, user: User, address: str | None, *, told_at: int) -> bool:
    """Give an account the address that Clerk says it has, or none; tell whether that was possible.

    Who has a password with us keeps the address that goes with it until Clerk names another one. Nobody gives an address up
    for word of Clerk's (of `told_at`, ms) that is older than what it last told of them: that is late, and was overtaken.
    """
    if address is None:
        if user.password_hash is None:
            user.email, user.email_verified_at = placeholder(user), None
        return True
    if user.email != address:
        owner = _owner(session, address)
        if owner is not None and not _gives_up(owner, told_at=told_at):
            return False
        if owner is not None:
            _release(session, owner)
        user.email = address
        user.email_verified_at = None
    user.email_verified_at = user.email_verified_at or utc_now()
    return True


def _gives_up(owner: User, *, told_at: int) -> bool:
    if _cannot_prove(owner):
        return True
    return owner.clerk_id is not None and owner.password_hash is None and owner.clerk_updated_ms <= told_at


def _cannot_prove(owner: User) -> bool:
    """Tell whether nobody has shown that an address is this account's, nor ever can: without mail there are no links."""
    return owner.email_verified_at is None and not get_settings().has_mail


def _welcome(session: Session, user: User, *, is_new: bool) -> None:
    is_first = is_new and not had_welcome(session, email=user.email)
    credits = get_settings().welcome_credits if is_first else 0
    if is_first:
        ledger.welcome(session, user_id=user.id, credits=credits)
    action = "user.signed-up" if is_new else "user.joined-clerk"
    session.add(AuditEntry(actor=user.id, action=action, subject=user.id, facts={"credits": credits}))


def _picture(url: str | None) -> str:
    """Keep the address of a picture only if a page may show it."""
    if not url or len(url) > PICTURE_LIMIT or not url.isascii() or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.netloc else ""
