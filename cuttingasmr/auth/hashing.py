"""Hashing passwords, a few at a time: each takes 64 MB and a tenth of a second of the whole machine, which is its purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from cuttingasmr.errors import TooManyRequests

P = ParamSpec("P")
R = TypeVar("R")

AT_ONCE = 2
MOST_WAITING = 40
"""Who comes when so many are waiting is asked to come again: the last of them would wait for seconds."""
AGAIN_SECONDS = 5

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
_waiting: set[object] = set()


async def in_turn(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Hash or verify when it is this one's turn; raise `TooManyRequests` when too many are waiting already."""
    if len(_waiting) >= MOST_WAITING:
        raise TooManyRequests("Many people are signing in right now.", retryAfter=AGAIN_SECONDS)
    ticket = object()
    _waiting.add(ticket)
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_threads, lambda: work(*args, **kwargs))
    finally:
        _waiting.discard(ticket)
