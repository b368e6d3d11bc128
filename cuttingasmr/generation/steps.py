"""What else the workflow does, one thing a function. Each can run twice without harm, for each looks at what is written down.

Sending is in `submitting.py`, copying the file in `keeping.py`.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import asking, rows
from cuttingasmr.generation.failures import Failure
from cuttingasmr.models import ENDED, AuditEntry, Status, Video
from cuttingasmr.providers.video import Task, TaskState


async def ask(video: Video) -> Task | None:
    """Ask the provider how a video goes; `None` when it cannot be asked now."""
    if not video.provider_task_id:
        return Task(TaskState.UNKNOWN)
    try:
        return await asking.look_up(video.provider_task_id, video.provider_key)
    except ProviderUnavailable:
        return None


def count_try(session: Session, *, video_id: str) -> Video | None:
    """Count one attempt that came to nothing, and give the video; `None` when it has ended."""
    return rows.take_video(session, video_id, col(Video.status).not_in(ENDED), tries=col(Video.tries) + 1)


def count_miss(session: Session, *, video_id: str) -> None:
    """Count an answer that knew nothing of a video's task."""
    rows.note(session, video_id=video_id, misses=col(Video.misses) + 1)


def tell(session: Session, *, video_id: str, notice: str) -> str | None:
    """Say why a video is still to come; gives its owner where that is news to them."""
    return rows.update_running(session, video_id, col(Video.notice) != notice, notice=notice)


def forget_doubt(session: Session, *, video_id: str, began_at: datetime) -> bool:
    """Note that nobody has claimed a submit, so that it may be sent again; false when somebody has, just now."""
    is_that = (col(Video.submit_began_at) == began_at, col(Video.provider_task_id).is_(None))
    unclaimed = (*is_that, col(Video.claim) == "")
    facts = {"submit_began_at": None, "doubts": col(Video.doubts) + 1}
    return rows.update_running(session, video_id, *unclaimed, **facts) is not None


def forget_claim(session: Session, *, video_id: str, claim: str) -> None:
    """Note that the task which a callback has named makes another video, or none. One that was named since then stays."""
    rows.update_running(session, video_id, col(Video.claim) == claim, claim="", tries=0, trouble_at=None)


async def complete(video_id: str) -> None:
    """End a stored video well. An end is never changed."""
    if user_id := await db.transact(end_well, video_id=video_id):
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


def end_well(session: Session, *, video_id: str) -> str | None:
    """Complete a stored video; gives the owner, or `None` if it had ended before."""
    now = db.utc_now()
    end = {"status": Status.COMPLETED, "completed_at": now, "notice": "", "due_at": now, "taken_by": ""}
    return rows.update_running(session, video_id, **end)
