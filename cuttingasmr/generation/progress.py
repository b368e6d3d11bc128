"""How far a video is, honestly: the stage it is in, when that began, and how long such a stage usually takes.

The usual time comes from the last completed videos, so it survives a restart; the bar never claims to be done.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.models import Status, Video

FIRST_GUESS_SECONDS: Final = 75.0
"""Veo 3 Fast takes 48 to 95 s in published runs (providers.md §2.2, §2.9), until we have figures of our own."""

SAMPLE = 25
REMEMBER_SECONDS = 60.0
MOST = 0.95

STAGES = {
    Status.QUEUED: "queued",
    Status.RENDERING: "rendering",
    Status.SAVING: "saving",
    Status.COMPLETED: "ready",
    Status.FAILED: "failed",
    Status.CANCELED: "canceled",
}


@dataclass(frozen=True)
class Progress:
    """Where a video is. `elapsed` and `expected` are seconds since it was asked for; `share` is 0 to 1."""

    stage: str
    elapsed: float
    expected: float
    share: float


def progress_of(video: Video, *, expected: float, now: datetime | None = None) -> Progress:
    """Tell how far a video is, given how long one usually takes."""
    stage = STAGES[Status(video.status)]
    end = video.completed_at or now or db.utc_now()
    elapsed = max(0.0, (end - video.created_at).total_seconds())
    if video.status == Status.COMPLETED:
        return Progress(stage, elapsed, expected, 1.0)
    return Progress(stage, elapsed, expected, min(MOST, elapsed / expected))


class _Usual:
    """How long a video usually takes, asked of the database once a minute at most."""

    def __init__(self) -> None:
        self._seconds = FIRST_GUESS_SECONDS
        self._until = 0.0

    def seconds(self, session: Session) -> float:
        if time.monotonic() >= self._until:
            self._seconds = usual_seconds(session)
            self._until = time.monotonic() + REMEMBER_SECONDS
        return self._seconds


_usual = _Usual()
expected_seconds = _usual.seconds


def usual_seconds(session: Session) -> float:
    """Give the median of the last completed videos, from request to file."""
    rows = session.exec(
        select(Video.created_at, Video.completed_at)
        .where(col(Video.status) == Status.COMPLETED)
        .order_by(col(Video.completed_at).desc())
        .limit(SAMPLE)
    )
    taken = [(completed - created).total_seconds() for created, completed in rows if completed]
    return max(1.0, median(taken)) if taken else FIRST_GUESS_SECONDS
