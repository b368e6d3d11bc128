"""What the workflow does, one thing a function. Each takes an id, can run twice without harm, and tells a small outcome.

A step that the process died in runs again from its start, so each looks first at what is written down.
"""

from __future__ import annotations

import asyncio
import errno
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import structlog
from sqlmodel import Session, col, update

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import callbacks
from cuttingasmr.generation.failures import BROKEN_FILE, Failure
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.models import ENDED, AuditEntry, Status, Video
from cuttingasmr.providers.download import WrongAnswer, download
from cuttingasmr.providers.kie import get_video_provider
from cuttingasmr.providers.video import Busy, Key, KeyRefused, Order, RefusedRequest, TaskState, Uncertain
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import media
from cuttingasmr.storage.store import StorageUnavailable, get_store

log = structlog.get_logger()


class Outcome(TypedDict):
    """What a step found: a word for the workflow to branch on, and the provider's code and text where there are any."""

    state: str
    code: NotRequired[str]
    text: NotRequired[str]


async def submit(video_id: str) -> Outcome:
    """Send the video to the provider unless it was sent before.

    `sent`; `ended` when there is nothing left to do; `doubt` when it may have been sent and the answer was lost;
    `busy` and `unreachable` when it surely was not; `refused` when it never will be.
    """
    key = get_key_pool().next()
    video, is_ours = await db.transact(_claim_submit, video_id=video_id, key=key)
    if video is None or video.status in ENDED:
        return Outcome(state="ended")
    if not is_ours:
        return Outcome(state="sent" if video.provider_task_id else "doubt")
    return await _send(video, key)


async def _send(video: Video, key: Key) -> Outcome:
    order = Order(
        video.prompt, video.aspect_ratio, video.duration, video.model, callbacks.address_of(video.id)
    )
    try:
        task_id = await get_video_provider().create(order, key)
    except Uncertain:
        return Outcome(state="doubt")
    except RefusedRequest as error:
        log.info("video.refused", video=video.id, code=error.provider_code)
        await forget_submit(video.id)
        return Outcome(state="refused", code=error.provider_code, text=error.message)
    except ProviderUnavailable as error:
        if isinstance(error, KeyRefused):
            log.error("provider.key-refused", key=key.fingerprint)  # noqa: TRY400 - no traceback tells more
        await forget_submit(video.id)
        return Outcome(state="busy" if isinstance(error, Busy) else "unreachable")
    await adopt(video.id, task_id)
    return Outcome(state="sent")


async def adopt(video_id: str, task_id: str) -> None:
    """Write down which task of the provider's makes this video; the first one written stays."""
    if user_id := await db.transact(_write_task, video_id=video_id, task_id=task_id):
        live.publish(user_id)


async def forget_submit(video_id: str) -> None:
    """Note that no submit is under way, so that the next one is not taken for a doubtful one."""
    await db.transact(_set, video_id=video_id, submit_began_at=None)


async def check(video_id: str) -> Outcome:
    """Ask the provider how it goes: `pending`, `done`, `failed` (with its code and text) or `unreachable`."""
    video = await db.read(_get, video_id=video_id)
    if video is None or video.status in ENDED or not video.provider_task_id:
        return Outcome(state="ended")
    try:
        task = await get_video_provider().look_up(
            video.provider_task_id, get_key_pool().of(video.provider_key)
        )
    except ProviderUnavailable:
        return Outcome(state="unreachable")
    return Outcome(state=task.state, code=task.code, text=task.text)


async def store(video_id: str) -> Outcome:
    """Copy the finished file into our storage and cut its poster, and write down what it is.

    `stored`; `failed` when it is no video; `full` when our storage does not take it; `unreachable` when it cannot be
    fetched. The link is read anew each time: the provider's die.
    """
    user_id = await db.transact(_begin_saving, video_id=video_id)
    if user_id is None:
        return Outcome(state="ended")
    live.publish(user_id)
    video = await db.read(_get, video_id=video_id)
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
        _set, video_id=video.id, duration_ms=found.duration_ms, size_bytes=size, notice="", **facts
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


