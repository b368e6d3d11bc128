"""What every video engine looks like from here. A new engine is a new file that keeps this promise and has a `make_engine()`.

What can go wrong with a submit is sorted once, in these errors; the workflow acts on their kind alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from cuttingasmr.errors import ProviderRejected, ProviderUnavailable
from cuttingasmr.settings import get_settings


class Busy(ProviderUnavailable):
    """The video service has more work than it takes right now. Your video keeps its place."""

    provider_code = "429"


class KeyRefused(ProviderUnavailable):
    """The video service does not take our key. This is ours to mend."""

    def __init__(self, code: str = "401") -> None:
        """Keep why: `401` for a key that is not taken, `402` for an account that is empty."""
        self.provider_code = code
        super().__init__()


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
    prompt: str = field(default="", compare=False, repr=False)
    """What was asked for, where the record tells it: by this a task is known to be ours."""
    callback_url: str = field(default="", compare=False, repr=False)
    """Where it was to call back, where the record tells it."""


@dataclass(frozen=True)
class Order:
    """What is asked of an engine. `kind` is one of `VideoKind`; the pictures are where the engine itself can fetch them."""

    prompt: str
    aspect_ratio: str
    duration: int
    model: str
    callback_url: str
    kind: str = "TEXT_2_VIDEO"
    image_urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Key:
    """A provider's key. Its fingerprint may be stored and shown; the key itself never is."""

    secret: str = field(repr=False)
    fingerprint: str


class VideoProvider(Protocol):
    """A video engine."""

    orders_hd: bool
    """Whether `ask_hd` makes a task, which counts and may cost like one of `create`."""

    async def create(self, order: Order, key: Key) -> str:
        """Start a video and give the provider's id of it.

        Raises `Busy`, `KeyRefused` or `ProviderUnavailable` when surely nothing was started, `RefusedRequest` when
        this prompt will never be, and `Uncertain` when it may have been.
        """
        ...

    async def look_up(self, task_id: str, key: Key) -> Task:
        """Ask how a task is going, or raise `ProviderUnavailable`. Harmless to repeat."""
        ...

    async def ask_hd(self, task_id: str, key: Key) -> str:
        """Ask for a finished video in 1080p, and give the handle to look it up by.

        Raises `RefusedRequest` when there will be none, else as `create` does. Where an engine makes a task of it, asking twice
        may cost twice.
        """
        ...

    async def look_up_hd(self, handle: str, key: Key) -> Task:
        """Ask how the 1080p version is going, or raise `ProviderUnavailable`. Its address is never that of the smaller one."""
        ...

    async def credit(self, key: Key) -> float:
        """Tell what is left on a key's account, in the provider's credits; or raise `KeyRefused`, `ProviderUnavailable`."""
        ...

    async def keep_picture(self, name: str, content: bytes, media_type: str, key: Key) -> str:
        """Give the provider a picture, and get an address from which it can fetch it for a day.

        Raises `RefusedRequest`, `KeyRefused` or `ProviderUnavailable`. Harmless to repeat. Names must be unique: the last one wins.
        """
        ...


class EngineFile(Protocol):
    """What the file of an engine has."""

    def make_engine(self) -> VideoProvider:
        """Make the engine as the settings say."""
        ...


@cache
def get_video_provider() -> VideoProvider:
    """Give the engine whose file the settings name; one a process."""
    return cast("EngineFile", import_module(get_settings().video_engine)).make_engine()
