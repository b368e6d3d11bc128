"""Cutting the clips that cards play when they are pointed at: after completion, at low priority, never in anybody's way."""

from __future__ import annotations

import structlog
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.generation import counting, rows
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.keeping import scratch
from cuttingasmr.models import Status, Video
from cuttingasmr.storage import preview
from cuttingasmr.storage.media import NotAVideo
from cuttingasmr.storage.store import get_store

NAME = "previews"
AT_ONCE = 20
NONE = ""
"""The key of a clip that cannot be cut, so that nobody tries again."""

log = structlog.get_logger()


async def cut_waiting() -> int:
    """Cut the clips of the newest videos that have none, and tell how many were. Doing it twice at once only wastes time."""
    cut = 0
    for video in await db.read(_waiting):
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
    source = video.file_key or ""
    try:
        async with scratch() as path, scratch() as clip:
            here = get_store().path_of(source)
            if here is None:
                await get_store().fetch(source, path)
            preview.cut(here or path, clip)
            await get_store().put(key, clip.read_bytes())
    except (NotAVideo, FileNotFoundError) as error:
        log.warning("preview.none", video=video.id, why=str(error))
        return NONE
    return key


def _waiting(session: Session) -> list[Video]:
    waiting = select(Video).where(
        col(Video.status) == Status.COMPLETED,
        col(Video.preview_key).is_(None),
        col(Video.deleted_at).is_(None),
    )
    return list(session.exec(waiting.order_by(col(Video.completed_at).desc()).limit(AT_ONCE)))


def _note(session: Session, *, video_id: str, key: str) -> str | None:
    return rows.update_video(session, video_id, col(Video.purged_at).is_(None), preview_key=key)
