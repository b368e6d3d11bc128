"""Server-side sessions: the one answer to "who is asking?", for the API and for the websocket alike.

A cookie holds a random value; the table holds its hash. Ending the row ends the session, everywhere, at once.
Each value ends with a mark that only this site can make: forged ones, however many, are told without the database.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import math
import re
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.errors import AccountLeaving, SignInRequired, Unavailable
from cuttingasmr.models import ClerkEnding, ClerkState, SessionRow, User
from cuttingasmr.settings import get_settings

COOKIE = "cuttingasmr_session"
LOCAL = "local"
CLERK = "clerk"
"""The source of a session that lives only while the one at Clerk does: each use prolongs the others, but not these."""
LIFE = timedelta(days=30)
RENEW_AFTER = timedelta(hours=1)
"""A session lives on from each use; that is written down at most this often."""

SEEN_AFTER = timedelta(minutes=5)
"""When a session was used last is written down at most this often."""

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
RANDOM_BYTES = 24

MOST_NOTED = 50_000
_noted: dict[str, float] = {}
"""When this process has last looked whether the use of a session wants writing down."""


@dataclass(frozen=True)
class Ended:
    """A session that is over: whose it was, and the session at Clerk that should end with it, if any."""

    user_id: str
    clerk_session_id: str | None


def begin(
    session: Session,
    *,
    user_id: str,
    user_agent: str = "",
    clerk_session_id: str | None = None,
    life: timedelta = LIFE,
) -> str:
    """Start a session, and give the value of its cookie. It is known nowhere else: only its hash is kept.

    With `clerk_session_id` it lives with that session at Clerk. This user's sessions that are over are forgotten on the way.
    """
    token = _new_token()
    moment = db.utc_now()
    over = (col(SessionRow.user_id) == user_id, col(SessionRow.expires_at) < moment)
    session.exec(delete(SessionRow).where(*over))
    row = SessionRow(
        token_hash=_hash(token),
        user_id=user_id,
        source=CLERK if clerk_session_id else LOCAL,
        clerk_session_id=clerk_session_id,
        user_agent=user_agent[:200],
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + life,
    )
    session.add(row)
    return token


def find(session: Session, *, token: str | None) -> User | None:
    """Tell who holds this cookie value; `None` for one that is missing, malformed, forged, ended or expired.

    Whom we or Clerk have shut out is nobody, too.

    Who is leaving is nobody here: `find_holder` knows them.
    """
    user = find_holder(session, token=token)
    return user if user is not None and user.erase_at is None else None


def find_holder(session: Session, *, token: str | None) -> User | None:
    """Tell who holds this cookie value, also somebody who is leaving, for what they may still do."""
    if not token or not is_ours(token):
        return None
    rows = select(User).join(SessionRow, col(SessionRow.user_id) == col(User.id))
    return session.exec(
        rows.where(
            col(SessionRow.token_hash) == _hash(token),
            col(SessionRow.expires_at) > db.utc_now(),
            col(User.is_banned).is_(False),
            col(User.clerk_state) != ClerkState.BLOCKED,
            col(User.erased_at).is_(None),
        )
    ).first()


def is_stale(session: Session, *, token: str) -> bool:
    """Tell whether it is time to let this session live on: its life counts from when its cookie was set last."""
    mine = (col(SessionRow.token_hash) == _hash(token), col(SessionRow.source) != CLERK)
    ends = select(SessionRow.expires_at).where(*mine)
    end_at = session.exec(ends).first()
    return end_at is not None and end_at < db.utc_now() + LIFE - RENEW_AFTER


def renew(session: Session, *, token: str) -> None:
    """Let a used session live on from now."""
    moment = db.utc_now()
    mine = (col(SessionRow.token_hash) == _hash(token), col(SessionRow.source) != CLERK)
    renewal = update(SessionRow).where(*mine)
    session.exec(renewal.values(last_seen_at=moment, expires_at=moment + LIFE))


def note_use(session: Session, *, token: str) -> None:
    """Write down that a session is in use, where that was not done lately."""
    moment = db.utc_now()
    mine = (col(SessionRow.token_hash) == _hash(token), col(SessionRow.last_seen_at) < moment - SEEN_AFTER)
    session.exec(update(SessionRow).where(*mine).values(last_seen_at=moment))


async def leave(token: str | None) -> str | None:
    """End a session, and let the pages that are open with it see that. Gives the session at Clerk that should end, too."""
    ended = await db.transact(end, token=token)
    if ended is None:
        return None
    live.publish(ended.user_id)
    return ended.clerk_session_id


def end(session: Session, *, token: str | None) -> Ended | None:
    """End a session, and tell which; one that is over already is no error. The caller wakes its owner's tabs (`live.publish`)."""
    row = find_row(session, token=token)
    return None if row is None else Ended(row.user_id, end_row(session, row))


