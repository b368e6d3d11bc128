"""What else the workflow does, one thing a function. Each takes an id, can run twice without harm, and tells a small outcome.

A step that the process died in runs again from its start, so each looks first at what is written down. Sending is in
`submitting.py`, copying the file in `keeping.py`.
"""

from __future__ import annotations

from sqlmodel import Session

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import rows
from cuttingasmr.generation.failures import Failure
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.generation.outcome import Outcome
from cuttingasmr.models import ENDED, AuditEntry, Status
from cuttingasmr.providers.kie import get_video_provider


async def check(video_id: str) -> Outcome:
    """Ask the provider how it goes: `pending`, `done`, `failed` (with its code and text) or `unreachable`."""
    video = await db.read(rows.get, video_id=video_id)
    if video is None or video.status in ENDED or not video.provider_task_id:
        return Outcome(state="ended")
    try:
        task = await get_video_provider().look_up(
            video.provider_task_id, get_key_pool().of(video.provider_key)
        )
    except ProviderUnavailable:
        return Outcome(state="unreachable")
    return Outcome(state=task.state, code=task.code, text=task.text)


async def notify(video_id: str, notice: str) -> None:
    """Say something about a video that is still on its way, in words for its owner."""
    if user_id := await db.transact(rows.note, video_id=video_id, notice=notice):
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
    user_id = rows.update_running(session, video_id, **end, completed_at=db.utc_now())
    if user_id is None:
        return None
    returned = ledger.give_back(session, video_id=video_id)
    rows.update_video(session, video_id, credits_returned=returned)
    facts = {"credits": returned, "code": failure.code}
    session.add(AuditEntry(actor="workflow", action="video.given-back", subject=video_id, facts=facts))
    return user_id


def _complete(session: Session, *, video_id: str) -> str | None:
    return rows.update_running(
        session, video_id, status=Status.COMPLETED, completed_at=db.utc_now(), notice=""
    )
