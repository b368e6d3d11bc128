"""Sending a video to the provider, once: what is written down before and after, and what each answer means."""

from __future__ import annotations

import structlog
from sqlmodel import Session, col, func, select

from cuttingasmr import db, live
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import asking, callbacks, key_pool, picture_links, provider_credit, rows
from cuttingasmr.generation.key_pool import Later, Result, Turn, get_key_pool
from cuttingasmr.generation.outcome import Outcome
from cuttingasmr.generation.unwritten import surely
from cuttingasmr.models import ENDED, Status, Video
from cuttingasmr.providers.video import (
    Key,
    KeyRefused,
    Order,
    RefusedRequest,
    Task,
    TaskState,
    Uncertain,
    get_video_provider,
)

log = structlog.get_logger()


async def submit(video_id: str) -> Outcome:
    """Send the video to the provider unless it was sent before.

    `sent`; `ended` when there is nothing left to do; `doubt` when it may have been sent and the answer was lost; `later`, with
    `seconds` and why, when no key may be used now; `busy`, with the `seconds` for which every key rests, and `unreachable` when
    it surely was not taken; `refused` when it never will be.
    """
    claim = await db.transact(_claim_submit, video_id=video_id)
    return claim if isinstance(claim, dict) else await _send(*claim)


async def _send(video: Video, turn: Turn) -> Outcome:
    try:
        order = await _order_of(video, turn.key)
    except (ProviderUnavailable, RefusedRequest) as error:
        return await _not_taken(video, turn, error, Result.NOT_ASKED)
    try:
        task_id = await get_video_provider().create(order, turn.key)
    except Uncertain:
        await surely(_report, turn=turn, result=Result.FAILED)
        return Outcome(state="doubt")
    except (ProviderUnavailable, RefusedRequest) as error:
        return await _not_taken(video, turn, error, key_pool.result_of(error))
    await _written_down(video.id, task_id, turn.key, turn)
    return Outcome(state="sent")


async def _order_of(video: Video, key: Key) -> Order:
    return Order(
        video.prompt,
        video.aspect_ratio,
        video.duration,
        video.model,
        callbacks.address_of(video.id),
        kind=video.kind,
        image_urls=await picture_links.links_for(video, key),
    )


async def _not_taken(
    video: Video, turn: Turn, error: ProviderUnavailable | RefusedRequest, result: Result
) -> Outcome:
    """Note that the video was surely not taken, and what that tells about the key; and say it to the workflow."""
    name, refused = turn.key.fingerprint, error.provider_code if isinstance(error, KeyRefused) else ""
    await surely(_end_submit, video=video, turn=turn, result=result, retire=refused)
    if isinstance(error, RefusedRequest):
        log.info("video.refused", video=video.id, code=error.provider_code)
        return Outcome(state="refused", code=error.provider_code, text=error.message)
    if refused:
        log.error("provider.key-refused", key=name, code=refused)
    elif result is not Result.NOT_ASKED:
        log.warning("provider.key-failed", key=name, result=result)
    if refused == provider_credit.EMPTY:
        await provider_credit.read_credit(turn.key)  # so that the operator sees it
    if result is not Result.BUSY:
        return Outcome(state="unreachable", code=error.provider_code)
    return Outcome(state="busy", code=error.provider_code, seconds=await surely(get_key_pool().rests_for))


async def adopt(video_id: str, task_id: str) -> bool | None:
    """Let the task that a callback has named make this video, if the provider's record says that it is this video's.

    False when it is another's, or the failed one that is being made anew, and `None` when no key's account knows it, or not yet:
    then the submit is as doubtful as before. Every key is asked, since more than one may have been used for this video. Raises
    `ProviderUnavailable` when the record cannot be read now. The first task that was written down stays.
    """
    video = await db.read(rows.get, video_id=video_id)
    if video is None or video.status in ENDED or video.provider_task_id:
        return True
    if task_id == video.failed_task_id:
        return False  # it calls late, or again
    task, key = await asking.find(task_id, video.provider_key)
    if task.state is TaskState.UNKNOWN:
        log.warning("callback.no-record", video=video_id)
        return None
    if not _is_of(task, video) or await db.read(_has_maker, task_id=task_id):
        log.warning("callback.not-ours", video=video_id)
        return False
    await _written_down(video_id, task_id, key)
    return True


def _is_of(task: Task, video: Video) -> bool:
    """Tell whether a record is this video's: by the callback address where the record tells it, else by the prompt."""
    if task.callback_url:
        return task.callback_url == callbacks.address_of(video.id)
    return not task.prompt or task.prompt.split() == video.prompt.split()


async def _written_down(video_id: str, task_id: str, key: Key, turn: Turn | None = None) -> None:
    if user_id := await surely(_write_task, video_id=video_id, task_id=task_id, key=key, turn=turn):
        live.publish(user_id)


async def start_over(video_id: str, task_id: str) -> None:
    """Forget a task that has failed, so that another one is sent for, with another key where there is one.

    Nothing happens to a video that has another task by now: repeating it is harmless.
    """
    is_that = col(Video.provider_task_id) == task_id
    facts = {"provider_task_id": None, "failed_task_id": task_id, "submit_began_at": None}
    again = {**rows.FRESH, **facts, "remakes": col(Video.remakes) + 1, "due_at": db.utc_now()}
    await db.transact(rows.update_running, video_id, is_that, **again)


def _claim_submit(session: Session, *, video_id: str) -> tuple[Video, Turn] | Outcome:
    """Take a key and note that a submit begins now, in one transaction; or tell why none begins.

    Where one was begun before and no task was written down, it may have arrived; and where a callback has named a task, it may be
    this video's.
    """
    mine = select(Video).where(col(Video.id) == video_id).with_for_update()
    video = session.exec(mine, execution_options={"populate_existing": True}).first()
    if video is None or video.status in ENDED:
        return Outcome(state="ended")
    if video.provider_task_id or video.submit_began_at or video.claim:
        return Outcome(state="sent" if video.provider_task_id else "doubt")
    turn = get_key_pool().take(session, avoid=video.provider_key)
    if isinstance(turn, Later):
        return Outcome(state="later", seconds=turn.seconds, code=turn.why.value)
    video.submit_began_at, video.provider_key = db.utc_now(), turn.key.fingerprint
    return video, turn


def _report(session: Session, *, turn: Turn, result: Result) -> None:
    key_pool.report(session, name=turn.key.fingerprint, call_id=turn.call_id, result=result)


def _end_submit(session: Session, *, video: Video, turn: Turn, result: Result, retire: str = "") -> None:
    """Note that the video was surely not taken, and what that tells about the key. A submit that began since then stays."""
    is_this = col(Video.submit_began_at) == video.submit_began_at
    rows.update_running(session, video.id, is_this, submit_began_at=None)
    _report(session, turn=turn, result=result)
    if retire:
        key_pool.retire(session, name=turn.key.fingerprint, why=retire)


def _write_task(session: Session, *, video_id: str, task_id: str, key: Key, turn: Turn | None) -> str | None:
    facts = {
        "provider_task_id": task_id,
        "provider_key": key.fingerprint,
        "status": Status.RENDERING,
        "rendering_at": func.coalesce(col(Video.rendering_at), db.utc_now()),
        "notice": "",
        **rows.FRESH,
    }
    user_id = rows.update_running(session, video_id, col(Video.provider_task_id).is_(None), **facts)
    if turn is not None:
        _report(session, turn=turn, result=Result.MADE)
    return user_id


def _has_maker(session: Session, *, task_id: str) -> bool:
    return session.exec(select(Video.id).where(col(Video.provider_task_id) == task_id)).first() is not None
