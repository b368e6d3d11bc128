"""A third video engine, as small as one can be: this file is all that a new one takes. It works in this process's memory.

Words in a prompt and in a key choose fates, as the sandbox's do.
"""

from __future__ import annotations

import itertools
import time

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.video import (
    Busy,
    Key,
    KeyRefused,
    Order,
    RefusedRequest,
    Task,
    TaskState,
    Uncertain,
    VideoProvider,
)

RENDER_SECONDS = 0.05
REFUSALS: dict[str, Exception] = {
    "bad": KeyRefused("401"),
    "poor": KeyRefused("402"),
    "busy": Busy.of("429"),
    "broken": ProviderUnavailable.of("500"),
    "sandbox:submit-429": Busy.of("429"),
    "sandbox:submit-500": ProviderUnavailable.of("500"),
    "sandbox:reject": RefusedRequest("422", "rejected"),
}


class ThirdEngine:
    """Makes nothing, as quickly as it can."""

    orders_hd: bool = False

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._tasks: dict[str, tuple[Order, str, float]] = {}
        self.pictures: dict[str, bytes] = {}
        self.loses_answers = False

    async def create(self, order: Order, key: Key) -> str:
        """Start a video; see `VideoProvider`."""
        self._refuse(f"{key.secret} {order.prompt}")
        task_id = f"third-{next(self._numbers)}"
        self._tasks[task_id] = order, key.secret, time.monotonic()
        if self.loses_answers:
            raise Uncertain
        return task_id

    async def look_up(self, task_id: str, key: Key) -> Task:
        """Ask how it goes; see `VideoProvider`."""
        return self._look(task_id, key, "small.mp4")

    async def ask_hd(self, task_id: str, key: Key) -> str:
        """Ask for 1080p; see `VideoProvider`."""
        task = self._look(task_id, key, "")
        if task.state is not TaskState.DONE or "no-1080p" in task.prompt:
            raise RefusedRequest("400", "no")
        return task_id

    async def look_up_hd(self, handle: str, key: Key) -> Task:
        """Ask for the 1080p file; see `VideoProvider`."""
        return self._look(handle, key, "large.mp4")

    async def credit(self, key: Key) -> float:
        """Tell what is left; see `VideoProvider`."""
        if "poor" in key.secret:
            return 0
        self._refuse(key.secret)
        return 100.5

    async def keep_picture(self, name: str, content: bytes, media_type: str, key: Key) -> str:
        """Keep a picture; see `VideoProvider`."""
        del media_type
        self._refuse(key.secret)
        address = f"http://third.example/{name}"
        self.pictures[address] = content
        return address

    def _look(self, task_id: str, key: Key, file: str) -> Task:
        if "bad" in key.secret or "broken" in key.secret:
            raise ProviderUnavailable
        order, owner, began = self._tasks.get(task_id, (None, "", 0.0))
        if order is None or owner != key.secret:
            return Task(TaskState.UNKNOWN)
        told = {"prompt": order.prompt, "callback_url": order.callback_url}
        if "sandbox:never" in order.prompt or time.monotonic() - began < RENDER_SECONDS:
            return Task(TaskState.PENDING, **told)  # pyright: ignore[reportArgumentType]
        for word, code in {"sandbox:policy": "400", "sandbox:fail": "501"}.items():
            if word in order.prompt:
                text = "flagged" if code == "400" else "failed"
                return Task(TaskState.FAILED, (), code, text, **told)
        return Task(TaskState.DONE, (f"http://third.example/{task_id}/{file}",), **told)

    def _refuse(self, words: str) -> None:
        for word, refusal in REFUSALS.items():
            if word in words:
                raise refusal


def make_engine() -> VideoProvider:
    """Make it."""
    return ThirdEngine()
