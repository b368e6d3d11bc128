"""Copying a finished file into our storage, and looking into it before it is kept."""

from __future__ import annotations

import asyncio
import errno
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import structlog
from sqlmodel import Session, col

from cuttingasmr import db, live
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import asking, rows
from cuttingasmr.generation.failures import BROKEN_FILE, UNSAFE_LINK
from cuttingasmr.generation.outcome import Outcome
from cuttingasmr.models import Status, Video
from cuttingasmr.providers.download import UnsafeLink, WrongAnswer, download
from cuttingasmr.providers.video import Task, TaskState
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import media
from cuttingasmr.storage.media import Media, NotAVideo
from cuttingasmr.storage.store import StorageUnavailable, get_store

DISK_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""Why our own disk does not take a file; any other `OSError` is a mistake of ours."""

log = structlog.get_logger()


async def store(video_id: str) -> Outcome:
    """Copy the finished file into our storage and cut its poster, and write down what it is.

    `stored`, also when it was stored before; `failed` when there is no file, or at a place that is not fetched from;
    `broken` when it is no video; `full` when our storage does not take it; `unreachable` when it cannot be fetched now.
    The link is read anew each time, for the provider's die.
    """
    video = await db.transact(_begin_saving, video_id=video_id)
    if video is None or not video.provider_task_id:
        return Outcome(state="ended")
    return await store_found(video, None)


async def store_found(video: Video, found: Task | None) -> Outcome:
    """Do `store` for a video that is being stored already, by the record that was read just now."""
    live.publish(video.user_id)
    try:
        return Outcome(state="stored") if await is_kept(video) else await _fetch(video, found)
    except UnsafeLink:
        log.error("video.unsafe-link", video=video.id)  # noqa: TRY400 - the event says it all
        return Outcome(state="failed", code=UNSAFE_LINK)
    except ProviderUnavailable as error:
        return Outcome(state="broken" if isinstance(error, WrongAnswer) else "unreachable")
    except NotAVideo as error:
        log.warning("video.broken-file", video=video.id, why=str(error))
        return Outcome(state="broken")
    except StorageUnavailable as error:
        log.error("storage.refused", video=video.id, error=str(error)[:200])  # noqa: TRY400 - the text says it all
        return Outcome(state="full")


async def _fetch(video: Video, found: Task | None) -> Outcome:
    task = found or await look_up(video)
    if task.state is not TaskState.DONE or not task.urls:
        return Outcome(state="failed", code=BROKEN_FILE)
    facts = await keep(video, task.urls[0])
    await db.transact(rows.note, video_id=video.id, notice="", **facts)
    return Outcome(state="stored")


async def look_up(video: Video) -> Task:
    """Read what the provider has of a video now, or raise `ProviderUnavailable`."""
    return await asking.look_up(video.provider_task_id or "", video.provider_key)


async def is_kept(video: Video) -> bool:
    """Tell whether a video's file and poster are stored and whole, as far as their sizes show."""
    if not video.file_key or not video.poster_key:
        return False
    film, poster = await asyncio.gather(*map(get_store().find, (video.file_key, video.poster_key)))
    return film is not None and film.size == video.size_bytes and poster is not None


async def keep(video: Video, url: str) -> dict[str, Any]:
    """Fetch a video's file and store it with its poster; gives what is to be written down about it.

    Raises `ProviderUnavailable`, `NotAVideo` or `StorageUnavailable`.
    """
    file_key, poster_key = f"videos/{video.id}.mp4", f"posters/{video.id}.webp"
    async with fetched(url, seconds=video.duration) as (path, found):
        size = path.stat().st_size
        await asyncio.gather(get_store().put(poster_key, found.poster), get_store().put(file_key, path))
    keys = {"file_key": file_key, "poster_key": poster_key}
    measures = {"width": found.width, "height": found.height, "duration_ms": found.duration_ms}
    return {**keys, **measures, "size_bytes": size}


@asynccontextmanager
async def fetched(url: str, *, seconds: float) -> AsyncGenerator[tuple[Path, Media], None]:
    """Fetch a video to this machine and look into it; the file is gone afterwards. Raises as `keep` does."""
    async with scratch() as path:
        try:
            await download(url, path)
            found = await asyncio.to_thread(media.inspect, path, seconds=seconds)
        except OSError as error:
            _blame(error)
        yield path, found


@asynccontextmanager
async def at_hand(video: Video) -> AsyncGenerator[Path, None]:
    """Give a stored film as a file of this machine; raises `FileNotFoundError`, or `StorageUnavailable`."""
    key = video.file_key or ""
    here = get_store().path_of(key)
    if here is not None:
        yield here
        return
    async with scratch() as path:
        await get_store().fetch(key, path)
        yield path


def _blame(error: OSError) -> NoReturn:
    """Tell a disk that is full from a mistake of ours."""
    if error.errno in DISK_TROUBLE:
        raise StorageUnavailable(str(error)) from error
    raise error


def scratch_folder() -> Path:
    """Give the folder for downloads that are under way."""
    folder = get_settings().data_dir / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@asynccontextmanager
async def scratch() -> AsyncGenerator[Path, None]:
    """Give a path for a file that is gone afterwards; raises `StorageUnavailable` when the disk has no room for any."""
    try:
        file = tempfile.NamedTemporaryFile(dir=scratch_folder(), suffix=".mp4")  # noqa: SIM115 - closed below
    except OSError as error:
        _blame(error)
    with file:
        yield Path(file.name)


def _begin_saving(session: Session, *, video_id: str) -> Video | None:
    """Note that a video is being stored, and since when, and read it; `None` when it has ended."""
    saving = {"status": Status.SAVING, "saving_at": db.utc_now()}
    rows.update_running(session, video_id, col(Video.status) != Status.SAVING, **saving)
    video = rows.get(session, video_id=video_id)
    return video if video is not None and video.status == Status.SAVING else None