async def notify(video_id: str, notice: str) -> None:
    """Say something about a video that is still on its way, in words for its owner."""
    if user_id := await db.transact(_set, video_id=video_id, notice=notice):
        live.publish(user_id)


async def complete(video_id: str) -> None:
    """End a stored video well. An end is never changed."""
    if user_id := await db.transact(_complete, video_id=video_id):
        live.publish(user_id)


async def give_up(video_id: str, code: str, message: str) -> None:
    """End a video that will not come: say why, and return its credits once. An end is never changed."""
    if user_id := await db.transact(end_and_give_back, video_id=video_id, failure=Failure(code, message)):
        live.publish(user_id)


def end_and_give_back(session: Session, *, video_id: str, failure: Failure) -> str | None:
    """Fail a video and return its credits in one transaction; gives the owner, or `None` if it had ended before."""
    end = {
        "status": Status.FAILED,
        "error_code": failure.code,
        "error_message": failure.message,
        "notice": "",
    }
    user_id = _update_running(session, video_id, **end, completed_at=db.utc_now())
    if user_id is None:
        return None
    returned = ledger.give_back(session, video_id=video_id)
    _update(session, video_id, credits_returned=returned)
    facts = {"credits": returned, "code": failure.code}
    session.add(AuditEntry(actor="workflow", action="video.given-back", subject=video_id, facts=facts))
    return user_id


def _complete(session: Session, *, video_id: str) -> str | None:
    return _update_running(session, video_id, status=Status.COMPLETED, completed_at=db.utc_now(), notice="")


def _claim_submit(session: Session, *, video_id: str, key: Key) -> tuple[Video | None, bool]:
    """Note that a submit begins now. False when one was begun before: it may have arrived."""
    free = (col(Video.submit_began_at).is_(None), col(Video.provider_task_id).is_(None))
    claim = update(Video).where(col(Video.id) == video_id, col(Video.status).not_in(ENDED), *free)
    claim = claim.values(submit_began_at=db.utc_now(), provider_key=key.fingerprint).returning(col(Video.id))
    is_ours = session.exec(claim).first() is not None
    return _get(session, video_id=video_id), is_ours


def _write_task(session: Session, *, video_id: str, task_id: str) -> str | None:
    unwritten = update(Video).where(
        col(Video.id) == video_id, col(Video.provider_task_id).is_(None), col(Video.status).not_in(ENDED)
    )
    facts = {
        "provider_task_id": task_id,
        "status": Status.RENDERING,
        "rendering_at": db.utc_now(),
        "notice": "",
    }
    return session.exec(unwritten.values(**facts).returning(col(Video.user_id))).scalar_one_or_none()


def _begin_saving(session: Session, *, video_id: str) -> str | None:
    saving = {"status": Status.SAVING, "saving_at": db.utc_now()}
    fresh = _update_running(session, video_id, col(Video.status) != Status.SAVING, **saving)
    return fresh or _update_running(session, video_id, status=Status.SAVING)


def _set(session: Session, *, video_id: str, **facts: Any) -> str | None:
    return _update_running(session, video_id, **facts)


def _update_running(session: Session, video_id: str, *conditions: Any, **facts: Any) -> str | None:
    return _update(session, video_id, col(Video.status).not_in(ENDED), *conditions, **facts)


def _update(session: Session, video_id: str, *conditions: Any, **facts: Any) -> str | None:
    """Change one video where the conditions hold, and give its owner; `None` when they do not."""
    change = update(Video).where(col(Video.id) == video_id, *conditions).values(**facts)
    return session.exec(change.returning(col(Video.user_id))).scalar_one_or_none()


def _get(session: Session, *, video_id: str) -> Video | None:
    return session.get(Video, video_id, populate_existing=True)