def end_row(session: Session, row: SessionRow) -> str | None:
    """End this session, and for good: no token of the session at Clerk that it lived with, which is given, is taken any more."""
    if row.clerk_session_id is None:
        session.exec(delete(SessionRow).where(col(SessionRow.token_hash) == row.token_hash))
        return None
    holder = select(User.id).where(col(User.id) == row.user_id)
    session.exec(holder.with_for_update())  # as a token's exchange does, so that neither overtakes the other
    end_with_clerk(session, clerk_session_id=row.clerk_session_id, is_told=False)
    return row.clerk_session_id


def end_with_clerk(session: Session, *, clerk_session_id: str, is_told: bool = True) -> list[str]:
    """End all that lives with one session at Clerk, for good; gives whose it was. What Clerk has not told us, it is told."""
    note_ending(session, clerk_session_id, is_told=is_told)
    mine = delete(SessionRow).where(col(SessionRow.clerk_session_id) == clerk_session_id)
    return list(session.exec(mine.returning(col(SessionRow.user_id))).scalars())


def note_ending(session: Session, clerk_name: str, *, is_told: bool = True) -> None:
    """Write down that a session or a user of Clerk's is over."""
    ending = db.insert_for(session)(ClerkEnding).values(id=clerk_name, ended_at=db.utc_now(), is_told=is_told)
    session.exec(ending.on_conflict_do_nothing(index_elements=["id"]))


def find_row(session: Session, *, token: str | None) -> SessionRow | None:
    """Give the row of a cookie's value, also of one that has expired and not been forgotten yet."""
    return session.get(SessionRow, _hash(token)) if token and is_ours(token) else None


def token_in(cookie_header: str) -> str | None:
    """Find our cookie in a raw `Cookie` header, which is how the websocket's handshake brings it."""
    try:
        morsel = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def who(token: str | None) -> User:
    """Tell who is asking, or raise `SignInRequired`: for who is leaving, `AccountLeaving`."""
    return present(await holder(token))


async def holder(token: str | None) -> User:
    """Do `who` for what somebody who is leaving may still do."""
    user = await db.read(find_holder, token=token) if token and is_ours(token) else None
    if user is None or token is None:
        raise SignInRequired
    await _note(token)
    return user


def present(user: User) -> User:
    """Let somebody pass who is not leaving, or raise `AccountLeaving`."""
    if user.erase_at is not None:
        raise AccountLeaving(eraseAt=user.erase_at.isoformat())
    return user


async def _note(token: str) -> None:
    """Write down now and then that a session is in use. It is not worth failing for."""
    key, moment = _hash(token), time.monotonic()
    if moment - _noted.get(key, -math.inf) < SEEN_AFTER.total_seconds():
        return
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    _noted[key] = moment
    with contextlib.suppress(Unavailable):
        await db.transact(note_use, token=token)


async def keep_alive(token: str) -> bool:
    """Let a session live on where that is due, and tell whether it was: its cookie then wants renewing too."""
    if not await db.read(is_stale, token=token):
        return False
    await db.transact(renew, token=token)
    return True


def is_ours(token: str) -> bool:
    """Tell whether this site has made a cookie's value, ended though it may be. Nobody else can make one."""
    if not TOKEN.fullmatch(token):
        return False
    raw = base64.urlsafe_b64decode(f"{token}=")
    return hmac.compare_digest(_mark(raw[:RANDOM_BYTES]), raw[RANDOM_BYTES:])


def name_of(token: str) -> str:
    """Give what the table knows a cookie's value by."""
    return _hash(token)


def _new_token() -> str:
    raw = secrets.token_bytes(RANDOM_BYTES)
    return base64.urlsafe_b64encode(raw + _mark(raw)).rstrip(b"=").decode()


def _mark(raw: bytes) -> bytes:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.digest(key, b"session:" + raw, "sha256")[:8]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
