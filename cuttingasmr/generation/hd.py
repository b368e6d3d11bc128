"""The 1080p version of a finished video: fetched when its owner asks for it, free, and shown only when it truly is one.

What was asked for is written down, and any engine goes on with it: whoever moves a video's `hd_look_at` on is the one who asks
the provider, and one that dies meanwhile is followed when that moment has come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from cuttingasmr import db, live
from cuttingasmr.errors import AppError, Conflict, NotFound, ProviderUnavailable
from cuttingasmr.generation import counting, key_pool, rows
from cuttingasmr.generation.aside import Aside
from cuttingasmr.generation.keeping import fetched
from cuttingasmr.generation.key_pool import Later, Result, get_key_pool
from cuttingasmr.models import HdState, Status, Video
from cuttingasmr.providers.video import Busy, Key, KeyRefused, RefusedRequest, TaskState, get_video_provider
from cuttingasmr.storage.media import Media, NotAVideo
from cuttingasmr.storage.store import StorageUnavailable, get_store

NAME = "hd"
AT_ONCE = 10
PAUSE = timedelta(seconds=25)
"""Between two questions about one video (providers.md §2.6 wants 20 to 30 s)."""

LOOK, FETCH = timedelta(seconds=90), timedelta(minutes=6)
"""How long one who asks, and one who fetches, has it alone."""

PATIENCE = timedelta(minutes=10)
AGAIN = timedelta(hours=1)
"""After this long a version that there was not can be asked for again."""

NONE = "The video service has no 1080p version of this video."
TOO_SLOW = "The 1080p version did not come within ten minutes. You can ask for it again in an hour."
NOT_HD = "The video service sent a version that is not truly 1080p, so it is not shown as one."

log = structlog.get_logger()


class NotFinished(Conflict):
    """Only a finished video can have a 1080p version."""


async def ask(*, user_id: str, video_id: str) -> Video:
    """Have the 1080p version of one's own finished video fetched, and give the video; asking again changes nothing.

    Raises `NotFound` for anybody else's, and `NotFinished`.
    """
    video = await db.transact(_ask, user_id=user_id, video_id=video_id)
    live.publish(user_id)
    return video


async def fetch_due() -> None:
    """Go on with every version whose time has come."""
    for video in await db.transact(_take_due, now=db.utc_now()):
        await _go_on(video)


fetch_hd = Aside(NAME, fetch_due)
"""The chore: every ten seconds or so, in any engine."""


async def _go_on(video: Video) -> None:
    """Ask how it goes, once, and act on the answer."""
    try:
        await _look(video)
    except RefusedRequest:
        await _end(video, NONE)
    except NotAVideo as error:
        log.warning("hd.broken-file", video=video.id, why=str(error))
        await _later(video)
    except (ProviderUnavailable, StorageUnavailable) as error:
        log.warning("hd.later", video=video.id, error=type(error).__name__)
        await _later(video)


async def _look(video: Video) -> None:
    provider, key = get_video_provider(), get_key_pool().of(video.provider_key)
    handle = video.hd_task_id
    if handle is None:
        handle = await _order(video, key)
        await db.transact(_note, video_id=video.id, hd_task_id=handle)
    task = await provider.look_up_hd(handle, key)
    match task.state:
        case TaskState.DONE if task.urls:
            await db.transact(_note, video_id=video.id, hd_look_at=db.utc_now() + FETCH)
            await _fetch(video, task.urls[0])
        case TaskState.FAILED | TaskState.UNKNOWN:
            await _end(video, NONE)
        case _:
            await _later(video)


async def _order(video: Video, key: Key) -> str:
    """Ask for it, in a turn of the key that made the video where that makes a task; raises as `VideoProvider.ask_hd` does."""
    provider, task_id = get_video_provider(), video.provider_task_id or ""
    if not provider.orders_hd:
        return await provider.ask_hd(task_id, key)
    taken = await db.transact(key_pool.take, [key.fingerprint])
    if isinstance(taken, Later):
        raise Busy
    try:
        handle = await provider.ask_hd(task_id, key)
    except (ProviderUnavailable, RefusedRequest) as error:
        await db.transact(_report, call=taken, result=key_pool.result_of(error), error=error)
        raise
    await db.transact(_report, call=taken, result=Result.MADE)
    return handle


def _report(
    session: Session, *, call: tuple[str, int], result: Result, error: AppError | None = None
) -> None:
    key_pool.report(session, name=call[0], call_id=call[1], result=result)
    if isinstance(error, KeyRefused):
        log.error("provider.key-refused", key=call[0], code=error.provider_code)
        key_pool.retire(session, name=call[0], why=error.provider_code)


async def _fetch(video: Video, url: str) -> None:
    """Store the file if it is what it shall be."""
    key = f"videos/{video.id}-1080p.mp4"
    async with fetched(url, seconds=video.duration) as (path, found):
        if not _is_its_hd(found, video):
            log.warning("hd.not-hd", video=video.id, width=found.width, height=found.height)
            await _end(video, NOT_HD)
            return
        await get_store().put(key, path)
    if await db.transact(_ready, video_id=video.id, key=key):
        live.publish(video.user_id)
    else:
        await get_store().delete(key)  # the video was deleted meanwhile


def _is_its_hd(found: Media, video: Video) -> bool:
    is_tall = (video.height or 0) > (video.width or 0)
    return found.is_hd and (found.height > found.width) == is_tall


async def _later(video: Video) -> None:
    """Ask again after a pause, or give up after `PATIENCE`: it was asked about at least once by then."""
    if video.hd_asked_at is None or db.utc_now() - video.hd_asked_at > PATIENCE:
        await _end(video, TOO_SLOW)
        return
    await db.transact(_note, video_id=video.id, hd_look_at=db.utc_now() + PAUSE)


async def _end(video: Video, why: str) -> None:
    ended = {"hd_state": HdState.UNAVAILABLE, "hd_note": why, "hd_look_at": None}
    if await db.transact(_note, video_id=video.id, **ended):
        live.publish(video.user_id)


def _ask(session: Session, *, user_id: str, video_id: str) -> Video:
    now = db.utc_now()
    is_open = or_(
        col(Video.hd_state) == HdState.NONE,
        (col(Video.hd_state) == HdState.UNAVAILABLE) & (col(Video.hd_asked_at) < now - AGAIN),
    )
    mine = (col(Video.user_id) == user_id, col(Video.deleted_at).is_(None))
    asked = {
        "hd_state": HdState.ASKED,
        "hd_asked_at": now,
        "hd_look_at": now,
        "hd_note": "",
        "hd_task_id": None,
    }
    rows.update_video(session, video_id, *mine, col(Video.status) == Status.COMPLETED, is_open, **asked)
    video = session.exec(select(Video).where(col(Video.id) == video_id, *mine)).first()
    if video is None:
        raise NotFound
    if video.status != Status.COMPLETED:
        raise NotFinished
    return video


def _take_due(session: Session, *, now: datetime) -> list[Video]:
    """Take the versions whose time has come, so that for a while nobody else does."""
    due = (
        col(Video.hd_state) == HdState.ASKED,
        col(Video.hd_look_at) <= now,
        col(Video.deleted_at).is_(None),
    )
    some = select(Video.id).where(*due).order_by(col(Video.hd_look_at)).limit(AT_ONCE)
    taken = update(Video).where(col(Video.id).in_(some), *due).values(hd_look_at=now + LOOK)
    ids = session.exec(taken.returning(col(Video.id))).scalars().all()
    return list(session.exec(select(Video).where(col(Video.id).in_(ids))))


def _note(session: Session, *, video_id: str, **facts: object) -> str | None:
    """Write something down about a version that is still wanted."""
    return rows.update_video(session, video_id, col(Video.hd_state) == HdState.ASKED, **facts)


def _ready(session: Session, *, video_id: str, key: str) -> str | None:
    is_there = (col(Video.hd_state) == HdState.ASKED, col(Video.deleted_at).is_(None))
    ready = {"hd_state": HdState.READY, "hd_key": key, "hd_look_at": None}
    user_id = rows.update_video(session, video_id, *is_there, **ready)
    if user_id:
        counting.count(session, NAME, mended=1)
    return user_id
