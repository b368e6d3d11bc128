"""A token bucket: how many of something may be done now, when so many a second are allowed."""

from __future__ import annotations

import time
from collections.abc import Callable


class Bucket:
    """Holds up to `size` tokens and gets `rate` a second. One thread's."""

    def __init__(self, size: float, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin full."""
        self._size, self._rate, self._clock = size, rate, clock
        self._tokens, self._at = float(size), clock()

    def available(self, sharers: int = 1) -> float:
        """Tell how many there are for one of so many that share alike."""
        now = self._clock()
        share = max(1, sharers)
        self._tokens = min(self._size / share, self._tokens + (now - self._at) * self._rate / share)
        self._at = now
        return self._tokens

    def take(self, count: int) -> None:
        """Take some out."""
        self._tokens -= count
