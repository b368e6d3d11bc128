"""Cutting the clips that cards play when they are pointed at: after completion, at low priority, never in anybody's way.

Engines have videos to make first, so clips wait until there is a moment for them; one that has waited long is cut anyhow.
Each is cut by one engine: a finished video's `due_at` says from when on anybody may.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, exists, or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr import db, live
from cuttingasmr.generation import counting, rows, taking
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.keeping import at_hand, scratch
from cuttingasmr.models import Video
from cuttingasmr.storage import preview
from cuttingasmr.storage.media import NotAVideo
from cuttingasmr.storage.store import get_store

NAME = "previews"
AT_ONCE = 20
PATIENCE, CUTTING = timedelta(minutes=2), timedelta(minutes=2)
"""How long a clip waits for engines to have a moment for it, and how long who cuts it has it alone."""

NONE = ""
"""The key of a clip that cannot be cut, so that nobody tries again."""

WITHOUT = text("videos.status = 'completed' AND videos.preview_key IS NULL")
"""Written out, as its index has it."""

log = structlog.get_logger()


async def cut_waiting() -> int:
    """Cut the clips of the newest videos that have none, and tell how many were."""
    cut = 0
    for _ in range(AT_ONCE):
        video_id = await db.read(_next)
        if video_id is None:
            break
        video = await db.transact(_take, video_id=video_id)
        if video is None:
            continue  # another engine was quicker
        key = await _cut(video)
        if user_id := await db.transact(_note, video_id=video.id, key=key):
            live.publish(user_id)
        cut += key != NONE
    if cut:
        await db.transact(counting.count, NAME, mended=cut)
    return cut


cut_previews = Aside(NAME, cut_waiting, niceness=LOW)
"""The chore: every few seconds, in any engine."""


async def _cut(video: Video) -> str:
    """Cut and store one clip, and give its key. Nothing else runs in this loop, so the cutting may block it."""
    key = f"previews/{video.id}.mp4"
    try:
        async with at_hand(video) as film, scratch() as clip:
            preview.cut(film, clip)
            await get_store().put(key, clip.read_bytes())
    except (NotAVideo, FileNotFoundError) as error:
        log.warning("preview.none", video=video.id, why=str(error))
        return NONE
    return key


def has_work() -> ColumnElement[bool]:
    """Say when there is a clip that may be cut now."""
    return _waiting().exists()


def _next(session: Session) -> str | None:
    """Give the newest video whose clip may be cut now."""
    return session.exec(_waiting().order_by(col(Video.completed_at).desc()).limit(1)).first()


def _waiting() -> SelectOfScalar[str]:
    has_time = ~exists().where(taking.RUNNING, or_(taking.IN_HAND, col(Video.due_at) <= db.utc_now()))
    has_waited = col(Video.completed_at) < db.utc_now() - PATIENCE
    return select(Video.id).where(*_without_clip(), or_(has_waited, has_time))


def _take(session: Session, *, video_id: str) -> Video | None:
    """Have a video's clip to cut alone for a while; `None` when somebody else has."""
    return rows.take_video(session, video_id, *_without_clip(), due_at=db.utc_now() + CUTTING)


def _without_clip() -> tuple[Any, ...]:
    return (
        WITHOUT,
        col(Video.deleted_at).is_(None),
        col(Video.due_at) <= db.utc_now(),
    )


def _note(session: Session, *, video_id: str, key: str) -> str | None:
    return rows.update_video(session, video_id, col(Video.purged_at).is_(None), preview_key=key)
