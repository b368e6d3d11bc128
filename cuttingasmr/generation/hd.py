"""The 1080p version of a finished video: fetched when its owner asks for it, free, and shown only when it truly is one.

What was asked for is written down, and any engine goes on with it: whoever moves a video's `hd_look_at` on has the turn, and one
that dies meanwhile is followed when that moment has come. Who finds another moment there than its own has lost the turn, and stops.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.errors import AppError, Conflict, NotFound, ProviderUnavailable
from cuttingasmr.generation import asking, counting, key_pool, rows
from cuttingasmr.generation.aside import Aside
from cuttingasmr.generation.keeping import fetched
from cuttingasmr.generation.key_pool import Later, Result
from cuttingasmr.generation.unwritten import surely
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
TOO_SLOW = "The 1080p version did not come within ten minutes. An hour after you asked, you can ask again."
NOT_HD = "The video service sent a version that is not truly 1080p, so it is not shown as one."

log = structlog.get_logger()


class NotFinished(Conflict):
    """Only a finished video can have a 1080p version."""


class TurnOver(Exception):
    """It took longer than a turn, and by now another engine goes on with it, or it is over."""


async def ask(*, user_id: str, video_id: str) -> Video:
    """Have the 1080p version of one's own finished video fetched, and give the video; asking again changes nothing.

    Raises `NotFound` for anybody else's, and `NotFinished`.
    """
    video = await db.transact(_ask, user_id=user_id, video_id=video_id)
    live.publish(user_id)
    return video


def can_be_asked(video: Video) -> bool:
    """Whether `ask` would ask now: nobody has, or it is long ago that there was none."""
    if video.hd_state == HdState.UNAVAILABLE:
        return video.hd_asked_at is not None and video.hd_asked_at < db.utc_now() - AGAIN
    return video.hd_state == HdState.NONE


async def fetch_due() -> None:
    """Go on with the versions whose time has come, one after another, each for a turn."""
    for _ in range(AT_ONCE):
        video = await db.transact(_take_next, now=db.utc_now())
        if video is None:
            return
        await _go_on(video)


fetch_hd = Aside(NAME, fetch_due)
"""The chore: every ten seconds or so, in any engine."""


async def _go_on(video: Video) -> None:
    """Ask how it goes, once, and act on the answer, as long as the turn lasts."""
    try:
        await _look_or_end(video)
    except TurnOver:
        log.warning("hd.turn-over", video=video.id)


async def _look_or_end(video: Video) -> None:
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
    key = await asking.key_of(video.provider_task_id or "", video.provider_key)
    task = await get_video_provider().look_up_hd(video.hd_task_id or await _order(video, key), key)
    match task.state:
        case TaskState.DONE if task.urls:
            await _note(video, hd_look_at=db.utc_now() + FETCH)
            await _fetch(video, task.urls[0])
        case TaskState.FAILED | TaskState.UNKNOWN:
            await _end(video, NONE)
        case _:
            await _later(video)


async def _order(video: Video, key: Key) -> str:
    """Ask for it, in a turn of the key that made the video where that makes a task; raises as `VideoProvider.ask_hd` does.

    What was answered is written down, however long the database is away: asking again would make, and cost, another task. So
    that nobody who finds it back first asks again, the turn is a long one.
    """
    provider, task_id = get_video_provider(), video.provider_task_id or ""
    if not provider.orders_hd:
        handle = await provider.ask_hd(task_id, key)
        await _note(video, hd_task_id=handle)
        return handle
    await _note(video, hd_look_at=db.utc_now() + FETCH)
    taken = await db.transact(key_pool.take, [key.fingerprint])
    if isinstance(taken, Later):
        raise Busy
    try:
        handle = await provider.ask_hd(task_id, key)
    except (ProviderUnavailable, RefusedRequest) as error:
        await surely(_report, call=taken, result=key_pool.result_of(error), error=error)
        raise
    await surely(_write_order, video=video, task_id=handle, call=taken)
    return handle


def _write_order(session: Session, *, video: Video, task_id: str, call: tuple[str, int]) -> None:
    """Note the task that makes it, whoever has the turn by now, unless another one was noted or it was asked for anew."""
    is_that = (col(Video.hd_task_id).is_(None), col(Video.hd_asked_at) == video.hd_asked_at)
    rows.update_video(session, video.id, col(Video.hd_state) == HdState.ASKED, *is_that, hd_task_id=task_id)
    _report(session, call=call, result=Result.MADE)


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
    if await db.transact(_ready, video=video, key=key):
        live.publish(video.user_id)
        return
    await _note(video, hd_look_at=db.utc_now() + LOOK)  # the file of who has the turn now has the same name
    await get_store().delete(key)  # the video was deleted meanwhile


def _is_its_hd(found: Media, video: Video) -> bool:
    is_tall = (video.height or 0) > (video.width or 0)
    return found.is_hd and (found.height > found.width) == is_tall


async def _later(video: Video) -> None:
    """Ask again after a pause, or give up after `PATIENCE`: it was asked about at least once by then."""
    if video.hd_asked_at is None or db.utc_now() - video.hd_asked_at > PATIENCE:
        await _end(video, TOO_SLOW)
        return
    await _note(video, hd_look_at=db.utc_now() + PAUSE)


async def _end(video: Video, why: str) -> None:
    await _note(video, hd_state=HdState.UNAVAILABLE, hd_note=why, hd_look_at=None)
    live.publish(video.user_id)


async def _note(video: Video, **facts: Any) -> None:
    """Write something down about a version that is still wanted, and is still in our hands; or raise `TurnOver`."""
    if await db.transact(_write, video=video, facts=facts) is None:
        raise TurnOver
    video.hd_look_at = facts.get("hd_look_at", video.hd_look_at)


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


def has_work() -> ColumnElement[bool]:
    """Say when there is a version whose time has come."""
    return select(Video.id).where(*_due(db.utc_now())).exists()


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Video.hd_state) == HdState.ASKED,
        col(Video.hd_look_at) <= now,
        col(Video.deleted_at).is_(None),
    )


def _take_next(session: Session, *, now: datetime) -> Video | None:
    """Take the version whose time came first, so that for a while nobody else does; `None` when there is none to take."""
    due = _due(now)
    first = select(Video.id).where(*due).order_by(col(Video.hd_look_at)).limit(1)
    video_id = session.exec(first.with_for_update(skip_locked=True)).first()
    return rows.take_video(session, video_id, *due, hd_look_at=now + LOOK) if video_id else None


def _has_turn(video: Video) -> tuple[ColumnElement[bool], ...]:
    return (col(Video.hd_state) == HdState.ASKED, col(Video.hd_look_at) == video.hd_look_at)


def _write(session: Session, *, video: Video, facts: dict[str, Any]) -> str | None:
    return rows.update_video(session, video.id, *_has_turn(video), **facts)


def _ready(session: Session, *, video: Video, key: str) -> str | None:
    ready = {"hd_state": HdState.READY, "hd_key": key, "hd_look_at": None}
    user_id = rows.update_video(
        session, video.id, *_has_turn(video), col(Video.deleted_at).is_(None), **ready
    )
    if user_id:
        counting.count(session, NAME, mended=1)
    return user_id
