"""Server-side sessions: the one answer to "who is asking?", for the API and for the websocket alike.

A cookie holds a random value; the table holds its hash. Ending the row ends the session, everywhere, at once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import SignInRequired
from cuttingasmr.models import SessionRow, User

COOKIE = "cuttingasmr_session"
LIFE = timedelta(days=30)
RENEW_AFTER = timedelta(hours=1)
"""A session lives on from each use; that is written down at most this often."""

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def begin(session: Session, *, user_id: str, user_agent: str = "") -> str:
    """Start a session, and give the value of its cookie. It is known nowhere else: only its hash is kept.

    This user's sessions that are over are forgotten on the way.
    """
    token = secrets.token_urlsafe(32)
    moment = db.utc_now()
    over = (col(SessionRow.user_id) == user_id, col(SessionRow.expires_at) < moment)
    session.exec(delete(SessionRow).where(*over))
    row = SessionRow(
        token_hash=_hash(token),
        user_id=user_id,
        user_agent=user_agent[:200],
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + LIFE,
    )
    session.add(row)
    return token


def find(session: Session, *, token: str | None) -> User | None:
    """Tell who holds this cookie value; `None` for one that is missing, malformed, forged, ended, expired or banned."""
    if not token or not TOKEN.fullmatch(token):
        return None
    rows = select(User).join(SessionRow, col(SessionRow.user_id) == col(User.id))
    return session.exec(
        rows.where(
            col(SessionRow.token_hash) == _hash(token),
            col(SessionRow.expires_at) > db.utc_now(),
            col(User.is_banned).is_(False),
        )
    ).first()


def is_stale(session: Session, *, token: str) -> bool:
    """Tell whether it is time to write down that this session lives on."""
    seen = select(SessionRow.last_seen_at).where(col(SessionRow.token_hash) == _hash(token))
    last = session.exec(seen).first()
    return last is not None and last < db.utc_now() - RENEW_AFTER


def renew(session: Session, *, token: str) -> None:
    """Let a used session live on from now."""
    moment = db.utc_now()
    renewal = update(SessionRow).where(col(SessionRow.token_hash) == _hash(token))
    session.exec(renewal.values(last_seen_at=moment, expires_at=moment + LIFE))


def end(session: Session, *, token: str | None) -> None:
    """End a session. One that is over already is no error."""
    if token:
        session.exec(delete(SessionRow).where(col(SessionRow.token_hash) == _hash(token)))


def token_in(cookie_header: str) -> str | None:
    """Find our cookie in a raw `Cookie` header, which is how the websocket's handshake brings it."""
    try:
        morsel = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def who(token: str | None) -> User:
    """Tell who is asking, or raise `SignInRequired`."""
    user = await db.read(find, token=token) if token else None
    if user is None:
        raise SignInRequired
    return user


async def keep_alive(token: str) -> bool:
    """Let a session live on where that is due, and tell whether it was: its cookie then wants renewing too."""
    if not await db.read(is_stale, token=token):
        return False
    await db.transact(renew, token=token)
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
