"""The database: one engine a process, and `transact`, which is the only thing that commits.

A unit of work is a plain function of a `Session`. It cannot wait for a network, because it is given nothing but the
session; it may be run again from its start, because the database may ask for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import stamina
from sqlalchemy import ColumnElement, Executable, Table, event, insert, select, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlmodel import Session, SQLModel, create_engine

from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.settings import get_settings

if TYPE_CHECKING:
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
    from sqlalchemy.pool import ConnectionPoolEntry

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 12
"""Units of work at once in one process; each holds a connection."""

CONNECTIONS = THREADS + 4
"""A few more, for the threads that are not of this module: the engine's supervisor, and commands."""

IDLE_SECONDS = 2.0
"""A connection that was used more lately is trusted to be there; where it is not, that is one refusal, and all are renewed."""

SQLITE_BUSY_MS = 15_000
TRIES = 8
RETRY_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL's serialization_failure, deadlock_detected and lock_not_available (Appendix A of its manual)."""

READ_ONLY = "25006"
"""read_only_sql_transaction: of a server that is not, or no longer, the one to write to."""

AWAY_SQLSTATES = frozenset({"57P01", "57P02", "57P03", "57014", "53100", "53200", "53300", READ_ONLY})
"""admin_shutdown, crash_shutdown, cannot_connect_now; query_canceled (too slow); disk_full, out_of_memory, too_many_connections."""

SQLITE_AWAY = ("unable to open", "disk I/O", "readonly", "disk is full")

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")


def utc_now() -> datetime:
    """Tell the time, with its zone."""
    return datetime.now(UTC)


@cache
def get_engine() -> Engine:
    """Open the pool, once per process."""
    return make_engine(get_settings().database_url)


