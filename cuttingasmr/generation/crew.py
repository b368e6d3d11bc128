"""The engine's hands: a loop that looks for videos that are due, takes as many as there is room for, and works on them.

It looks twice a second with one small question, and at once when poked. Nothing is done per video that waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import engine, taking
from cuttingasmr.generation.bucket import Bucket
from cuttingasmr.generation.taking import Due
from cuttingasmr.generation.workflow import Maker
from cuttingasmr.providers.http import close_client
from cuttingasmr.settings import get_settings

LOOK_SECONDS = 0.5
BREATH_SECONDS = 0.02
"""Between two looks however often it is poked, so that what comes together is taken together."""

AT_WORK = 64
"""Videos in hand at once; those that wait at the provider are in nobody's hands."""

STORING = 8
ASKS_A_SECOND = 8
"""Questions about videos per key: the provider takes ten (providers.md §2.9), and storing asks once more."""

PAUSE_SECONDS = 2.0
"""Between two rounds of questions that nobody has called for, and after a queue that had no room to move on."""

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
"""Before a piece of work that could not be done is tried again."""

STRAY_SECONDS = 60.0
DRAIN_SECONDS = 3.0

Work = Callable[[], Awaitable[None]]

log = structlog.get_logger()


class Crew:
    """One engine's hands, in a thread with an event loop of its own."""

    def __init__(self, executor_id: str, *, engines: Callable[[], int] = lambda: 1) -> None:
        """Work as this engine, beside so many that share what a provider's key allows."""
        self._me, self._engines = executor_id, engines
        self._maker = Maker(executor_id)
        self._at_work: dict[str, asyncio.Task[None]] = {}
        keys = max(1, len(get_settings().provider_keys))
        window = get_settings().veo3_window_seconds
        creates = get_settings().veo3_creates_per_window * keys
        self._starts = Bucket(creates, creates / window)
        self._asks = Bucket(ASKS_A_SECOND * keys, ASKS_A_SECOND * keys)
        self._held_until = self._queue_at = self._turns_at = self._strays_at = 0.0
        self._wants_room = False
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poked = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="engine-crew", daemon=True)

    def start(self) -> None:
        """Let go what an earlier engine of this name held, and begin."""
        db.run(taking.let_all_go, by=self._me, is_dead=True)
        self._thread.start()

    def stop(self) -> None:
        """End what is quick to end, drop the rest, and let go of it: it goes on where an engine runs next."""
        self._stopping.set()
        self._look_now()
        self._thread.join(DRAIN_SECONDS + 5)

    @property
    def is_alive(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive()

    def _look_now(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._poked.set)

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        forget = engine.on_poke(self._look_now)
        try:
            while not self._stopping.is_set():
                await self._look()
                await self._rest()
            await self._drain()
        finally:
            forget()
            await close_client()

    async def _rest(self) -> None:
        await asyncio.sleep(BREATH_SECONDS)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._poked.wait(), LOOK_SECONDS)
        self._poked.clear()

    async def _drain(self) -> None:
        hands = list(self._at_work.values())
        if hands:
            await asyncio.wait(hands, timeout=DRAIN_SECONDS)
        for hand in hands:
            hand.cancel()
        await asyncio.gather(*hands, return_exceptions=True)
        try:
            await db.transact(taking.let_all_go, by=self._me)
        except DatabaseUnavailable:
            log.warning("engine.no-database")

    async def _look(self) -> None:
        """Look once. A database that is away is waited for, and nothing that is found here may end the loop."""
        try:
            await self._find_strays()
            due = await db.read(taking.what_is_due)
            if Due.LEFT in due:
                await self._take_left()
            if Due.SENDING in due and time.monotonic() >= max(self._queue_at, self._held_until):
                await self._take_queued()
            if Due.CALLED in due or (Due.TURN in due and time.monotonic() >= self._turns_at):
                await self._take_turns()
            self._wants_room = len(self._at_work) >= AT_WORK or self._queue_at > time.monotonic()
        except DatabaseUnavailable:
            log.warning("engine.no-database")
            await asyncio.sleep(1)
        except Exception:
            log.exception("engine.look-failed")
            await asyncio.sleep(1)

    async def _take_queued(self) -> None:
        limit = min(AT_WORK - len(self._at_work), int(self._starts.available(self._engines())))
        if limit <= 0:
            return
        settings = get_settings()
        hold = timedelta(seconds=settings.poll_first_seconds)
        taken = await db.transact(
            taking.take_queued, by=self._me, limit=limit, at_once=settings.videos_at_once, hold=hold
        )
        self._starts.take(len(taken))
        if not taken:
            self._queue_at = time.monotonic() + PAUSE_SECONDS
        for video_id in taken:
            self._begin(video_id, partial(self._send, video_id))

    async def _take_left(self) -> None:
        if (limit := min(STORING, AT_WORK - len(self._at_work))) > 0:
            for video in await db.transact(taking.take_left, by=self._me, limit=limit):
                self._begin(video.id, partial(self._maker.go_on, video))

    async def _take_turns(self) -> None:
        """Ask about those that somebody called for and then about the others, as often as the provider allows."""
        limit = min(AT_WORK - len(self._at_work), int(self._asks.available(self._engines())))
        if limit <= 0:
            return
        first = get_settings().poll_first_seconds
        self._turns_at = time.monotonic() + min(first, PAUSE_SECONDS)
        videos = await db.transact(taking.take_turns, limit=limit, first_seconds=first)
        self._asks.take(len(videos))
        for video in videos:
            self._begin(video.id, partial(self._maker.ask, video))

    async def _send(self, video_id: str) -> None:
        seconds = await self._maker.send(video_id)
        if seconds is not None:
            self._held_until = max(self._held_until, time.monotonic() + seconds)

    def _begin(self, video_id: str, work: Work) -> None:
        """Work on a video, after what this engine does with it already."""
        earlier = self._at_work.get(video_id)
        self._at_work[video_id] = asyncio.create_task(self._work(video_id, work, earlier))

    async def _work(self, video_id: str, work: Work, earlier: asyncio.Task[None] | None) -> None:
        """Work until it is written down what came of it: from the beginning again when the database was away meanwhile.

        The work itself keeps what may not be said or done twice.
        """
        try:
            if earlier is not None:
                await asyncio.wait([earlier])
            pause, left = FIRST_PAUSE_SECONDS, await self._left_of(video_id, work)
            while left is not None:
                await asyncio.sleep(pause)
                pause, left = min(pause * 2, LONGEST_PAUSE_SECONDS), await self._left_of(video_id, left)
        finally:
            if self._at_work.get(video_id) is asyncio.current_task():
                del self._at_work[video_id]
        if self._wants_room:
            self._queue_at = 0.0
            self._poked.set()

    async def _left_of(self, video_id: str, work: Work) -> Work | None:
        """Work once, and give what is to be done after a pause: the same, or the noting of a fault; `None` when it is done."""
        try:
            await work()
        except DatabaseUnavailable:
            return work
        except Exception:
            log.exception("video.fault", video=video_id)
            return partial(self._maker.fault, video_id)
        return None

    async def _find_strays(self) -> None:
        """Let go what bears this engine's name and is in none of its hands: a release that was lost."""
        if time.monotonic() < self._strays_at:
            return
        self._strays_at = time.monotonic() + STRAY_SECONDS
        await db.transact(taking.let_all_go, by=self._me, but=tuple(self._at_work))
