"""What lies on a person's desk: the videos on their way, the newest ones that have ended, and what there is to spend.

A page reads it whole, in one transaction, so a card and the balance beside it never contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, and_, col, or_, select

from cuttingasmr import db
from cuttingasmr.generation import library
from cuttingasmr.generation.library import Page, Seen
from cuttingasmr.models import CreditEntry, Status, User, Video

RECENT = 12
FAILURE_SHOWN = timedelta(days=1)
"""A failure is news for a day; after that it is found in the history alone."""

RETRY = "retry-"
"""Begins the idempotency key of a retry; the failed video's id follows, so one failure is retried once."""

Owner = Callable[[Session], User | None]
"""Finds who is asking. Handed in, since this package does not know about sessions."""


@dataclass(frozen=True)
class Desk:
    """One person's desk; videos are newest first."""

    user: User
    videos: list[Seen]


@dataclass(frozen=True)
class History:
    """One person's past: pages of videos and of credit entries."""

    user: User
    videos: Page[Seen]
    entries: Page[CreditEntry]


def look(session: Session, *, owner: Owner) -> Desk | None:
    """Read the desk of whoever is asking; `None` for nobody."""
    user = owner(session)
    if user is None:
        return None
    videos = [*library.running(session, user_id=user.id), *_ended(session, user.id)]
    retried = retried_among(session, user.id, videos)
    shown = [seen for seen in videos if seen.video.id not in retried]
    return Desk(user, sorted(shown, key=lambda seen: seen.video.created_at, reverse=True))


def retried_among(session: Session, user_id: str, seen: list[Seen]) -> frozenset[str]:
    """Tell which of these were tried once more, whatever has become of the second try."""
    ended = [one.video.id for one in seen if one.video.status in {Status.FAILED, Status.CANCELED}]
    if not ended:
        return frozenset()
    keys = [f"{RETRY}{video_id}" for video_id in ended]
    found = select(Video.idempotency_key).where(
        col(Video.user_id) == user_id, col(Video.idempotency_key).in_(keys)
    )
    return frozenset(str(key).removeprefix(RETRY) for key in session.exec(found))


def look_back(session: Session, *, owner: Owner, videos: int, entries: int) -> History | None:
    """Read so many of the newest videos and credit entries of whoever is asking; `None` for nobody."""
    user = owner(session)
    if user is None:
        return None
    return History(
        user,
        library.page(session, user_id=user.id, size=videos),
        library.entries(session, user_id=user.id, size=entries),
    )


def _ended(session: Session, user_id: str) -> list[Seen]:
    failed_lately = and_(
        col(Video.status) == Status.FAILED, col(Video.completed_at) > db.utc_now() - FAILURE_SHOWN
    )
    return library.newest(
        session, user_id, or_(col(Video.status) == Status.COMPLETED, failed_lately), size=RECENT
    )
