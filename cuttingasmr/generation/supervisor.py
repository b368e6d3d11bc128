"""Keeping an engine alive in this process, and noticing the death of others.

On PostgreSQL every engine has an id of its own that beats in a table; a silent one is taken for dead and any living one
hands its workflows on. On SQLite exactly one process runs the engine: a lock on a file beside the database elects it,
and the kernel frees that lock whichever way the process ends.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

import structlog
from sqlalchemy import delete
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import (
    engine,
    sweep,
)
from cuttingasmr.generation import (
    workflow as _registered,  # noqa: F401 # pyright: ignore[reportUnusedImport] - importing it is what the engine needs
)
from cuttingasmr.models import EngineBeat
from cuttingasmr.models.columns import new_id
from cuttingasmr.settings import get_settings

SQLITE_EXECUTOR = "sqlite"
BEAT_SECONDS = 2.0
TIME_TO_LIVE = timedelta(seconds=10)

log = structlog.get_logger()


@dataclass(frozen=True)
class Chore:
    """Something to be done every so many seconds. It may run in several processes at once."""

    seconds: float
    do: Callable[[], object]


OWN_CHORES = (Chore(60.0, sweep.reconcile), Chore(600.0, sweep.clear_scratch))


class Supervisor:
    """The engine of this process: elected, launched, beating, sweeping, stopped."""

    def __init__(self, chores: Sequence[Chore] = ()) -> None:
        """Get ready; `start` begins. `chores` are done now and then, in this engine's process, beside its own sweeps."""
        self._chores = {chore: time.monotonic() for chore in (*OWN_CHORES, *chores)}
        self._stopping = threading.Event()
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._live, name="engine-supervisor", daemon=True)
        self._last_beat = time.monotonic()
        self._trusts_beats_at = 0.0
        self.executor_id = get_settings().executor_id or (
            SQLITE_EXECUTOR if get_settings().is_sqlite else new_id()
        )

    @property
    def is_running(self) -> bool:
        """Whether workflows run in this process now."""
        return self._running.is_set()

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it. Workflows that are under way go on where an engine runs next."""
        self._stopping.set()
        self._thread.join(timeout=engine.DRAIN_SECONDS + 10)

    def _live(self) -> None:
        try:
            with _Election() as election:
                while not election.is_won() and not self._stopping.wait(1):
                    pass
                if not self._stopping.is_set():
                    self._run()
        except Exception:
            log.exception("engine.died")
            os.kill(os.getpid(), signal.SIGTERM)

    def _run(self) -> None:
        db.run(
            _write_beat, executor_id=self.executor_id
        )  # first: who dies before the first turn is missed, too
        engine.launch(self.executor_id)
        self._running.set()
        log.info("engine.running", executor=self.executor_id)
        try:
            while not self._stopping.wait(BEAT_SECONDS):
                self._turn()
        finally:
            self._running.clear()
            engine.stop()
            self._leave()

    def _turn(self) -> None:
        """Beat, bury, sweep; a database that is away is waited for."""
        try:
            self._beat()
            for chore, done_at in self._chores.items():
                if time.monotonic() - done_at >= chore.seconds:
                    self._chores[chore] = time.monotonic()
                    chore.do()
        except DatabaseUnavailable:
            log.warning("engine.no-database")
        except Exception:
            log.exception("engine.turn-failed")

    def _beat(self) -> None:
        """Give a sign of life, and hand on the work of those that give none.

        After an outage everybody's beats are old, so nobody is declared dead for as long as a beat lives.
        """
        db.run(_write_beat, executor_id=self.executor_id)
        if get_settings().is_sqlite:
            return
        moment = time.monotonic()
        if moment - self._last_beat > TIME_TO_LIVE.total_seconds() / 2:
            self._trusts_beats_at = moment + TIME_TO_LIVE.total_seconds()
        self._last_beat = moment
        if moment < self._trusts_beats_at:
            return
        for executor_id in db.look(_silent):
            taken = engine.hand_on(executor_id)
            db.run(_bury, executor_id=executor_id)
            log.warning("engine.handed-on", executor=executor_id, workflows=taken)

    def _leave(self) -> None:
        """Let the others know at once that this engine is gone: a beat long ago, to be found by the living."""
        db.run(_write_beat, executor_id=self.executor_id, age=TIME_TO_LIVE * 2)


class _Election:
    """A lock that one process holds. Where no election is needed, everybody wins."""

    def __init__(self) -> None:
        self._file: int | None = None
        if get_settings().is_sqlite:
            path = Path(f"{make_url(get_settings().database_url).database}.engine.lock")
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def is_won(self) -> bool:
        if self._file is None:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)


def _write_beat(session: Session, *, executor_id: str, age: timedelta = timedelta(0)) -> None:
    moment = db.utc_now() - age
    beat = db.insert_for(session)(EngineBeat).values(executor_id=executor_id, beat_at=moment)
    session.exec(beat.on_conflict_do_update(index_elements=["executor_id"], set_={"beat_at": moment}))


def _silent(session: Session) -> list[str]:
    limit = db.utc_now() - TIME_TO_LIVE
    return list(session.exec(select(EngineBeat.executor_id).where(col(EngineBeat.beat_at) < limit)))


def _bury(session: Session, *, executor_id: str) -> None:
    limit = db.utc_now() - TIME_TO_LIVE
    session.exec(
        delete(EngineBeat).where(col(EngineBeat.executor_id) == executor_id, col(EngineBeat.beat_at) < limit)
    )
