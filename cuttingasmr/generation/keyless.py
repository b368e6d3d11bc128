"""While none of our keys works: nobody is charged for a new video, and who waits in the queue is told, and given back in the end.

A key is retired when it is refused, when its account is empty, or by hand, until it is brought back (docs/decisions/0008).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from cuttingasmr import db
from cuttingasmr.errors import MakingPaused
from cuttingasmr.generation import failures, patience, rows, steps, taking
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.models import ProviderKey, Video

RETRY_AFTER_SECONDS = 300
"""When somebody is told to come back: accounts are read every ten minutes, and a key that holds something comes back by that."""

AT_ONCE = 500


def is_so(session: Session) -> bool:
    """Tell whether every key is retired. A key that nobody has used yet works."""
    names = get_key_pool().names
    retired = select(func.count()).where(
        col(ProviderKey.fingerprint).in_(names), col(ProviderKey.retired_at).is_not(None)
    )
    return session.exec(retired).one() == len(names)


def refuse(session: Session) -> None:
    """Raise `MakingPaused` while no key works."""
    if is_so(session):
        raise MakingPaused(retryAfter=RETRY_AFTER_SECONDS)


def tell(session: Session) -> set[str]:
    """Note on all videos in the queue what they wait for, while no key works; gives the owners of those to whom that is news."""
    if not is_so(session):
        return set()
    now, new = db.utc_now(), col(Video.trouble) != failures.ACCOUNT.code
    told: set[str] = set()
    for video in _waiting(session, new):
        trouble = {"trouble": failures.ACCOUNT.code, "trouble_at": video.trouble_at or now}
        if user_id := rows.note(session, video_id=video.id, notice=patience.NO_KEY, **trouble):
            told.add(user_id)
    return told


def give_up(session: Session, now: datetime) -> list[str]:
    """Give back what has waited for a key for too long, while none works."""
    if not is_so(session):
        return []
    limit = now - timedelta(seconds=patience.NO_KEY_SECONDS)
    late = (col(Video.trouble) == failures.ACCOUNT.code, col(Video.trouble_at) < limit)
    ended = [
        steps.end_and_give_back(session, video_id=video.id, failure=failures.ACCOUNT)
        for video in _waiting(session, *late)
    ]
    return [user_id for user_id in ended if user_id]


def _waiting(session: Session, *conditions: ColumnElement[bool]) -> list[Video]:
    """Find and lock videos that wait to be sent: no engine begins with one meanwhile."""
    waiting = select(Video).where(*taking.WAITING, *conditions)
    return list(session.exec(waiting.limit(AT_ONCE).with_for_update(skip_locked=True)))
