"""Chores that may take long: done beside the engine's own thread, so that its beats never wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Awaitable, Callable

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import counting
from cuttingasmr.providers.http import close_client

LOW = 15
"""The niceness of work that nobody waits for."""

HOLD_SECONDS = 60.0
"""How often one that is shared says that it is still at work."""


class Aside:
    """A chore in a thread of its own. Called while it is still at work, it does nothing; what it raises is logged and counted.

    It counts as broken off until it ends well again, in whichever process. One that is shared is not due in any other process either while it is at work here, however long that takes.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        *,
        niceness: int = 0,
        is_shared: bool = False,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        """Give it the name under which its failures are counted; `niceness` lets everything else go first."""
        self._name, self._work, self._niceness = name, work, niceness
        self._hold_seconds = hold_seconds if is_shared else 0.0
        self._is_busy = threading.Lock()

    def __call__(self) -> None:
        """Begin, unless it is still at work."""
        if self._is_busy.acquire(blocking=False):
            threading.Thread(target=self._do, name=self._name, daemon=True).start()

    def wait(self) -> None:
        """Wait until it is not at work."""
        with self._is_busy:
            pass

    def _do(self) -> None:
        try:
            if self._niceness:
                with contextlib.suppress(
                    OSError
                ):  # on Linux a thread has a niceness of its own; elsewhere it may not
                    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._niceness)
            with counting.catching(self._name):
                asyncio.run(self._work_and_hang_up())
                counting.note_success(self._name)
        finally:
            self._is_busy.release()

    async def _work_and_hang_up(self) -> None:
        has_ended = asyncio.Event()
        holding = asyncio.create_task(self._hold(has_ended))
        try:
            await self._work()
        finally:
            has_ended.set()
            await holding  # a word of its own that is under way would else be written after the end
            await close_client()

    async def _hold(self, has_ended: asyncio.Event) -> None:
        """Say now and then that it is still at work, so that the others leave it alone."""
        while self._hold_seconds and not has_ended.is_set():
            try:
                await asyncio.wait_for(has_ended.wait(), self._hold_seconds)
            except TimeoutError:
                with contextlib.suppress(DatabaseUnavailable):
                    await db.transact(counting.hold, self._name)
