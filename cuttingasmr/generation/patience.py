"""How long what goes wrong with a video is borne, and what its owner reads meanwhile.

A video is in one trouble at a time, which its row names by the code that it would end with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cuttingasmr import db
from cuttingasmr.generation import failures
from cuttingasmr.generation.failures import Failure
from cuttingasmr.models import Status, Video
from cuttingasmr.settings import get_settings

BUSY_SECONDS, NO_KEY_SECONDS, SENDING_SECONDS = 900.0, 3600.0, 120.0
"""How long a video waits for a provider that takes no more work, for one that takes none of our keys, and for any other."""

FETCHING_SECONDS = 600.0

SENDING = {
    failures.BUSY.code: BUSY_SECONDS,
    failures.MAINTENANCE.code: BUSY_SECONDS,
    failures.ACCOUNT.code: NO_KEY_SECONDS,
}

WAITING_FOR_PROVIDER = "The video service is busy. Your video keeps its place and starts as soon as it can."
NO_KEY = (
    "The video service takes no orders from us at the moment. We know of it, and your video keeps its place."
)
PICTURES = "The video service could not fetch the pictures of your video yet. We try again."
NOTICES = {failures.ACCOUNT.code: NO_KEY, failures.PICTURE_UNREADABLE.code: PICTURES}
"""What is said while a video cannot be sent, where it is not that the provider is busy."""


@dataclass(frozen=True)
class Trouble:
    """What a video waits for, since when, and whether that is too long."""

    code: str
    since: datetime
    tried: float
    is_over: bool

    @property
    def facts(self) -> dict[str, Any]:
        """What the row says of it."""
        return {"trouble": self.code, "trouble_at": self.since}


def judge(video: Video, failure: Failure) -> Trouble:
    """Tell which trouble a video is in that has just met with this failure.

    A failure that is borne for a shorter time is a hiccup in the trouble there is; when that one's time is over, another trouble
    begins. One that is borne longer counts from where the trouble began: no mixture of them lasts for ever.
    """
    if video.trouble_at is None:
        return Trouble(failure.code, db.utc_now(), 0.0, is_over=False)
    tried = (db.utc_now() - video.trouble_at).total_seconds()
    known, limit = _limit(video.status, video.trouble), _limit(video.status, failure.code)
    if limit >= known:
        return Trouble(failure.code, video.trouble_at, tried, is_over=tried >= limit)
    if tried < known:
        return Trouble(video.trouble, video.trouble_at, tried, is_over=False)
    return Trouble(failure.code, db.utc_now(), 0.0, is_over=False)


def _limit(status: str, code: str) -> float:
    """Tell how long a trouble is borne, in seconds."""
    if not code:
        return 0.0
    if status != Status.SAVING:
        return SENDING.get(code, SENDING_SECONDS)
    return get_settings().storage_patience_seconds if code == failures.STORAGE.code else FETCHING_SECONDS
