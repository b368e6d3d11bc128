"""Coming in with a token of Clerk's: for one request (a bearer), or in exchange for a session that lives with Clerk's.

A token is checked with keys that are here already; Clerk itself is asked only about somebody whom we see for the first time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.auth import clerk_people, sessions
from cuttingasmr.auth.clerk_token import Claims, get_verifier
from cuttingasmr.errors import NotFound, SignInRequired, SignInUnavailable
from cuttingasmr.models import ClerkEnding, ClerkState, User
from cuttingasmr.providers.clerk import ClerkUser, get_clerk
from cuttingasmr.rate_limits import SYNC, spend
from cuttingasmr.settings import get_settings

LIFE = timedelta(hours=1)
"""How long a session lives on after each token of its session at Clerk. Its end at Clerk ends it at once, by webhook; this
is for the webhook that never comes."""
RENEW_BEFORE = timedelta(minutes=45)
"""With so much of its life left at the latest, a page brings a new token."""
TELL_FOR, TELL_AT_ONCE = timedelta(days=30), 20
"""Clerk is told of an end for so long, so many at a time."""

SESSION = "sess_"
"""Begins the name of a session at Clerk, and nothing else's."""

REMEMBER_FOR = timedelta(days=90)
"""How long the end of a session is kept in mind; of a user, always."""

RETURNING = re.compile(r"(?:^|;)\s*__client_uat(?:_[A-Za-z0-9_-]{1,16})?=[1-9]\d{0,15}(?=;|$)")
"""Clerk's cookie on our own origin: the moment of the last sign-in, or 0. It proves nothing; it is worth a look."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Entry:
    """Who has come in, with which cookie, whether that cookie is a new one, and what ended by that."""

    user: User
    cookie: str
    is_new: bool
    ended: sessions.Ended | None = None


async def who(token: str) -> User:
    """Tell whose token this is, or raise `SignInRequired`. Who comes for the first time gets an account."""
    return sessions.present(await holder(token))


async def holder(token: str) -> User:
    """Do `who` for what somebody who is leaving may still do."""
    return (await _arrive(token))[1]


async def exchange(*, token: str, cookie: str | None, user_agent: str = "") -> Entry:
    """Give a session for a token: the one of `cookie`, with a longer life, if it belongs to the same session at Clerk."""
    claims, user = await _arrive(token)
    entry = await db.transact(_enter, claims=claims, user_id=user.id, cookie=cookie, user_agent=user_agent)
    if entry.ended is not None:
        live.publish(entry.ended.user_id)  # somebody else may have been signed in here
    return entry


async def sync(user: User, *, gone: clerk_people.Gone | None = None) -> User:
    """Read anew who somebody is at Clerk; an account of ours alone is as it is.

    Raises `SignInRequired` for whom Clerk has shut out, which is written down with all else that it says of them, or no longer
    knows, of which `gone` is told; and `TooManyRequests`.
    """
    if user.clerk_id is None or user.clerk_state == ClerkState.DELETED or not get_settings().has_clerk:
        return user
    await spend(SYNC, user.id)
    person = await get_clerk().user(user.clerk_id)
    if person is None:
        await db.transact(clerk_people.forget, clerk_id=user.clerk_id, gone=gone)
        raise SignInRequired
    fresh = await _admit(person)
    if fresh.clerk_state != ClerkState.WELCOME:
        live.publish(fresh.id)  # their sessions are over: open pages look who they are now
        raise SignInRequired
    return fresh


async def leave(session_id: str | None) -> None:
    """End a session at Clerk too. If Clerk cannot be reached, ours is over all the same, and Clerk is told later."""
    if session_id is None or not get_settings().has_clerk:
        return
    try:
        await get_clerk().revoke(session_id)
    except SignInUnavailable:
        log.warning("clerk.not-told-of-an-end")
    else:
        await db.transact(_note_told, session_id=session_id)


async def tell_endings() -> int:
    """Tell Clerk of the sessions that we have ended and it has not heard of yet; gives how many that were.

    Those that ended so long ago that no token of theirs can be left are forgotten. Whose account was erased is deleted there.
    """
    await db.transact(_forget_old)
    untold = await db.read(_untold) if get_settings().has_clerk else []
    for clerk_name in untold:
        await (leave(clerk_name) if clerk_name.startswith(SESSION) else _delete(clerk_name))
    return len(untold)


async def _delete(clerk_id: str) -> None:
    """Delete at Clerk whose account was erased here; after that we have no use for their id. If Clerk is away, later."""
    try:
        await get_clerk().delete(clerk_id)
    except SignInUnavailable:
        log.warning("clerk.not-told-of-an-end")
    else:
        await db.transact(_drop, clerk_id=clerk_id)


def _drop(session: Session, *, clerk_id: str) -> None:
    session.exec(delete(ClerkEnding).where(col(ClerkEnding.id) == clerk_id))


def seconds_to_renewal(session: Session, *, cookie: str | None) -> int | None:
    """Tell in how many seconds a page should bring a new token; `None` if this session is not one of Clerk's."""
    row = sessions.find_row(session, token=cookie)
    if row is None or row.clerk_session_id is None:
        return None
    return max(0, round((row.expires_at - db.utc_now() - RENEW_BEFORE).total_seconds()))


