# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (redis types its own client no closer)
"""Wake-ups: "something of this user's changed". Said after a commit, heard by the pages of that user that are open.

A wake-up carries nothing: who hears it reads the database. One that is lost costs a slow re-read, never a wrong page.
With `REDIS_URL` it crosses processes; without, it stays in this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from uuid import uuid4

import redis
import redis.asyncio
import structlog

from cuttingasmr.settings import get_settings

CHANNEL = "cuttingasmr:live"
SILENCE_SECONDS = 15

QUESTION = "?"
"""Begins a message that asks who is there, which no user's id does: then a name for the answers, and the users' ids."""

ANSWER_SECONDS = 5.0
"""How long the other processes are waited for; one that says nothing by then shows nobody's page."""

ANSWERS_LAST_SECONDS = 60

log = structlog.get_logger()


class Listener:
    """One open page's ear. Several wake-ups before it looks are one."""

    def __init__(self) -> None:
        """Listen from this moment on, in the event loop that made it."""
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake the page, from any thread; a page whose loop is gone is past waking."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> bool:
        """Sleep until woken, at most so long; tell whether it was a wake-up."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Switchboard:
    """Who in this process listens to whom."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._lock = threading.Lock()
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    @contextlib.contextmanager
    def listening(self, user_id: str) -> Generator[Listener, None, None]:
        """Listen to one user's wake-ups while the block runs."""
        listener = Listener()
        with self._lock:
            self._listeners[user_id].add(listener)
        try:
            yield listener
        finally:
            self._leave(user_id, listener)

    def _leave(self, user_id: str, listener: Listener) -> None:
        with self._lock:
            self._listeners[user_id].discard(listener)
            if not self._listeners[user_id]:
                del self._listeners[user_id]

    def ring(self, user_id: str) -> None:
        """Wake every page of this user that is open in this process."""
        with self._lock:
            listeners = tuple(self._listeners.get(user_id, ()))
        for listener in listeners:
            listener.ring()

    def of(self, user_ids: Collection[str]) -> set[str]:
        """Tell which of these users have a page open in this process."""
        with self._lock:
            return {user_id for user_id in user_ids if user_id in self._listeners}


_switchboard = Switchboard()
listening = _switchboard.listening


_teller = ThreadPoolExecutor(1, thread_name_prefix="live")


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(get_settings().redis_url, socket_timeout=2, socket_connect_timeout=2)


def publish(user_id: str) -> None:
    """Wake this user's open pages, wherever they are. Call it after the commit. It never fails and never waits."""
    _switchboard.ring(user_id)
    if get_settings().redis_url:
        _teller.submit(_tell, user_id)


def _tell(user_id: str) -> None:
    """Tell the other processes, in a thread of its own: a Redis that hangs keeps nobody waiting."""
    try:
        _redis().publish(CHANNEL, user_id)
    except redis.RedisError as error:
        log.warning("live.unreachable", error=type(error).__name__)


async def who_is_there(user_ids: Collection[str]) -> set[str] | None:
    """Tell which of these users have a page open, in whichever process; `None` when the others cannot be asked."""
    there = _switchboard.of(user_ids)
    rest = [user_id for user_id in user_ids if user_id not in there]
    if not rest or not get_settings().redis_url:
        return there
    try:
        return there | await asyncio.to_thread(_ask, rest)
    except redis.RedisError as error:
        log.warning("live.unreachable", error=type(error).__name__)
        return None


def _ask(user_ids: Collection[str]) -> set[str]:
    """Ask all processes, and wait until each has said who is there, or for as long as is sensible."""
    line: Any = _redis()
    question, found = uuid4().hex, set[str]()
    missing = int(line.publish(CHANNEL, " ".join((QUESTION, question, *user_ids))))
    deadline = time.monotonic() + ANSWER_SECONDS
    while missing > 0 and time.monotonic() < deadline:
        answer = line.blpop([_answers_to(question)], timeout=1)
        if answer is not None:
            missing -= 1
            found.update(answer[1].decode().split())
    return found


def _answers_to(question: str) -> str:
    return f"{CHANNEL}:{question}"


@contextlib.asynccontextmanager
async def relaying() -> AsyncGenerator[None, None]:
    """Hand the wake-ups of other processes on to this one's pages while the block runs."""
    if not get_settings().redis_url:
        yield
        return
    task = asyncio.create_task(_relay(), name="live-relay")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _relay() -> None:
    """Listen to Redis for as long as this process lives, through any outage of it."""
    while True:
        try:
            await _relay_once()
        except (redis.RedisError, OSError) as error:
            log.warning("live.relay-lost", error=type(error).__name__)
            await asyncio.sleep(1)


async def _relay_once() -> None:
    """Listen until the line breaks. A line on which nothing comes is tried now and then, or its end would not be noticed."""
    client = redis.asyncio.Redis.from_url(get_settings().redis_url, health_check_interval=SILENCE_SECONDS)
    async with client, client.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(CHANNEL)
        while True:
            message = await channel.get_message(timeout=SILENCE_SECONDS)
            if message is not None and message["type"] == "message":
                await _hear(client, message["data"].decode())


async def _hear(client: Any, said: str) -> None:  # noqa: ANN401 - redis types its own client no closer
    """Wake somebody's pages, or say who of those that are asked for has one open here: also if that is nobody."""
    if not said.startswith(QUESTION):
        _switchboard.ring(said)
        return
    _, question, *user_ids = said.split()
    name = _answers_to(question)
    await client.rpush(name, " ".join(_switchboard.of(user_ids)))
    await client.expire(name, ANSWERS_LAST_SECONDS)
