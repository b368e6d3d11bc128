"""Providers that are broken on purpose, for a while. One rule: a breakage ends by itself."""

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

Mode = Literal["down", "500", "429", "slow"]


class Breakage(NamedTuple):
    """How something is broken, until when (on the clock of `Breakages`), and how slow `slow` is in seconds."""

    mode: Mode
    until: float
    delay: float


class Breakages:
    """What is broken now: whole providers (operation `""`) or single operations of them, for all or for one key's fingerprint."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._broken: dict[tuple[str, str, str], Breakage] = {}

    def break_(
        self, provider: str, operation: str, mode: Mode, *, seconds: float, delay: float, key: str = ""
    ) -> None:
        """Break it from now on; what was broken differently before is broken this way now."""
        self._broken[provider, operation, key] = Breakage(mode, self._clock() + seconds, delay)

    def mend(self, provider: str, operation: str, key: str = "") -> None:
        """Mend one operation, or with `""` the whole provider; for one key, or with `""` for all."""
        for place in list(self._broken):
            if place[0] == provider and operation in ("", place[1]) and key in ("", place[2]):
                del self._broken[place]

    def find(self, provider: str, operation: str, *, key: str = "", alone: bool = False) -> Breakage | None:
        """Find what breaks this operation now, if anything does; `alone`: the whole provider's breaking does not."""
        operations = (operation,) if alone else (operation, "")
        for place in ((provider, name, whose) for name in operations for whose in dict.fromkeys((key, ""))):
            found = self._broken.get(place)
            if found and found.until > self._clock():
                return found
            self._broken.pop(place, None)
        return None

    def seconds_left(self, breakage: Breakage) -> float:
        """How long it stays broken."""
        return max(0.0, breakage.until - self._clock())

    def now(self) -> list[dict[str, object]]:
        """Tell people what is broken."""
        return [
            {
                "provider": provider,
                "only": operation or None,
                "key": key or None,
                "mode": broken.mode,
                "secondsLeft": round(left, 1),
            }
            for (provider, operation, key), broken in self._broken.items()
            if (left := self.seconds_left(broken)) > 0
        ]

    def clear(self) -> None:
        """Mend everything."""
        self._broken.clear()
