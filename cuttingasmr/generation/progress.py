"""How far a video is, honestly: the stage it is in, when that began, and how long such a video usually takes.

The usual time comes from the last completed videos of the same kind. It is written down with each video when it is asked
for, so it survives a restart and a bar never runs backwards because others were slower; the bar never claims to be done.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median, quantiles
from threading import Lock
from typing import Final

from sqlmodel import Session, col, func, select

from cuttingasmr import db
from cuttingasmr.generation import taking
from cuttingasmr.models import Status, Video, VideoKind

FIRST_GUESS_SECONDS: Final = 75.0
FIRST_SPREAD: Final = (48.0, 95.0)
"""What Veo 3 Fast took in published runs (providers.md §2.2, §2.9), until we have figures of our own."""

SAMPLE = 25
REMEMBER_SECONDS = 60.0
LINE_SECONDS = 2.0
"""How old a place in the line may be that is shown."""

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
    """Where a video is. `elapsed` and `expected` are seconds since it was asked for; `share` is 0 to 1.

    `spread` is what eight in ten such videos take, in seconds, with the same beginning.
    """

    stage: str
    elapsed: float
    expected: float
    share: float
    spread: tuple[float, float] = FIRST_SPREAD


@dataclass(frozen=True)
class Usual:
    """How long videos of a kind usually take from submit to file, in whole seconds: the middle, and what eight in ten take."""

    seconds: int
    low: int
    high: int


FIRST_GUESS = Usual(round(FIRST_GUESS_SECONDS), *map(round, FIRST_SPREAD))


def progress_of(video: Video, *, expected: float | None = None, now: datetime | None = None) -> Progress:
    """Tell how far a video is. `expected` counts where nothing was written down with it.

    Waiting in the queue is added to what making it takes, as it goes by: while it lasts, the bar creeps and the end moves on.
    """
    stage = STAGES[Status(video.status)]
    end = video.completed_at or now or db.utc_now()
    elapsed = max(0.0, (end - video.created_at).total_seconds())
    waited = _waited(video, elapsed)
    usual = video.usual_seconds or expected or FIRST_GUESS_SECONDS
    low, high = (video.usual_from, video.usual_to) if video.usual_to else (usual, usual)
    share = 1.0 if video.status == Status.COMPLETED else min(MOST, elapsed / (waited + usual))
    return Progress(stage, elapsed, waited + usual, share, (waited + low, waited + high))


def _waited(video: Video, elapsed: float) -> float:
    """Tell how long a video has waited for the provider to take it on."""
    if video.rendering_at is not None:
        return max(0.0, (video.rendering_at - video.created_at).total_seconds())
    return elapsed if video.status == Status.QUEUED else 0.0


def positions(session: Session, videos: Iterable[Video]) -> dict[str, int]:
    """Count for each of these videos those that are sent before it; one that is being sent, or is over, is left out."""
    unsent = _unsent(videos)
    if not unsent:
        return {}
    line = _line(session)
    return {video_id: line.get(video_id, 0) for video_id in unsent}


def _unsent(videos: Iterable[Video]) -> set[str]:
    return {video.id for video in videos if video.status == Status.QUEUED and not video.submit_began_at}


def _line(session: Session) -> dict[str, int]:
    """Give all that wait and are in nobody's hands, with the number of those before each."""
    line = taking.line_of()
    number = func.row_number().over(order_by=taking.places(line)).label("number")
    in_hand = select(func.count()).select_from(Video).where(taking.RUNNING, taking.IN_HAND, taking.UNSENT)
    return dict(session.exec(select(line.c.id, number - 1 + in_hand.scalar_subquery())).all())


class _Sight:
    """The line as it is shown: however many pages watch it, it is read every `LINE_SECONDS` at most, and for who has joined since."""

    def __init__(self) -> None:
        self._line: dict[str, int] = {}
        self._until = 0.0
        self._reading = Lock()

    def of(self, session: Session, videos: Iterable[Video]) -> dict[str, int]:
        """Do `positions`, as it was a moment ago."""
        unsent = _unsent(videos)
        if not unsent:
            return {}
        with self._reading:
            if time.monotonic() >= self._until or not unsent <= self._line.keys():
                self._line = dict.fromkeys(unsent, 0) | _line(session)
                self._until = time.monotonic() + LINE_SECONDS
            return {video_id: self._line[video_id] for video_id in unsent}


shown_positions = _Sight().of


class _Memory:
    """How long videos usually take, by kind, asked of the database once a minute at most."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Usual]] = {}

    def of(self, session: Session, kind: str = VideoKind.TEXT) -> Usual:
        until, usual = self._known.get(kind, (0.0, FIRST_GUESS))
        if time.monotonic() < until:
            return usual
        usual = look_back(session, kind)
        self._known[kind] = (time.monotonic() + REMEMBER_SECONDS, usual)
        return usual

    def seconds(self, session: Session) -> float:
        return self.of(session).seconds


_usual = _Memory()
usual = _usual.of
expected_seconds = _usual.seconds


def look_back(session: Session, kind: str = VideoKind.TEXT) -> Usual:
    """Read how long the last completed videos of a kind took, from their submit to their file."""
    rows = session.exec(
        select(func.coalesce(col(Video.rendering_at), col(Video.created_at)), Video.completed_at)
        .where(col(Video.status) == Status.COMPLETED, col(Video.kind) == kind)
        .order_by(col(Video.completed_at).desc())
        .limit(SAMPLE)
    )
    taken = [max(1.0, (completed - began).total_seconds()) for began, completed in rows if completed]
    if not taken:
        return FIRST_GUESS
    tenths = quantiles(taken, n=10, method="inclusive") if len(taken) > 1 else [taken[0]]
    return Usual(round(median(taken)), round(tenths[0]), round(tenths[-1]))
