"""The files beside a finished video's film: its 1080p version, its poster and its clip; and what becomes of one that is lost.

None of them is worth a video: the 1080p version can be asked for again, and the others are cut anew from the film.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import structlog
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.generation import rows
from cuttingasmr.generation.keeping import at_hand
from cuttingasmr.models import HdState, Video
from cuttingasmr.storage import media
from cuttingasmr.storage.media import NotAVideo
from cuttingasmr.storage.store import get_store

NAMED_BY: Final = {"videos": "hd_key", "posters": "poster_key", "previews": "preview_key"}
"""The folders they lie in, and which column names the file."""

AS_IF_NEVER: Final = {"videos": {"hd_state": HdState.NONE, "hd_key": None}, "previews": {"preview_key": None}}
"""How a row is written back, so that the file is made again by whoever makes it."""

log = structlog.get_logger()


def named(session: Session, *conditions: Any, column: str, limit: int) -> dict[str, Video]:
    """Give the first videos where the conditions hold of which this column names a file, by the file's key."""
    key = col(getattr(Video, column))
    found = select(Video).where(*conditions, key.is_not(None), key != "").order_by(col(Video.id))
    return {getattr(video, column): video for video in session.exec(found.limit(limit))}


async def see_to_lost(video: Video, key: str, *, folder: str) -> bool:
    """See to it that a file which is gone is there again, or can be asked for; tell whether anything was done.

    Raises `StorageUnavailable`.
    """
    log.warning("archive.lost-beside", video=video.id, key=key)
    if folder in AS_IF_NEVER:
        changed = await db.transact(_forget, video_id=video.id, key=key, folder=folder)
        live.publish(video.user_id)
        return changed
    try:
        async with at_hand(video) as path:
            poster = (await asyncio.to_thread(media.inspect, path)).poster
    except (NotAVideo, FileNotFoundError) as error:
        log.warning("archive.no-poster", video=video.id, why=str(error))
        return False
    await get_store().put(key, poster)
    return True


def _forget(session: Session, *, video_id: str, key: str, folder: str) -> bool:
    still = col(getattr(Video, NAMED_BY[folder])) == key
    return rows.update_video(session, video_id, still, **AS_IF_NEVER[folder]) is not None
