"""Sending a video to the provider, once: what is written down before and after, and what each answer means."""

from __future__ import annotations

import structlog
from sqlmodel import Session, col, update

from cuttingasmr import db, live
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import callbacks, rows
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.generation.outcome import Outcome
from cuttingasmr.models import ENDED, Status, Video
from cuttingasmr.providers.kie import get_video_provider
from cuttingasmr.providers.video import Busy, Key, KeyRefused, Order, RefusedRequest, Uncertain

log = structlog.get_logger()


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
    await db.transact(rows.note, video_id=video_id, submit_began_at=None)


def _claim_submit(session: Session, *, video_id: str, key: Key) -> tuple[Video | None, bool]:
    """Note that a submit begins now. False when one was begun before: it may have arrived."""
    free = (col(Video.submit_began_at).is_(None), col(Video.provider_task_id).is_(None))
    claim = update(Video).where(col(Video.id) == video_id, col(Video.status).not_in(ENDED), *free)
    claim = claim.values(submit_began_at=db.utc_now(), provider_key=key.fingerprint).returning(col(Video.id))
    is_ours = session.exec(claim).first() is not None
    return rows.get(session, video_id=video_id), is_ours


def _write_task(session: Session, *, video_id: str, task_id: str) -> str | None:
    unwritten = update(Video).where(
        col(Video.id) == video_id, col(Video.provider_task_id).is_(None), col(Video.status).not_in(ENDED)
    )
    facts = {
        "provider_task_id": task_id,
        "status": Status.RENDERING,
        "rendering_at": db.utc_now(),
        "notice": "",
        "taken_by": "",
        "tries": 0,
        "trouble_at": None,
    }
    return session.exec(unwritten.values(**facts).returning(col(Video.user_id))).scalar_one_or_none()
