"""Reading what somebody wrote. An operator may, for support; each time needs a reason, and stands in the audit log."""

from __future__ import annotations

from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits.by_hand import checked_reason, write_line
from cuttingasmr.errors import NotFound
from cuttingasmr.models import ModerationDecision, User, Video

GONE = "The words are gone: they are not kept that long."


async def of_video(*, operator: User, video_id: str, reason: str) -> str:
    """Give a video's prompt, or raise `NotFound`."""
    return await db.transact(
        _of_video, operator_id=operator.id, video_id=video_id, reason=checked_reason(reason)
    )


async def of_decision(*, operator: User, decision: int, reason: str) -> str:
    """Give the prompt that was decided about, while it is kept, or raise `NotFound`."""
    return await db.transact(
        _of_decision, operator_id=operator.id, decision=decision, reason=checked_reason(reason)
    )


def _of_video(session: Session, *, operator_id: str, video_id: str, reason: str) -> str:
    video = session.get(Video, video_id)
    if video is None:
        raise NotFound("There is no such video.")
    if video.purged_at is not None or not video.prompt:
        raise NotFound(GONE)
    _write_down(session, operator_id, "video.words-read", video_id, reason, video.user_id)
    return video.prompt


def _of_decision(session: Session, *, operator_id: str, decision: int, reason: str) -> str:
    row = session.get(ModerationDecision, decision)
    if row is None or row.prompt is None:
        raise NotFound(GONE)
    _write_down(session, operator_id, "decision.words-read", f"decision:{decision}", reason, row.user_id)
    return row.prompt


def _write_down(
    session: Session, operator_id: str, action: str, subject: str, reason: str, user_id: str | None
) -> None:
    facts = {"user": user_id}
    write_line(session, operator_id=operator_id, action=action, subject=subject, reason=reason, facts=facts)
