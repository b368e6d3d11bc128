"""Keys and what they are allowed: words in a key choose its fate. One rule: a key is known by its fingerprint only.

Any key is accepted, except that one with `bad` in it is refused (401), `poor` has no credits (402 when creating),
`busy` is over its limit (429 when creating), and `broken` meets a server error (500).
"""

import time
from collections import Counter, defaultdict, deque

from starlette.requests import Request

from cuttingasmr.sandbox.stranger import fingerprint

from .refusal import Refused
from .task import Task

_CREDITS = 1_000_000
_WINDOW_SECONDS = 10  # 2.10: 20 new requests per 10 seconds and account


def key_in(request: Request) -> str:
    """Return the bearer key, or an empty string."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def admit(request: Request) -> str:
    """Return the key's fingerprint; refusals as 2.1 and 2.5 word them."""
    key = key_in(request)
    if not key or "bad" in key:
        raise Refused(401, "You do not have access permissions")
    if "broken" in key:
        raise Refused(500, "Server Error - An unexpected error occurred while processing the request")
    return fingerprint(key)


class Accounts:
    """What each key has spent and how often it asked lately."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent: Counter[str] = Counter()
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    def may_create(self, request: Request) -> None:
        """Raise when the key has no credits or is over its limit; an accepted request counts at once."""
        key = key_in(request)
        if "poor" in key:
            raise Refused(402, "Insufficient Credits")
        if "busy" in key or self._is_over_limit(fingerprint(key)):
            raise Refused(429, "Rate limited: too many requests, please try again later")

    def balance(self, request: Request) -> int:
        """Credits left."""
        key = key_in(request)
        return 0 if "poor" in key else max(0, _CREDITS - self._spent[fingerprint(key)])

    def charge(self, task: Task) -> None:
        """Take the price of a task."""
        self._spent[task.key] += task.credits

    def give_back(self, task: Task) -> None:
        """Give the price back: a failed task costs nothing."""
        self._spent[task.key] -= task.credits

    def forget(self) -> None:
        """Everybody begins anew."""
        self._spent.clear()
        self._asked.clear()

    def _is_over_limit(self, key: str) -> bool:
        if not self._limit:
            return False
        asked, now = self._asked[key], time.monotonic()
        while asked and asked[0] <= now - _WINDOW_SECONDS:
            asked.popleft()
        if len(asked) >= self._limit:
            return True
        asked.append(now)
        return False
