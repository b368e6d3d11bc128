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
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import structlog
from sqlalchemy import delete
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import crew, sweep, taking
from cuttingasmr.generation.chore import Chore, Rounds
from cuttingasmr.generation.crew import Crew
from cuttingasmr.models import EngineBeat
from cuttingasmr.models.columns import new_id
from cuttingasmr.settings import get_settings

SQLITE_EXECUTOR = "sqlite"
BEAT_SECONDS = 2.0
LISTEN_SECONDS = 4.0
"""Between two looks at the others' beats."""

TIME_TO_LIVE = timedelta(seconds=10)

log = structlog.get_logger()

OWN_CHORES = (
    Chore("sweep", 60.0, sweep.reconcile, is_shared=True),
    Chore("sweep-ended", 3600.0, sweep.give_back_ended, is_shared=True),
    Chore("clear-scratch", 600.0, sweep.clear_scratch),
    Chore("clear-unfinished", 600.0, sweep.clear_unfinished),
)


class Supervisor:
    """The engine of this process: elected, launched, beating, sweeping, stopped."""

    def __init__(self, chores: Sequence[Chore] = ()) -> None:
        """Get ready; `start` begins. `chores` are done now and then, in this engine's process, beside its own sweeps."""
        self._rounds = Rounds((*OWN_CHORES, *chores))
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
            # beside the beats: they must not wait for what a chore waits for
            self._round = self._aside.submit(self._rounds.go, self._stopping.is_set)

    def _beat(self) -> None:
        """Give a sign of life, hear now and then those of the others, and let go what those held that give none.

        After an outage everybody's beats are old, so nobody is declared dead for as long as a beat lives.
        """
        listens = not get_settings().is_sqlite and time.monotonic() >= self._listened_at + LISTEN_SECONDS
        beats = db.run(_beat, executor_id=self.executor_id, listens=listens)
        moment = time.monotonic()
        if moment - self._last_beat > TIME_TO_LIVE.total_seconds() / 2:
            self._trusts_beats_at = moment + TIME_TO_LIVE.total_seconds()
        self._last_beat = moment
        if beats and moment >= self._trusts_beats_at:
            self._listened_at = moment
            self._bury_silent(beats)

    def _bury_silent(self, beats: dict[str, datetime]) -> None:
        limit = db.utc_now() - TIME_TO_LIVE
        silent = [executor_id for executor_id, beat_at in beats.items() if beat_at < limit]
        self._living = max(1, len(beats) - len(silent))
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


def _beat(session: Session, *, executor_id: str, listens: bool) -> dict[str, datetime]:
    """Give a sign of life; for who `listens` also the last ones of all engines."""
    _write_beat(session, executor_id=executor_id)
    if not listens:
        return {}
    return dict(session.exec(select(EngineBeat.executor_id, EngineBeat.beat_at)).all())


def _bury(session: Session, *, executor_id: str) -> int:
    """Let go what a dead engine held, and tell how many; nothing for one that has beaten again, or was buried just now."""
    limit = db.utc_now() - TIME_TO_LIVE
    dead = delete(EngineBeat).where(
        col(EngineBeat.executor_id) == executor_id, col(EngineBeat.beat_at) < limit
    )
    if session.exec(dead.returning(col(EngineBeat.executor_id))).first() is None:
        return 0
    return taking.let_all_go(session, by=executor_id, is_dead=True)
