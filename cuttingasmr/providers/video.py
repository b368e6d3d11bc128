"""What every video engine looks like from here. A new engine is a new file that keeps this promise.

What can go wrong with a submit is sorted once, in these errors; the workflow acts on their kind alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cuttingasmr.errors import ProviderRejected, ProviderUnavailable


class Busy(ProviderUnavailable):
    """The video service has more work than it takes right now. Your video keeps its place."""


class KeyRefused(ProviderUnavailable):
    """The video service does not take our key. This is ours to mend."""


class Uncertain(ProviderUnavailable):
    """It is not known whether the video service took this video on."""


class RefusedRequest(ProviderRejected):
    """The video service refused this prompt."""

    def __init__(self, code: str, text: str) -> None:
        """Keep the provider's code, and its words for the log."""
        self.provider_code = code
        super().__init__(text)


class TaskState(StrEnum):
    """What has become of a task."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the provider does not know this task


@dataclass(frozen=True)
class Task:
    """One answer to "how is it going?"."""

    state: TaskState
    urls: tuple[str, ...] = ()
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class Order:
    """What is asked of an engine."""

    prompt: str
    aspect_ratio: str
    duration: int
    model: str
    callback_url: str


@dataclass(frozen=True)
class Key:
    """A provider's key. Its fingerprint may be stored and shown; the key itself never is."""

    secret: str = field(repr=False)
    fingerprint: str


class VideoProvider(Protocol):
    """A video engine."""

    async def create(self, order: Order, key: Key) -> str:
        """Start a video and give the provider's id of it.

        Raises `Busy`, `KeyRefused` or `ProviderUnavailable` when surely nothing was started, `RefusedRequest` when
        this prompt will never be, and `Uncertain` when it may have been.
        """
        ...

    async def look_up(self, task_id: str, key: Key) -> Task:
        """Ask how a task is going, or raise `ProviderUnavailable`. Harmless to repeat."""
        ...
