"""The database: one transaction, one commit, again where it asks for that, and a plain refusal when it is away."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import Session, col

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.models import SessionRow, User
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.ports import free_port


def name_of(user_id: str) -> str:
    return db.look(lambda session: session.get_one(User, user_id).name)


def add_letter(session: Session, user_id: str) -> None:
    session.exec(update(User).where(col(User.id) == user_id).values(name=col(User.name) + "!"))


@contextmanager
def writer(url: str) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection that holds SQLite's only write lock."""
    with_lock = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    with_lock.execute("BEGIN IMMEDIATE")
    try:
        yield with_lock
    finally:
        with_lock.close()


@pytest.fixture
def sqlite(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    url = databases.make("sqlite")
    bind(monkeypatch, tmp_path, database_url=url)
    yield url
    let_go()


@pytest.fixture
def postgresql(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    url = databases.make("postgres")
    bind(monkeypatch, tmp_path, database_url=url)
    yield url
    let_go()


def test_a_unit_is_run_again_when_sqlite_is_locked_and_commits_once(sqlite: str) -> None:
    user = make_user()
    event.listen(
        db.get_engine(), "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20")
    )
    db.get_engine().dispose()
    refused: list[object] = []
    event.listen(db.get_engine(), "handle_error", lambda context: refused.append(context.original_exception))

    with writer(sqlite) as rival:
        threading.Timer(0.3, rival.execute, ["ROLLBACK"]).start()
        db.run(add_letter, user)

    assert refused
    assert all("locked" in str(error) for error in refused)
    assert name_of(user) == "Somebody!"


def test_a_unit_waits_for_a_writer_that_is_soon_done(sqlite: str) -> None:
    user = make_user()

    with writer(sqlite) as rival:
        threading.Timer(0.2, rival.execute, ["ROLLBACK"]).start()
        db.run(add_letter, user)

    assert name_of(user) == "Somebody!"


@pytest.mark.usefixtures("postgresql")
def test_a_unit_is_run_again_after_a_serialization_failure_and_commits_once() -> None:
    user = make_user()
    runs: list[int] = []

    def rename(session: Session) -> None:
        runs.append(1)
        session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        name = session.get_one(User, user).name
        if len(runs) == 1:
            rival = threading.Thread(target=db.run, args=(add_letter, user))
            rival.start()
            rival.join()
        session.exec(update(User).where(col(User.id) == user).values(name=name + "?"))

    db.run(rename)

    assert len(runs) == 2
    assert name_of(user) == "Somebody!?"


@pytest.mark.usefixtures("postgresql")
def test_of_two_units_in_a_deadlock_both_are_done_once() -> None:
    one, other = make_user(), make_user()
    meeting = threading.Barrier(2)
    tries: list[int] = []

    def both(session: Session, first: str, second: str) -> None:
        tries.append(1)
        add_letter(session, first)
        if len(tries) <= 2:
            meeting.wait(5)
        add_letter(session, second)

    rivals = [threading.Thread(target=db.run, args=(both, *pair)) for pair in ((one, other), (other, one))]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert len(tries) == 3
    assert (name_of(one), name_of(other)) == ("Somebody!!", "Somebody!!")


@pytest.mark.usefixtures("database")
def test_what_a_unit_raises_rolls_back_and_is_not_tried_again() -> None:
    user = make_user()
    runs: list[int] = []

    def half(session: Session) -> None:
        runs.append(1)
        add_letter(session, user)
        raise KeyError

    with pytest.raises(KeyError):
        db.run(half)

    assert len(runs) == 1
    assert name_of(user) == "Somebody"


@pytest.mark.usefixtures("database")
def test_a_broken_rule_is_told_as_it_is_and_not_tried_again() -> None:
    runs: list[int] = []

    def twice(session: Session) -> None:
        runs.append(1)
        session.add_all([User(email="a@example.org"), User(email="a@example.org")])

    with pytest.raises(IntegrityError):
        db.run(twice)

    assert len(runs) == 1


@pytest.mark.usefixtures("postgresql")
def test_a_mistake_of_ours_is_no_outage() -> None:
    with pytest.raises(ProgrammingError):
        db.run(lambda session: session.connection().execute(text("SELECT no_such_column FROM users")))


@pytest.mark.usefixtures("database")
def test_looking_commits_nothing() -> None:
    user = make_user()

    db.look(add_letter, user)

    assert name_of(user) == "Somebody"


@pytest.mark.parametrize("way", [pytest.param(db.run, id="run"), pytest.param(db.look, id="look")])
def test_a_closed_port_is_told_quickly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: object) -> None:
    bind(monkeypatch, tmp_path, database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    began = time.monotonic()

    with pytest.raises(DatabaseUnavailable):
        way(db.ping)  # pyright: ignore[reportCallIssue]

    assert time.monotonic() - began < 5
    let_go()


def cut_off(url: str, *, but: int | None = None) -> None:
    """End every connection to this database, as a restart of the server does."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid IS DISTINCT FROM %s",
        [but],
    )
    connection.close()


@pytest.mark.parametrize("way", [pytest.param(db.run, id="run"), pytest.param(db.look, id="look")])
def test_a_server_that_dies_in_the_middle_is_told_and_the_next_call_works(
    postgresql: str, way: object
) -> None:
    user = make_user()

    def interrupted(session: Session) -> None:
        add_letter(session, user)
        cut_off(postgresql)
        session.connection().execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        way(interrupted)  # pyright: ignore[reportCallIssue]

    assert name_of(user) == "Somebody"
    db.run(add_letter, user)
    assert name_of(user) == "Somebody!"


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param("SET TRANSACTION READ ONLY; UPDATE users SET name = ''", id="it may only be read"),
        pytest.param("SET LOCAL statement_timeout = 20; SELECT pg_sleep(9)", id="it takes too long"),
        pytest.param("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", id="its disk is full"),
        pytest.param("DO $$ BEGIN RAISE SQLSTATE '53200'; END $$", id="its memory is full"),
    ],
)
@pytest.mark.parametrize("way", [pytest.param(db.run, id="run"), pytest.param(db.look, id="look")])
def test_a_server_that_takes_nothing_now_is_away_and_not_a_mistake_of_ours(words: str, way: object) -> None:
    with pytest.raises(DatabaseUnavailable):
        way(lambda session: session.connection().execute(text(words)))  # pyright: ignore[reportCallIssue]


def test_connections_that_died_while_nobody_used_them_are_replaced_unnoticed(postgresql: str) -> None:
    user = make_user()
    cut_off(postgresql)

    db.run(add_letter, user)

    assert name_of(user) == "Somebody!"


@pytest.mark.usefixtures("postgresql")
def test_after_a_failover_no_connection_stays_with_the_server_that_may_only_be_read() -> None:
    user, before = make_user(), 3
    together = threading.Barrier(before)

    def demote(session: Session) -> None:
        """Make a connection like those to a server whose place another one has taken."""
        session.connection().execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        together.wait(10)  # each has one of its own

    with ThreadPoolExecutor(before) as pool:
        list(pool.map(lambda _: db.run(demote), range(before)))
    assert name_of(user) == "Somebody", "reading goes on"

    with pytest.raises(DatabaseUnavailable):
        db.run(add_letter, user)

    for _ in range(before):
        db.run(add_letter, user)
    assert name_of(user) == "Somebody!!!"


def test_while_no_server_may_be_written_to_it_is_told_quickly(postgresql: str) -> None:
    user = make_user()
    with psycopg2.connect(postgresql) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone() or ("",)
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    connection.close()
    cut_off(postgresql)
    began = time.monotonic()

    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            db.run(add_letter, user)
        assert name_of(user) == "Somebody"

    assert time.monotonic() - began < 2


def test_looking_waits_for_no_writer_on_sqlite(sqlite: str) -> None:
    user = make_user()

    with writer(sqlite) as rival:
        rival.execute("UPDATE users SET name = 'half-written'")
        began = time.monotonic()
        seen = name_of(user)
        took = time.monotonic() - began

    assert seen == "Somebody"
    assert took < 1


async def test_the_event_loop_goes_on_while_a_unit_waits(sqlite: str) -> None:
    user = make_user()
    turns = 0

    with writer(sqlite) as rival:
        waiting = asyncio.create_task(db.transact(add_letter, user))
        for _ in range(20):
            await asyncio.sleep(0.01)
            turns += 1
        assert not waiting.done()
        rival.execute("ROLLBACK")
        await waiting

    assert turns == 20
    assert name_of(user) == "Somebody!"


@pytest.mark.usefixtures("database")
async def test_a_unit_runs_in_another_thread_and_gives_what_it_returns() -> None:
    thread = await db.transact(lambda _session, *, word: (word, threading.get_ident()), word="done")

    assert thread[0] == "done"
    assert thread[1] != threading.get_ident()


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        pytest.param("journal_mode", "wal", id="readers and a writer at once"),
        pytest.param("foreign_keys", 1, id="no orphans"),
        pytest.param("busy_timeout", db.SQLITE_BUSY_MS, id="patience"),
        pytest.param("synchronous", 2, id="safe from a power cut"),
    ],
)
def test_sqlite_is_set_up_on_each_connection(pragma: str, value: object) -> None:
    found = db.look(lambda session: session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar())

    assert found == value


@pytest.mark.usefixtures("database")
def test_nobody_is_signed_in_without_an_account() -> None:
    with pytest.raises(IntegrityError):
        db.run(lambda session: session.add(SessionRow(token_hash="0" * 64, user_id="1" * 32)))


@pytest.mark.usefixtures("database")
def test_who_has_money_on_the_books_is_not_deleted() -> None:
    user = make_user()

    with pytest.raises(IntegrityError):
        db.run(lambda session: session.delete(session.get_one(User, user)))
