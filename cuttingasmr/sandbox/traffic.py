"""What was received: counts that survive a restart, and the last exchanges for the page.

One rule: nothing secret comes in; a key is a fingerprint before it gets here.
"""

import time
from collections import deque
from typing import NamedTuple

from .store import Store

PROVIDERS = ("kie", "creem", "clerk", "mail")
_REMEMBERED = 80


class Exchange(NamedTuple):
    """One request and its answer; `status` 0 means that the connection was cut or left hanging."""

    at_ms: int
    provider: str
    operation: str
    status: int
    took_ms: float
    key: str


class Traffic:
    """Counts by provider and operation, and a short memory of what came last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._recent: deque[Exchange] = deque(maxlen=_REMEMBERED)
        self._counts: dict[str, dict[str, int]] = {provider: {} for provider in PROVIDERS}
        for provider, operation, number in store.counts():
            self._counts.setdefault(provider, {})[operation] = number

    def count(self, provider: str, operation: str) -> None:
        """One more of this operation."""
        counted = self._counts[provider]
        counted[operation] = counted.get(operation, 0) + 1
        self._store.count(provider, operation)

    def note(self, provider: str, operation: str, *, status: int, began: float, key: str = "") -> None:
        """Remember an exchange; `began` is from `time.perf_counter`."""
        took_ms = (time.perf_counter() - began) * 1000
        self._recent.appendleft(
            Exchange(round(time.time() * 1000), provider, operation, status, round(took_ms, 1), key)
        )

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers by provider and operation."""
        return self._counts

    def recent(self) -> list[dict[str, object]]:
        """List the last exchanges, the newest first."""
        return [exchange._asdict() for exchange in self._recent]

    def forget(self) -> None:
        """Start counting at zero."""
        self._recent.clear()
        for counted in self._counts.values():
            counted.clear()
