"""Somebody's sessions, as they see them: on which device, since when, used when; and ending them.

A session is named by the beginning of its hash, which opens nothing. Whoever ends one has its open tabs told at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select
from ua_parser import parse

from cuttingasmr import db, live
from cuttingasmr.auth import sessions
from cuttingasmr.errors import NotFound
from cuttingasmr.models import SessionRow

ID_LENGTH = 32
ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
SIZE = 100
"""So many are shown, those used last; "end all others" ends them all."""

FAMILY = {
    "Mobile Safari": "Safari",
    "Chrome Mobile": "Chrome",
    "Firefox Mobile": "Firefox",
    "Edge Mobile": "Edge",
}


@dataclass(frozen=True)
class Place:
    """One signed-in browser; `is_here` marks the one that asks."""

    id: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool


def places(session: Session, *, user_id: str, token: str | None) -> list[Place]:
    """List where somebody is signed in: this browser first, then by last use."""
    here = sessions.name_of(token) if token else ""
    living = (col(SessionRow.user_id) == user_id, col(SessionRow.expires_at) > db.utc_now())
    latest = select(SessionRow).where(*living).order_by(col(SessionRow.last_seen_at).desc()).limit(SIZE)
    found = [
        Place(
            id=row.token_hash[:ID_LENGTH],
            device=device_of(row.user_agent),
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_here=row.token_hash == here,
        )
        for row in session.exec(latest)
    ]
    return sorted(found, key=lambda place: not place.is_here)


async def end_one(*, user_id: str, session_id: str) -> None:
    """End one of somebody's sessions, wherever it is, or raise `NotFound` for one that is none of theirs."""
    if not await db.transact(_end, user_id=user_id, session_id=session_id):
        raise NotFound
    live.publish(user_id)


async def end_others(*, user_id: str, token: str | None) -> int:
    """End all of somebody's sessions but the one that asks, and tell how many that were."""
    ended = await db.transact(_end_others, user_id=user_id, here=sessions.name_of(token) if token else "")
    live.publish(user_id)
    return ended


def end_all(session: Session, *, user_id: str) -> int:
    """End all of somebody's sessions; the caller wakes their tabs once it is committed (`live.publish`)."""
    return _end_others(session, user_id=user_id, here="")


def end_all_but(session: Session, *, user_id: str, here: str) -> int:
    """End all of somebody's sessions but the one of this name (`sessions.name_of`); the caller wakes their tabs as well."""
    return _end_others(session, user_id=user_id, here=here)


def _end(session: Session, *, user_id: str, session_id: str) -> bool:
    if not ID.fullmatch(session_id):
        return False
    return (
        _end_where(session, user_id, func.substr(col(SessionRow.token_hash), 1, ID_LENGTH) == session_id) == 1
    )


def _end_others(session: Session, *, user_id: str, here: str) -> int:
    mine = session.get(SessionRow, here)
    return _end_where(session, user_id, col(SessionRow.token_hash) != here, beside=mine)


def _end_where(
    session: Session, user_id: str, which: ColumnElement[bool], *, beside: SessionRow | None = None
) -> int:
    """End some sessions; with those at Clerk, but for the one that the session `beside` them still lives with."""
    spared = beside.clerk_session_id if beside else None
    rows = session.exec(select(SessionRow).where(col(SessionRow.user_id) == user_id, which)).all()
    for row in rows:
        if spared is not None and row.clerk_session_id == spared:
            session.delete(row)
        else:
            sessions.end_row(session, row)
    return len(rows)


def device_of(user_agent: str) -> str:
    """Say in a few words what a browser calls itself: "Firefox on Linux". It may say anything; nothing depends on it."""
    found = parse(user_agent[:200])
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    named = [FAMILY.get(browser, browser), system]
    return " on ".join(name for name in named if name)[:80] or "Another device"
