"""What operators do about one video that is on its way, or ended badly. Its end is never changed, and nothing comes back twice.

There is no "make it again": a failed video's credits have come back with its failure, and a new one is its owner's to ask for.
"""

from __future__ import annotations

from sqlmodel import Session, col, or_, select

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.credits.by_hand import checked_reason, write_line
from cuttingasmr.errors import AlreadyEnded, Conflict, NotFound
from cuttingasmr.generation import engine, failures, rows, steps
from cuttingasmr.models import ENDED, EngineBeat, Status, User, Video

COMPLETED = "This video is complete, and paid for. Adjust its owner's credits instead."
ENDED_ALREADY = "This video has ended: there is nothing to set going."
BUSY = "An engine is at work on this video right now. Look again in a moment."


async def set_going(*, operator: User, video_id: str, reason: str) -> None:
    """Have an engine look at a stuck video at once: send it, ask the provider about it, or store it, as it stands.

    What an engine that nobody knows any more has held is let go. Nothing is sent twice: what is written down in the row says
    what is to be done. Raises `NotFound`, `AlreadyEnded`, or `Conflict` while an engine is at work on it.
    """
    await db.transact(_set_going, operator_id=operator.id, video_id=video_id, reason=checked_reason(reason))
    engine.poke()


async def give_back(*, operator: User, video_id: str, reason: str) -> int:
    """End a video that is on its way and return its credits, or return those of one that ended badly; tell how many.

    Raises `NotFound`, or `Conflict` for one that is complete, or whose credits have come back.
    """
    user_id, returned = await db.transact(
        _give_back, operator_id=operator.id, video_id=video_id, reason=checked_reason(reason)
    )
    live.publish(user_id)
    engine.poke()  # its place is free
    return returned


def _set_going(session: Session, *, operator_id: str, video_id: str, reason: str) -> None:
    video = _there(session, video_id)
    facts = {"status": video.status, "tries": video.tries, "takenBy": video.taken_by}
    known = select(EngineBeat.executor_id)
    is_free = or_(col(Video.taken_by) == "", col(Video.taken_by).not_in(known))
    # due since its beginning: before all that are asked about in their turn
    due = {"taken_by": "", "due_at": col(Video.created_at), "tries": 0}
    if rows.update_running(session, video_id, is_free, **due) is None:
        raise AlreadyEnded(ENDED_ALREADY) if _there(session, video_id).status in ENDED else Conflict(BUSY)
    action = "video.set-going"
    write_line(session, operator_id=operator_id, action=action, subject=video_id, reason=reason, facts=facts)


def _give_back(session: Session, *, operator_id: str, video_id: str, reason: str) -> tuple[str, int]:
    video = _there(session, video_id)
    if video.status == Status.COMPLETED:
        raise Conflict(COMPLETED)
    was = video.status
    if steps.end_and_give_back(session, video_id=video_id, failure=failures.BY_HAND):
        returned = _there(session, video_id).credits_returned
    elif _there(session, video_id).status == Status.COMPLETED:  # it came at this very moment
        raise Conflict(COMPLETED)
    else:
        returned = ledger.give_back(session, video_id=video_id)
        if not returned:
            raise Conflict("The credits of this video have come back already.")
        rows.update_video(session, video_id, credits_returned=returned)
    facts, action = {"credits": returned, "was": was}, "video.given-back"
    write_line(session, operator_id=operator_id, action=action, subject=video_id, reason=reason, facts=facts)
    return video.user_id, returned


def _there(session: Session, video_id: str) -> Video:
    video = rows.get(session, video_id=video_id)
    if video is None:
        raise NotFound("There is no such video.")
    return video
