"""What an engine's process does now and then, each thing at its own pace.

Most of the time there is nothing to do, so one statement asks for all chores at once which of them have anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import counting
from cuttingasmr.generation.aside import Aside

LEASE_LOOK_SECONDS = 300.0
"""How often an engine asks whether a job that all engines share is due, where it is done more seldom than that."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Chore:
    """Something to be done every so many seconds, where `when` holds if that is given. Its failures are counted under its name.

    The engines may share it: one of them does it each time, and a restart does not begin its time anew. Else each process does
    it. A crash in the middle leaves the rest for the next time, so it must be harmless to begin again.
    """

    name: str
    seconds: float
    do: Callable[[], object]
    is_shared: bool = False
    when: Callable[[], ColumnElement[bool]] | None = None

    @property
    def look_seconds(self) -> float:
        """How often this process looks whether it is due."""
        return min(self.seconds, LEASE_LOOK_SECONDS) if self.is_shared else self.seconds

    def is_ours(self) -> bool:
        """Whether this process shall do it now."""
        return not self.is_shared or db.run(counting.begin, self.name, seconds=self.seconds)


class Rounds:
    """The chores of one process. None is due before its time has gone by once."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        """Begin the time of these."""
        self._looked_at = dict.fromkeys(chores, time.monotonic())

    def go(self, is_over: Callable[[], bool] = lambda: False) -> None:
        """Do what is due now, one after the other, until `is_over`."""
        now = time.monotonic()
        due = [chore for chore, at in self._looked_at.items() if now - at >= chore.look_seconds]
        self._looked_at |= dict.fromkeys(due, now)
        for chore in _with_work(due):
            if is_over():
                return
            attempt(chore)


def attempt(chore: Chore) -> None:
    """Do a chore, if it is ours; one that fails must not keep the others from being done."""
    with counting.catching(chore.name):
        if chore.is_ours():
            chore.do()
            if not isinstance(chore.do, Aside):  # which tells by itself how it ended
                counting.note_success(chore.name)


def _with_work(chores: Sequence[Chore]) -> list[Chore]:
    """Leave out those that have nothing to do, which is to have ended well."""
    idle = _idle({chore: chore.when() for chore in chores if chore.when})
    return [chore for chore in chores if chore not in idle]


def _idle(conditions: dict[Chore, ColumnElement[bool]]) -> set[Chore]:
    """Tell which of these have nothing to do. Where that cannot be told, each finds out by itself."""
    if not conditions:
        return set()
    try:
        found = db.look(db.holds, *conditions.values())
        idle = {chore for chore, holds in zip(conditions, found, strict=True) if not holds}
        for chore in idle:
            counting.note_success(chore.name)
    except DatabaseUnavailable:
        log.warning("chores.no-database")
        return set(conditions)
    except Exception:
        log.exception("chores.not-looked")
        return set()
    return idle
