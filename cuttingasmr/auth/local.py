"""Accounts with an e-mail address and a password.

An unknown address and a wrong password get the same answer in the same time: a password is hashed either way.
"""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import sessions
from cuttingasmr.auth.gone import had_welcome
from cuttingasmr.auth.hashing import in_turn
from cuttingasmr.credits import ledger
from cuttingasmr.errors import (
    EmailTaken,
    InvalidEmail,
    InvalidPassword,
    NotFound,
    SignUpElsewhere,
    WrongCredentials,
)
from cuttingasmr.letters import outbox
from cuttingasmr.models import AuditEntry, ClerkState, LetterKind, User
from cuttingasmr.settings import get_settings

PASSWORD_LENGTHS: Final = range(8, 201)
NAME_LIMIT = 120

_hasher = PasswordHasher()


def checked_email(email: object) -> str:
    """Give an address in the one form in which we keep it, or raise `InvalidEmail`."""
    if not isinstance(email, str):
        raise InvalidEmail
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=False)
    except EmailNotValidError as error:
        raise InvalidEmail from error
    return found.normalized.lower()


def checked_password(password: object) -> str:
    """Give a password back, or raise `InvalidPassword`."""
    if not isinstance(password, str) or len(password) not in PASSWORD_LENGTHS:
        raise InvalidPassword
    return password


async def sign_up(
    *, email: object, password: object, name: object = "", user_agent: str = ""
) -> tuple[User, str]:
    """Open an account with its welcome credits, and a session; gives the user and the cookie's value.

    Raises `InvalidEmail`, `InvalidPassword` or `EmailTaken`; where Clerk makes the accounts, `SignUpElsewhere`.
    """
    if get_settings().has_clerk:
        raise SignUpElsewhere
    address, secret = checked_email(email), checked_password(password)
    called = shown(name)[:NAME_LIMIT] if isinstance(name, str) else ""
    hashed = await hashed_password(secret)
    user = User(email=address, name=called or address.partition("@")[0], password_hash=hashed)
    try:
        return await db.transact(_open, user=user, user_agent=user_agent)
    except IntegrityError as error:
        raise EmailTaken from error


async def sign_in(*, email: object, password: object, user_agent: str = "") -> tuple[User, str]:
    """Start a session for the right password; raise `WrongCredentials` for anything else, in the same time."""
    try:
        address, secret = checked_email(email), checked_password(password)
    except (InvalidEmail, InvalidPassword):
        address, secret = "", "no password at all"
    user = await db.read(_by_email, email=address)
    stored = user.password_hash if user is not None else None
    is_right = await is_password(stored, secret)
    is_shut_out = user is not None and (user.is_banned or user.clerk_state == ClerkState.BLOCKED)
    if user is None or stored is None or is_shut_out or not is_right:
        raise WrongCredentials
    return user, await db.transact(_begin, user_id=user.id, verified=stored, user_agent=user_agent)


def _begin(session: Session, *, user_id: str, verified: str, user_agent: str) -> str:
    """Start a session, if they may still come in with this password: while it was hashed that may have changed."""
    mine = (col(User.id) == user_id, col(User.password_hash) == verified, col(User.is_banned).is_(False))
    mine += (col(User.clerk_state) != ClerkState.BLOCKED,)
    if session.exec(select(User.id).where(*mine).with_for_update()).first() is None:
        raise WrongCredentials
    return sessions.begin(session, user_id=user_id, user_agent=user_agent)


async def start_demo(*, user_agent: str = "") -> tuple[User, str]:
    """Open an account nobody has to fill in a form for; in development only, elsewhere there is `NotFound`."""
    if get_settings().app_env != "development" or get_settings().has_clerk:
        raise NotFound
    user = User(email=f"demo-{secrets.token_hex(6)}@demo.invalid", name="Demo", is_demo=True)
    return await db.transact(_open, user=user, user_agent=user_agent)


def _open(session: Session, *, user: User, user_agent: str) -> tuple[User, str]:
    session.add(user)
    session.flush()
    is_first = not had_welcome(session, email=user.email)
    credits = get_settings().welcome_credits if is_first else 0
    if is_first:
        ledger.welcome(session, user_id=user.id, credits=credits)
    session.add(
        AuditEntry(actor=user.id, action="user.signed-up", subject=user.id, facts={"credits": credits})
    )
    if not user.is_demo:
        outbox.write_with_link(session, LetterKind.CONFIRM, to=user.email, user_id=user.id)
    return user, sessions.begin(session, user_id=user.id, user_agent=user_agent)


def shown(name: str) -> str:
    """Leave out what cannot be seen, some of which PostgreSQL does not even store."""
    return "".join(character for character in name if character.isprintable()).strip()


def _by_email(session: Session, *, email: str) -> User | None:
    return session.exec(select(User).where(col(User.email) == email)).first()


async def hashed_password(secret: str) -> str:
    """Give what is kept of a password, when its turn has come."""
    return await in_turn(_hasher.hash, secret)


async def is_password(stored: str | None, secret: str) -> bool:
    """Tell whether this is the password, when its turn has come; for an account without one it takes as long to say no."""
    return await in_turn(_verify, stored, secret)


def _verify(stored: str | None, secret: str) -> bool:
    try:
        return _hasher.verify(stored or _decoy(), secret)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """Give a hash that no password fits, to spend on an unknown address the time that a known one takes."""
    return _hasher.hash(secrets.token_urlsafe(32))