def make_engine(url: str) -> Engine:
    """Make an engine for SQLite (WAL, immediate write transactions) or PostgreSQL (psycopg2)."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 3, "options": "-c lock_timeout=10s -c statement_timeout=30s"},
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_ping_idle, engine.dialect))
    event.listen(engine, "handle_error", _leave_read_only)
    return engine


def _leave_read_only(context: ExceptionContext) -> None:
    """Let go of every connection to a server that others write to now: after a failover they would go on leading there."""
    if getattr(context.original_exception, "pgcode", None) == READ_ONLY:
        context.is_disconnect = True


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_idle(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Make sure that a connection still leads somewhere, if nobody has used it for a while; else a new one is made.

    SQLAlchemy's own ping asks before every transaction, which doubles what an idle site asks of its database.
    """
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < IDLE_SECONDS:
        return
    try:
        is_alive = dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        is_alive = False
    if not is_alive:
        raise DisconnectionError


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        connect_args={"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own comes too late for a read
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten: an erased account leaves nothing in the file
        f"busy_timeout={SQLITE_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def is_retryable(error: Exception) -> bool:
    """Whether the database asks for the same transaction once more: a lock, a deadlock, a serialization failure."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "pgcode", None) in RETRY_SQLSTATES:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def is_unreachable(error: Exception) -> bool:
    """Whether the database could not be reached, went away, or can take nothing now, rather than refused."""
    if isinstance(error, PoolExhausted):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return any(reason in str(error.orig) for reason in SQLITE_AWAY)
    code = getattr(error.orig, "pgcode", None)
    return code in AWAY_SQLSTATES or (code is None and isinstance(error, OperationalError))


class _Lost(Exception):
    """The connection was gone before the transaction could be committed: nothing has happened.

    One to a read-only server is let go of, too, but not followed by another at once: that one may well lead there again, and
    all the waiting would hold up who only reads.
    """


@contextlib.contextmanager
def _noticing_loss() -> Generator[None, None, None]:
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated and getattr(error.orig, "pgcode", None) != READ_ONLY:
            raise _Lost from error
        raise


def _asks_for_more(error: Exception) -> bool:
    return isinstance(error, _Lost) or is_retryable(error)


def run(unit: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a unit of work in this thread: one transaction, one commit, again where the database asks for it.

    Raises `DatabaseUnavailable` when the database cannot be reached; whatever the unit itself raises rolls back.
    """
    try:
        for attempt in stamina.retry_context(
            on=_asks_for_more, attempts=TRIES, wait_initial=0.02, wait_max=1, timeout=20
        ):
            with attempt, Session(get_engine(), expire_on_commit=False) as session:
                with _noticing_loss():
                    result = unit(session, *args, **kwargs)
                    session.flush()
                session.commit()  # one that is lost here may have happened, and is not repeated
                return result
    except _Lost as error:
        raise DatabaseUnavailable from error
    except (DBAPIError, PoolExhausted) as error:
        if is_unreachable(error) or is_retryable(error):
            raise DatabaseUnavailable from error
        raise
    raise AssertionError  # pragma: no cover - stamina returns or raises


def look(unit: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a unit of work that only reads: nothing is committed, and on SQLite no writer is kept waiting."""
    try:
        for attempt in stamina.retry_context(on=_Lost, attempts=2, wait_initial=0.02):
            with attempt, _noticing_loss(), get_engine().connect() as connection:
                reading = connection.execution_options(reading=True)
                with Session(reading, expire_on_commit=False) as session:
                    return unit(session, *args, **kwargs)
    except _Lost as error:
        raise DatabaseUnavailable from error
    except (DBAPIError, PoolExhausted) as error:
        if is_unreachable(error):
            raise DatabaseUnavailable from error
        raise
    raise AssertionError  # pragma: no cover - stamina returns or raises


async def transact(unit: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do `run` in a worker thread, so that no event loop waits for the database."""
    return await in_thread(run, unit, *args, **kwargs)


async def read(unit: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do `look` in a worker thread, so that no event loop waits for the database."""
    return await in_thread(look, unit, *args, **kwargs)


async def in_thread(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do something that waits for the database in one of its threads."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(call, *args, **kwargs))


def forget_log() -> None:
    """Empty SQLite's write-ahead log into the file, so that nothing deleted stands in it; elsewhere there is none to see to.

    Where somebody reads at this moment it stays until the next time, or until it is overwritten.
    """
    path = make_url(get_settings().database_url).database
    if not get_settings().is_sqlite or not path:
        return
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(path, timeout=1)) as connection,
    ):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ping(session: Session) -> None:
    """Ask the database anything at all."""
    session.connection().execute(text("SELECT 1"))


def holds(session: Session, *conditions: ColumnElement[bool]) -> list[bool]:
    """Tell which of these conditions hold, in one statement."""
    asked = select(*(condition.label(f"holds_{number}") for number, condition in enumerate(conditions)))
    return [bool(answer) for answer in session.connection().execute(asked).one()]


def insert_for(session: Session) -> Callable[[Any], Any]:
    """Give this database's own `insert`, which can say `ON CONFLICT DO NOTHING`."""
    return _insert_of(session.get_bind().dialect.name)


@cache
def _insert_of(dialect: str) -> Callable[[Any], Any]:
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415 - both are long to import, and one is used

    return sqlite.insert if dialect == "sqlite" else postgresql.insert


def table_of(model: type[SQLModel]) -> Table:
    """Give a model's table, for statements that are built once and go past the unit of work."""
    return cast("Table", cast("Any", model).__table__)


def line(session: Session) -> Connection:
    """Give the connection of a session's transaction, for statements that go past the unit of work; asked for once."""
    found = session.info.get("line")
    if found is None:
        found = session.info["line"] = session.connection()
    return found


def write(session: Session, model: type[SQLModel], **values: object) -> None:
    """Insert a row past the unit of work, which costs several times as much as the statement itself."""
    line(session).execute(_plain_insert(table_of(model)), values)


def write_once(session: Session, model: type[SQLModel], *, once: tuple[str, ...], **values: object) -> bool:
    """Insert a row unless one with the same `once` columns is there, and tell whether it was written.

    Read with RETURNING: a row count is not told alike everywhere.
    """
    connection = line(session)
    statement = _insert_once(table_of(model), once, connection.dialect.name)
    return connection.execute(statement, values).first() is not None


@cache
def _plain_insert(table: Table) -> Executable:
    return insert(table)


@cache
def _insert_once(table: Table, once: tuple[str, ...], dialect: str) -> Executable:
    return (
        _insert_of(dialect)(table).on_conflict_do_nothing(index_elements=once).returning(*table.primary_key)
    )
