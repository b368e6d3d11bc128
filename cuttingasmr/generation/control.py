"""What an owner can do about a video that is on its way.

Which of two rivals comes first, a cancel or a submit, is decided by the conditions of their UPDATEs: never by what
was read before.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import AlreadyEnded, AlreadySubmitted, Conflict, NotFound
from cuttingasmr.generation import engine, rows
from cuttingasmr.models import ENDED, AuditEntry, Status, Video

UNSENT = (col(Video.submit_began_at).is_(None), col(Video.provider_task_id).is_(None))


async def cancel(*, user_id: str, video_id: str, discard: bool = False) -> Video:
    """Cancel a video of this person's that was not submitted yet, and give its credits back once.

    One that was submitted costs us what it costs: raises `AlreadySubmitted`, or with `discard` lets it be made and puts it
    into the bin, where it can be found. Raises `NotFound` for somebody else's and `AlreadyEnded` for one that is over.
    """
    video = await db.transact(_cancel, user_id=user_id, video_id=video_id, discard=discard)
    live.publish(user_id)
    engine.poke()  # its place is free
    return video


def cancel_waiting(session: Session, *which: ColumnElement[bool], user_id: str) -> list[int]:
    """Cancel this person's videos that were not submitted yet, those alone where conditions are given.

    Gives what came back for each, in credits.
    """
    mine = (col(Video.user_id) == user_id, *which)
    waiting = select(Video.id).where(*mine, col(Video.status).not_in(ENDED), *UNSENT)
    ended = [_end_unsent(session, user_id, video_id) for video_id in session.exec(waiting).all()]
    return [returned for returned in ended if returned is not None]


def _cancel(session: Session, *, user_id: str, video_id: str, discard: bool) -> Video:
    if _end_unsent(session, user_id, video_id) is None:
        _discard(session, user_id, video_id, is_wanted=discard)
    return _mine(session, user_id, video_id)


def _end_unsent(session: Session, user_id: str, video_id: str) -> int | None:
    """Cancel a video that was not submitted, and tell what came back; `None` if there is no such video of theirs."""
    end = {"status": Status.CANCELED, "completed_at": db.utc_now(), "notice": ""}
    if not rows.update_running(session, video_id, col(Video.user_id) == user_id, *UNSENT, **end):
        return None
    returned = ledger.give_back(session, video_id=video_id)
    rows.update_video(session, video_id, credits_returned=returned)
    _write_line(session, user_id, "video.canceled", video_id, returned)
    return returned


def _discard(session: Session, user_id: str, video_id: str, *, is_wanted: bool) -> None:
    """Put a video that was submitted into the bin, or say why it cannot be canceled."""
    video = _mine(session, user_id, video_id)
    if video.status in ENDED:
        raise AlreadyEnded
    if not is_wanted:
        raise AlreadySubmitted
    if video.deleted_at is not None:
        return
    if rows.update_running(session, video_id, col(Video.deleted_at).is_(None), deleted_at=db.utc_now()):
        _write_line(session, user_id, "video.discarded", video_id, 0)
        return
    raise AlreadyEnded if _mine(session, user_id, video_id).status in ENDED else Conflict


def _mine(session: Session, user_id: str, video_id: str) -> Video:
    video = rows.get(session, video_id=video_id)
    if video is None or video.user_id != user_id:
        raise NotFound
    return video


def _write_line(session: Session, user_id: str, action: str, video_id: str, credits: int) -> None:
    session.add(AuditEntry(actor=user_id, action=action, subject=video_id, facts={"credits": credits}))
