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
from concurrent.futures import Future, ThreadPoolExecutor
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
from cuttingasmr.generation import counting, crew, sweep, taking
from cuttingasmr.generation.aside import Aside
from cuttingasmr.generation.crew import Crew
from cuttingasmr.models import EngineBeat
from cuttingasmr.models.columns import new_id
from cuttingasmr.settings import get_settings

SQLITE_EXECUTOR = "sqlite"
BEAT_SECONDS = 2.0
LISTEN_SECONDS = 4.0
"""Between two looks at the others' beats."""

TIME_TO_LIVE = timedelta(seconds=10)
LEASE_LOOK_SECONDS = 300.0
"""How often an engine asks whether a job that all engines share is due, where it is done more seldom than that."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Chore:
    """Something to be done every so many seconds.

    With a name, the engines share it: one of them does it each time, and a restart does not begin its time anew. Without, each
    process does it. A crash in the middle leaves the rest for the next time, so it must be harmless to begin again.
    """

    seconds: float
    do: Callable[[], object]
    name: str = ""

    @property
    def look_seconds(self) -> float:
        """How often this process looks whether it is due."""
        return min(self.seconds, LEASE_LOOK_SECONDS) if self.name else self.seconds

    def is_ours(self) -> bool:
        """Whether this process shall do it now."""
        return not self.name or db.run(counting.begin, self.name, seconds=self.seconds)


OWN_CHORES = (
    Chore(60.0, sweep.reconcile, "sweep"),
    Chore(3600.0, sweep.give_back_ended, "sweep-ended"),
    Chore(600.0, sweep.clear_scratch),
    Chore(600.0, sweep.clear_unfinished),
)


class Supervisor:
    """The engine of this process: elected, launched, beating, sweeping, stopped."""

    def __init__(self, chores: Sequence[Chore] = ()) -> None:
        """Get ready; `start` begins. `chores` are done now and then, in this engine's process, beside its own sweeps."""
        self._chores = {chore: time.monotonic() for chore in (*OWN_CHORES, *chores)}
        self._stopping = threading.Event()
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._live, name="engine-supervisor", daemon=True)
        self._last_beat = self._listened_at = time.monotonic()
        self._trusts_beats_at = 0.0
        self._living = 1
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="engine-chores")
        self._round: Future[None] = self._aside.submit(lambda: None)
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
        self._thread.join(timeout=crew.DRAIN_SECONDS + 10)

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
        hands = Crew(self.executor_id, engines=lambda: self._living)
        hands.start()
        self._running.set()
        log.info("engine.running", executor=self.executor_id)
        try:
            while not self._stopping.wait(BEAT_SECONDS):
                if not hands.is_alive:
                    raise CrewLost
                self._turn()
        finally:
            self._running.clear()
            hands.stop()
            self._aside.shutdown(wait=False)
            self._leave()

    def _turn(self) -> None:
        """Beat, bury, sweep; a database that is away is waited for."""
        try:
            self._beat()
        except DatabaseUnavailable:
            log.warning("engine.no-database")
        except Exception:
            log.exception("engine.turn-failed")
        if self._round.done():
            self._round = self._aside.submit(self._do_chores)

    def _do_chores(self) -> None:
        """Do what is due, one after the other, beside the beats: they must not wait for a slow stranger."""
        for chore, done_at in self._chores.items():
            if time.monotonic() - done_at >= chore.look_seconds and not self._stopping.is_set():
                self._chores[chore] = time.monotonic()
                self._do(chore)

    def _do(self, chore: Chore) -> None:
        """Do a chore when it is due; one that fails must not keep the others from being done."""
        try:
            if chore.is_ours():
                chore.do()
                if chore.name and not isinstance(chore.do, Aside):  # which tells by itself how it ended
                    counting.note_success(chore.name)
        except DatabaseUnavailable:
            log.warning("chore.no-database", chore=chore.name)
        except Exception as error:
            log.exception("chore.failed", chore=chore.name)
            if chore.name:
                counting.note_failure(chore.name, error)

    def _beat(self) -> None:
        """Give a sign of life, and let go what those held that give none.

        After an outage everybody's beats are old, so nobody is declared dead for as long as a beat lives.
        """
        db.run(_write_beat, executor_id=self.executor_id)
        if get_settings().is_sqlite:
            return
        moment = time.monotonic()
        if moment - self._last_beat > TIME_TO_LIVE.total_seconds() / 2:
            self._trusts_beats_at = moment + TIME_TO_LIVE.total_seconds()
        self._last_beat = moment
        if moment < max(self._trusts_beats_at, self._listened_at + LISTEN_SECONDS):
            return
        self._listened_at = moment
        silent, self._living = db.look(_listen)
        for executor_id in silent:
            freed = db.run(_bury, executor_id=executor_id)
            log.warning("engine.buried", executor=executor_id, videos=freed)

    def _leave(self) -> None:
        """Let the others know at once that this engine is gone: a beat long ago, to be found by the living."""
        db.run(_write_beat, executor_id=self.executor_id, age=TIME_TO_LIVE * 2)


class CrewLost(Exception):
    """The engine's thread has ended by itself. The process ends too, so that whoever watches it starts it anew."""


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


def _listen(session: Session) -> tuple[list[str], int]:
    """Give the engines that have fallen silent, and the number of those that live."""
    limit = db.utc_now() - TIME_TO_LIVE
    beats = session.exec(select(EngineBeat.executor_id, EngineBeat.beat_at)).all()
    silent = [executor_id for executor_id, beat_at in beats if beat_at < limit]
    return silent, max(1, len(beats) - len(silent))


def _bury(session: Session, *, executor_id: str) -> int:
    """Let go what a dead engine held, and tell how many; nothing for one that has beaten again, or was buried just now."""
    limit = db.utc_now() - TIME_TO_LIVE
    dead = delete(EngineBeat).where(
        col(EngineBeat.executor_id) == executor_id, col(EngineBeat.beat_at) < limit
    )
    if session.exec(dead.returning(col(EngineBeat.executor_id))).first() is None:
        return 0
    return taking.let_all_go(session, by=executor_id, is_dead=True)
