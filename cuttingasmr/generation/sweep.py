"""What the minute's round looks for: videos that nobody is making any more. Each is set going again, or given back."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.generation import engine, failures, keeping, steps
from cuttingasmr.models import ENDED, Video

QUIET = timedelta(seconds=60)
AT_ONCE = 500
SCRATCH_SECONDS = 3600
"""Older files in the folder for downloads belong to nobody any more: no download takes as long."""

UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})

log = structlog.get_logger()


def reconcile(*, now: datetime | None = None) -> tuple[int, int]:
    """Start what was charged but never started, give back what was started but is over; tell how many of each.

    It can run in several processes at once, and at any time.
    """
    started = returned = 0
    for video_id in db.look(_running, before=(now or db.utc_now()) - QUIET):
        status = engine.status_of(video_id)
        if status is None:
            db.run(engine.enqueue, video_id)
            started += 1
        elif status not in UNDER_WAY:
            returned += _give_back(video_id)
    if started or returned:
        log.warning("sweep.mended", started=started, returned=returned)
    return started, returned


def clear_scratch() -> None:
    """Remove what killed processes left in the folder for downloads."""
    for file in keeping.scratch_folder().iterdir():
        if time.time() - file.stat().st_mtime > SCRATCH_SECONDS:
            file.unlink(missing_ok=True)


def _give_back(video_id: str) -> int:
    user_id = db.run(steps.end_and_give_back, video_id=video_id, failure=failures.UNEXPECTED)
    if user_id is None:
        return 0
    live.publish(user_id)
    return 1


def _running(session: Session, *, before: datetime) -> list[str]:
    running = select(Video.id).where(col(Video.status).not_in(ENDED), col(Video.created_at) < before)
    return list(session.exec(running.order_by(col(Video.created_at)).limit(AT_ONCE)))
