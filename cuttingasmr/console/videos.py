"""Finding videos, and all that is known of one but its words: for operators alone. Its words are in `words.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, text
from sqlmodel import Session, col, func, select

from cuttingasmr import db
from cuttingasmr.console import paging, people
from cuttingasmr.console.paging import Page
from cuttingasmr.generation import progress, taking
from cuttingasmr.models import AuditEntry, CreditEntry, EngineBeat, Kind, Status, User, Video

KINDS = ("stuck", "running", "failed", "canceled", "completed")
OF_A_PERSON = "all"
ENDED_BADLY = text("videos.status IN ('failed', 'canceled')")
IS_COMPLETE = text("videos.status = 'completed'")
"""Written out, as the indexes have them."""

LEAST_STUCK = timedelta(minutes=5)
PATIENT = timedelta(hours=1)
"""Waiting in the queue is no trouble for so long."""
TRIES = 3
SOME = 20


@dataclass(frozen=True)
class Making:
    """A video, whose it is, and what has been done about it."""

    video: Video
    owner: User
    entries: list[CreditEntry]
    lines: list[AuditEntry]
    is_stuck: bool
    is_held: bool
    """Whether an engine that is known has it in hand."""
    before: int | None
    """Videos before it in the queue."""


def find(
    session: Session, *, words: str = "", kind: str = "", cursor: str = "", now: datetime | None = None
) -> Page[Video]:
    """Find videos. What is on its way comes oldest first, what has ended newest first.

    With words, all of one person's (by address or id), or the one with this id of ours or of the provider's. A kind that there
    is not is none.
    """
    kind = kind if kind in KINDS else ""
    if words:
        return _named(session, words, kind, cursor, now or db.utc_now())
    query = select(Video)
    if kind in {"stuck", "running", ""}:
        query = query.where(*_of_kind(session, kind, now or db.utc_now()))
        return paging.by_moment(session, query, Video.created_at, Video.id, cursor=cursor, oldest_first=True)
    query = query.where(*_of_kind(session, kind, now or db.utc_now()))
    return paging.by_moment(session, query, Video.completed_at, Video.id, cursor=cursor)


def count_stuck(session: Session, *, now: datetime | None = None) -> int:
    """Count those that are on their way for longer than they should be."""
    stuck = _of_kind(session, "stuck", now or db.utc_now())
    return session.exec(select(func.count()).select_from(Video).where(*stuck)).one()


def look_at(session: Session, *, video_id: str, now: datetime | None = None) -> Making | None:
    """Read all there is to see of one video; `None` where there is none."""
    video = session.get(Video, video_id)
    if video is None:
        return None
    stuck = select(Video.id).where(
        col(Video.id) == video_id, *_of_kind(session, "stuck", now or db.utc_now())
    )
    entries = select(CreditEntry).where(
        col(CreditEntry.kind).in_((Kind.SPEND, Kind.GIVE_BACK)), col(CreditEntry.reference) == video_id
    )
    lines = select(AuditEntry).where(col(AuditEntry.subject) == video_id)
    return Making(
        video=video,
        owner=session.get_one(User, video.user_id),
        entries=list(session.exec(entries.order_by(col(CreditEntry.id)))),
        lines=list(session.exec(lines.order_by(col(AuditEntry.id).desc()).limit(SOME))),
        is_stuck=session.exec(stuck).first() is not None,
        is_held=bool(video.taken_by) and session.get(EngineBeat, video.taken_by) is not None,
        before=progress.positions(session, [video]).get(video.id),
    )


def _named(session: Session, words: str, kind: str, cursor: str, now: datetime) -> Page[Video]:
    owner = people.id_of(session, email=words) if "@" in words else None
    if people.ID.fullmatch(words):
        if video := session.get(Video, words):
            return Page([video])
        owner = words
    if owner:
        mine = select(Video).where(col(Video.user_id) == owner, *_of_kind(session, kind, now, of_all=False))
        return paging.by_moment(session, mine, Video.created_at, Video.id, cursor=cursor)
    if "@" in words:
        return Page([])
    task = select(Video).where(col(Video.provider_task_id) == words).limit(paging.SIZE)
    return Page(session.exec(task).all())


def _of_kind(session: Session, kind: str, now: datetime, *, of_all: bool = True) -> list[Any]:
    """Say what kind of video is meant; of all there are, it is those on their way when nothing is said."""
    kinds: dict[str, list[Any]] = {
        "running": [taking.RUNNING],
        "failed": [ENDED_BADLY, col(Video.status) == Status.FAILED],
        "canceled": [ENDED_BADLY, col(Video.status) == Status.CANCELED],
        "completed": [IS_COMPLETE],
    }
    if kind == "stuck":
        return [taking.RUNNING, _is_stuck(session, now)]
    return kinds.get(kind, [taking.RUNNING] if of_all else [])


def _is_stuck(session: Session, now: datetime) -> ColumnElement[bool]:
    """Say "longer than it should": three times what nine in ten take, many attempts in vain, or an hour in the queue."""
    late = now - max(LEAST_STUCK, 3 * timedelta(seconds=progress.usual(session).high))
    is_unsent = and_(col(Video.submit_began_at).is_(None), col(Video.provider_task_id).is_(None))
    return or_(
        col(Video.submit_began_at) < late,
        col(Video.rendering_at) < late,
        col(Video.saving_at) < late,
        col(Video.tries) + col(Video.misses) >= TRIES,
        and_(is_unsent, col(Video.created_at) < now - PATIENT),
    )
