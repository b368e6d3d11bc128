"""How an open page stays true: it sleeps until something of its owner's changes, then looks again.

Asleep it costs nothing. Only while something is under way does it also look every few minutes, should a wake-up be lost,
and while a place in the queue is shown every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from cuttingasmr import live
from cuttingasmr.errors import SignInRequired, Unavailable
from cuttingasmr.models import User

T = TypeVar("T")

SLOW_LOOK_SECONDS = 300.0
QUEUE_LOOK_SECONDS = 10.0
"""A place in the queue changes with other people's videos, which wake nobody else's page."""
FOREVER_SECONDS = 30 * 86_400.0
AFTER_OUTAGE_SECONDS = 3.0


async def follow(
    who: Callable[[], Awaitable[User]],
    look: Callable[[], Awaitable[T | None]],
    is_under_way: Callable[[T], bool],
    is_waiting: Callable[[T], bool] = lambda _: False,
) -> AsyncGenerator[T | None]:
    """Give what there is to see, now and after every wake-up. Ends with `None` when nobody is signed in any more."""
    try:
        user = await _patiently(who)
    except SignInRequired:
        yield None
        return
    with live.listening(user.id) as listener:
        while (sight := await _patiently(look)) is not None:
            yield sight
            slow = SLOW_LOOK_SECONDS if is_under_way(sight) else FOREVER_SECONDS
            await listener.wait(QUEUE_LOOK_SECONDS if is_waiting(sight) else slow)
    yield None


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask the database until it answers: a page that is open waits as long as it takes."""
    while True:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(AFTER_OUTAGE_SECONDS)