def is_returning(cookie_header: str) -> bool:
    """Tell whether Clerk's script has left word in this browser that somebody is signed in there (providers.md §3.3)."""
    return RETURNING.search(cookie_header) is not None


def require_clerk() -> None:
    """Let only sites with Clerk go on; elsewhere there is nothing here (`NotFound`)."""
    if not get_settings().has_clerk:
        raise NotFound


def has_untold() -> ColumnElement[bool]:
    """Say when `tell_endings` has anything to do."""
    old = select(ClerkEnding.id).where(_is_old()).exists()
    return or_(old, select(ClerkEnding.id).where(*_is_untold()).exists()) if get_settings().has_clerk else old


def _untold(session: Session) -> list[str]:
    """List some of them, oldest first; older sessions have run out at Clerk by themselves."""
    waiting = select(ClerkEnding.id).where(*_is_untold())
    return list(session.exec(waiting.order_by(col(ClerkEnding.ended_at)).limit(TELL_AT_ONCE)))


def _is_untold() -> tuple[ColumnElement[bool], ...]:
    is_young = col(ClerkEnding.ended_at) > db.utc_now() - TELL_FOR
    return col(ClerkEnding.is_told).is_(False), or_(is_young, ~col(ClerkEnding.id).startswith(SESSION))


def _is_old() -> ColumnElement[bool]:
    is_long_ago = col(ClerkEnding.ended_at) < db.utc_now() - REMEMBER_FOR
    return and_(is_long_ago, col(ClerkEnding.id).startswith(SESSION))


def _forget_old(session: Session) -> None:
    session.exec(delete(ClerkEnding).where(_is_old()))


def _note_told(session: Session, *, session_id: str) -> None:
    session.exec(update(ClerkEnding).where(col(ClerkEnding.id) == session_id).values(is_told=True))


async def _arrive(token: str) -> tuple[Claims, User]:
    if not get_settings().has_clerk:
        raise SignInRequired
    claims = await get_verifier().check(token)
    user = await db.read(_find, claims=claims)
    if user is None:
        user = await _meet(claims)
    if user.is_banned or user.clerk_state != ClerkState.WELCOME:
        raise SignInRequired
    return claims, user


def _find(session: Session, *, claims: Claims) -> User | None:
    """Find whose claims these are; `None` for nobody we know. Raises `SignInRequired` for what is over."""
    _refuse_what_is_over(session, claims)
    return session.exec(select(User).where(col(User.clerk_id) == claims.user_id)).first()


def _refuse_what_is_over(session: Session, claims: Claims) -> None:
    names = (claims.user_id, claims.session_id, clerk_people.mark_of(claims.user_id))
    endings = select(ClerkEnding.id).where(col(ClerkEnding.id).in_(names))
    if session.exec(endings).first() is not None:
        raise SignInRequired


async def _meet(claims: Claims) -> User:
    person = await get_clerk().user(claims.user_id)
    if person is None or person.id != claims.user_id or person.locked:
        raise SignInRequired
    return await _admit(person)


async def _admit(person: ClerkUser) -> User:
    try:
        return await db.transact(clerk_people.admit, person=person)
    except IntegrityError:  # another request of theirs, or whoever has that address, was quicker
        return await db.transact(clerk_people.admit, person=person)


def _enter(session: Session, *, claims: Claims, user_id: str, cookie: str | None, user_agent: str) -> Entry:
    """Begin or prolong a session. The account's row is held, as by the webhook that may end it at this very moment."""
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()
    _refuse_what_is_over(session, claims)
    if user.is_banned or user.clerk_id != claims.user_id or user.clerk_state != ClerkState.WELCOME:
        raise SignInRequired
    until = db.utc_now() + LIFE
    row = sessions.find_row(session, token=cookie)
    if cookie and row is not None and (row.user_id, row.clerk_session_id) == (user.id, claims.session_id):
        row.expires_at, row.last_seen_at = until, db.utc_now()
        session.add(row)
        return Entry(user, cookie, is_new=False)
    ended = sessions.end(session, token=cookie)
    fresh = sessions.begin(
        session, user_id=user.id, user_agent=user_agent, clerk_session_id=claims.session_id, life=LIFE
    )
    return Entry(user, fresh, is_new=True, ended=ended)
