"""Letters that people can do without: who gets them, and the link in each by which they are stopped.

Such a link works without signing in, for as long as `SECRET_KEY` stays. It stops one kind of letter of one account and can do
nothing else; it is made of both and a mark that only this site can make, so none is stored.
"""

from __future__ import annotations

import base64
import hmac
import re
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Result
from sqlmodel import Session, col, select, update

from cuttingasmr import routes
from cuttingasmr.errors import LinkOver
from cuttingasmr.models import NO_ADDRESS, ClerkState, User
from cuttingasmr.settings import get_settings

TOKEN: Final = re.compile(r"([0-9a-z-]{1,32})\.([a-z]{1,8})\.([A-Za-z0-9_-]{22})")
MARK_BYTES: Final = 16


class Topic(StrEnum):
    """What they are about; each is wanted or not by itself."""

    READY = "ready"
    LOW = "low"


SWITCHES: Final[dict[Topic, Any]] = {Topic.READY: User.mails_ready, Topic.LOW: User.mails_low}


def wants(topic: Topic) -> ColumnElement[bool]:
    """Say that an account wants these letters."""
    return col(SWITCHES[topic]).is_(True)


def can_be_reached() -> tuple[ColumnElement[bool], ...]:
    """Say that somebody is at an account who has shown its address to be theirs, and who can come in by a letter's link."""
    return (
        col(User.email_verified_at).is_not(None),
        col(User.email).not_like(f"%{NO_ADDRESS}"),
        col(User.is_banned).is_(False),
        col(User.is_demo).is_(False),
        col(User.erase_at).is_(None),
        col(User.erased_at).is_(None),
        col(User.clerk_state) == ClerkState.WELCOME,
    )


def find_reader(session: Session, topic: Topic, *, user_id: str | None, address: str = "") -> User | None:
    """Give the person who would get such a letter now, at this address if one is named; `None` if they would not."""
    at = (col(User.email) == address,) if address else ()
    mine = select(User).where(col(User.id) == user_id, wants(topic), *can_be_reached(), *at)
    return session.exec(mine).first()


def is_enough(user: User) -> bool:
    """Tell whether somebody's credits are enough for a video."""
    return user.remaining_credits >= get_settings().video_cost


def token_of(user_id: str, topic: Topic) -> str:
    """Make what the link ends with: always the same of one account and topic."""
    return f"{user_id}.{topic}.{_mark(user_id, topic)}"


def url_of(user_id: str, topic: Topic) -> str:
    """Write the link."""
    return get_settings().app_url + routes.stop_letters(token_of(user_id, topic))


def read(token: str) -> tuple[str, Topic]:
    """Tell what a link stops, and whose; raise `LinkOver` for one that we have not made."""
    found = TOKEN.fullmatch(token)
    if found is None:
        raise LinkOver
    user_id, topic, mark = found.groups()
    if not hmac.compare_digest(_mark(user_id, topic), mark):
        raise LinkOver
    return user_id, Topic(topic)


def stop(session: Session, *, token: str) -> str | None:
    """Stop what a link stops; gives whose letters these were, or `None` if they were stopped already. Raises `LinkOver`."""
    user_id, topic = read(token)
    name = SWITCHES[topic].key
    switch = update(User).where(col(User.id) == user_id, wants(topic)).values({name: False})
    rows = cast("Result[str]", session.exec(switch.returning(col(User.id))))
    return rows.scalar()


def _mark(user_id: str, topic: str) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    raw = hmac.digest(key, f"stop:{user_id}.{topic}".encode(), "sha256")[:MARK_BYTES]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
