"""Copying a finished file into our storage, and looking into it before it is kept."""

from __future__ import annotations

import asyncio
import errno
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from sqlmodel import Session, col

from cuttingasmr import db, live
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import rows
from cuttingasmr.generation.failures import BROKEN_FILE
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.generation.outcome import Outcome
from cuttingasmr.models import Status, Video
from cuttingasmr.providers.download import WrongAnswer, download
from cuttingasmr.providers.kie import get_video_provider
from cuttingasmr.providers.video import TaskState
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import media
from cuttingasmr.storage.store import StorageUnavailable, get_store

log = structlog.get_logger()


async def store(video_id: str) -> Outcome:
    """Copy the finished file into our storage and cut its poster, and write down what it is.

    `stored`; `failed` when it is no video; `full` when our storage does not take it; `unreachable` when it cannot be
    fetched. The link is read anew each time: the provider's die.
    """
    user_id = await db.transact(_begin_saving, video_id=video_id)
    if user_id is None:
        return Outcome(state="ended")
    live.publish(user_id)
    video = await db.read(rows.get, video_id=video_id)
    if video is None or not video.provider_task_id:
        return Outcome(state="ended")
    try:
        task = await get_video_provider().look_up(
            video.provider_task_id, get_key_pool().of(video.provider_key)
        )
        if task.state is not TaskState.DONE or not task.urls:
            return Outcome(state="failed", code=BROKEN_FILE)
        return await _fetch_and_keep(video, task.urls[0])
    except ProviderUnavailable as error:
        return Outcome(state="broken" if isinstance(error, WrongAnswer) else "unreachable")
    except (StorageUnavailable, OSError) as error:
        if isinstance(error, OSError) and error.errno not in {
            errno.ENOSPC,
            errno.EDQUOT,
            errno.EROFS,
            errno.EIO,
        }:
            raise
        log.error("storage.refused", video=video_id, error=str(error)[:200])  # noqa: TRY400 - the text says it all
        return Outcome(state="full")


async def _fetch_and_keep(video: Video, url: str) -> Outcome:
    async with _scratch() as path:
        size = await download(url, path)
        try:
            found = await asyncio.to_thread(media.inspect, path)
        except media.NotAVideo as error:
            log.warning("video.broken-file", video=video.id, why=str(error), size=size)
            return Outcome(state="broken")
        file_key, poster_key = f"videos/{video.id}.mp4", f"posters/{video.id}.webp"
        await get_store().put(file_key, path)
        await get_store().put(poster_key, found.poster)
    facts = {"file_key": file_key, "poster_key": poster_key, "width": found.width, "height": found.height}
    await db.transact(
        rows.note, video_id=video.id, duration_ms=found.duration_ms, size_bytes=size, notice="", **facts
    )
    return Outcome(state="stored")


def scratch_folder() -> Path:
    """Give the folder for downloads that are under way."""
    folder = get_settings().data_dir / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@asynccontextmanager
async def _scratch() -> AsyncGenerator[Path, None]:
    """Give a path for a file that is gone afterwards."""
    with tempfile.NamedTemporaryFile(dir=scratch_folder(), suffix=".mp4") as file:
        yield Path(file.name)


def _begin_saving(session: Session, *, video_id: str) -> str | None:
    saving = {"status": Status.SAVING, "saving_at": db.utc_now()}
    fresh = rows.update_running(session, video_id, col(Video.status) != Status.SAVING, **saving)
    return fresh or rows.update_running(session, video_id, status=Status.SAVING)
