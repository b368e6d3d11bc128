"""The links in letters: whoever opens one has shown that mail to its address reaches them.

A token is made of a letter's random seed and of `SECRET_KEY`, so it stands nowhere, not even in a letter that waits to be
sent; what is stored of it is its hash. It is good for one purpose, once, until it expires or a newer one takes its place.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from cuttingasmr import db, routes
from cuttingasmr.models import MailedLink, Purpose
from cuttingasmr.settings import get_settings

LIVES: Final = {
    Purpose.CONFIRM: timedelta(hours=24),
    Purpose.RESET: timedelta(hours=1),
    Purpose.CHANGE: timedelta(hours=24),
}
"""How long each is good for."""

PAGES: Final = {
    Purpose.CONFIRM: routes.VERIFY_EMAIL,
    Purpose.RESET: routes.RESET_PASSWORD,
    Purpose.CHANGE: routes.VERIFY_EMAIL,
}
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_seed() -> str:
    """Draw what a letter's token will be made of: 256 random bits."""
    return secrets.token_hex(32)


def token_of(seed: str) -> str:
    """Make the token: always the same of one seed, and nothing that can be made without `SECRET_KEY`."""
    key = get_settings().secret_key.get_secret_value().encode()
    raw = hmac.digest(key, b"letter:" + seed.encode(), "sha256")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def url_of(purpose: Purpose, token: str) -> str:
    """Write the link. The token stands behind the #, which browsers send to nobody: no log and no `Referer` has it."""
    return f"{get_settings().app_url}{PAGES[purpose]}#{token}"


def issue(session: Session, *, user_id: str, purpose: Purpose, address: str, seed: str) -> None:
    """Let the link of this seed be good from now on, instead of an older one. The caller holds the user's row."""
    void(session, user_id, purpose)
    moment = db.utc_now()
    session.add(
        MailedLink(
            token_hash=_hash(token_of(seed)),
            user_id=user_id,
            purpose=purpose,
            address=address,
            created_at=moment,
            expires_at=moment + LIVES[purpose],
        )
    )
    session.flush()


def find(session: Session, *, token: str, purposes: tuple[Purpose, ...]) -> MailedLink | None:
    """Give the link that this token opens, if it is good for one of these now. It is not used up yet."""
    if not TOKEN.fullmatch(token):
        return None
    living = (col(MailedLink.token_hash) == _hash(token), col(MailedLink.expires_at) > db.utc_now())
    return session.exec(select(MailedLink).where(*living, col(MailedLink.purpose).in_(purposes))).first()


def use(session: Session, link: MailedLink) -> bool:
    """Use a link up, and tell whether it was still there: of two who come at once, one is right."""
    mine = delete(MailedLink).where(col(MailedLink.token_hash) == link.token_hash)
    return session.exec(mine.returning(col(MailedLink.token_hash))).first() is not None


def waiting(session: Session, *, user_id: str, purpose: Purpose) -> MailedLink | None:
    """Give the link of this account that waits to be opened, if there is one."""
    mine = (col(MailedLink.user_id) == user_id, col(MailedLink.purpose) == purpose)
    return session.exec(select(MailedLink).where(*mine, col(MailedLink.expires_at) > db.utc_now())).first()


def void(session: Session, user_id: str, *purposes: Purpose) -> None:
    """Let links of this account be good for nothing any more."""
    mine = (col(MailedLink.user_id) == user_id, col(MailedLink.purpose).in_(purposes))
    session.exec(delete(MailedLink).where(*mine))


def forget_old(session: Session) -> None:
    """Let go of links whose time is over, with the addresses in them."""
    session.exec(delete(MailedLink).where(col(MailedLink.expires_at) < db.utc_now()))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
