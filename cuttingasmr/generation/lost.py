"""What becomes of a finished video whose file is gone: it is fetched again, or ends as lost and its credits come back.

Nobody pays for what they cannot get (docs/decisions/0009). Whether it is gone is for `archive.py` to see, or for people to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import rows
from cuttingasmr.generation.keeping import keep, look_up
from cuttingasmr.models import AuditEntry, HdState, Status, Video
from cuttingasmr.providers.download import WrongAnswer
from cuttingasmr.providers.video import TaskState
from cuttingasmr.storage.media import NotAVideo

ACTOR = "archive"
KEPT_BY_PROVIDER = timedelta(days=14)
"""providers.md §2.10."""

LOST_CODE = "FileLost"
LOST = "The file of this video was lost in our storage, and the video service no longer has it. Your credits are back."

log = structlog.get_logger()


async def mend_or_give_back(video: Video, *, now: datetime) -> str:
    """Fetch a lost file again, or end its video; `later` when the provider cannot be asked now."""
    if video.completed_at and video.completed_at > now - KEPT_BY_PROVIDER:
        try:
            if await _fetch_again(video):
                return "mended"
        except (WrongAnswer, NotAVideo) as error:
            log.warning("archive.not-fetched", video=video.id, error=type(error).__name__)
        except ProviderUnavailable:
            return "later"
    user_id = await db.transact(end_as_lost, video_id=video.id)
    if user_id:
        live.publish(user_id)
    return "returned" if user_id else "later"


async def _fetch_again(video: Video) -> bool:
    """Store the file anew, if the provider still has it."""
    task = await look_up(video)
    if task.state is not TaskState.DONE or not task.urls:
        return False
    facts = await keep(video, task.urls[0])
    await db.transact(rows.update_video, video_id=video.id, **facts, preview_key=None)
    log.warning("archive.fetched-again", video=video.id)
    return True


def end_as_lost(session: Session, *, video_id: str) -> str | None:
    """End a finished video whose file is gone for good, and return its credits, in one transaction; gives its owner, once."""
    lost = {"status": Status.FAILED, "error_code": LOST_CODE, "error_message": LOST}
    gone = {"preview_key": None, "hd_state": HdState.NONE, "is_shared": False}
    user_id = rows.update_video(session, video_id, col(Video.status) == Status.COMPLETED, **lost, **gone)
    if user_id is None:
        return None
    returned = ledger.give_back(session, video_id=video_id)
    rows.update_video(session, video_id, credits_returned=returned)
    facts = {"credits": returned, "code": LOST_CODE}
    session.add(AuditEntry(actor=ACTOR, action="video.given-back", subject=video_id, facts=facts))
    return user_id
