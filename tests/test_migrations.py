"""The schema: made, unmade and made again, equal to the models, and refused where it is another version's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable, SchemaMismatch
from cuttingasmr.migrations import check_schema, configuration, upgrade
from tests.support.binding import bind, let_go
from tests.support.ports import free_port
from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgres"])
def empty(
    request: pytest.FixtureRequest, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """A database in which nothing is yet."""
    name = f"empty_{abs(hash(request.node.nodeid))}"
    url = f"sqlite:///{tmp_path}/empty.db" if request.param == "sqlite" else postgres.create_database(name)
    bind(monkeypatch, tmp_path, database_url=url)
    yield url
    let_go()


def tables() -> set[str]:
    return set(inspect(db.get_engine()).get_table_names())


def execute(statement: str, **values: object) -> None:
    db.run(lambda session: session.connection().execute(text(statement), values))


@pytest.mark.usefixtures("empty")
def test_the_schema_goes_up_down_and_up_again() -> None:
    command.upgrade(configuration(), "head")
    assert tables() >= set(SQLModel.metadata.tables)

    command.downgrade(configuration(), "base")
    assert tables().isdisjoint(SQLModel.metadata.tables)

    upgrade()
    assert tables() >= set(SQLModel.metadata.tables)
    check_schema()


@pytest.mark.usefixtures("database")
def test_the_migrations_give_what_the_models_say_and_leave_others_tables_alone() -> None:
    execute("CREATE TABLE somebody_elses (id INTEGER)")

    command.check(configuration())


@pytest.mark.usefixtures("database")
def test_the_checks_of_the_models_are_in_the_database_which_alembic_does_not_compare() -> None:
    wanted = {
        str(check.name): str(check.sqltext)
        for table in SQLModel.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }

    look = inspect(db.get_engine())
    found = {
        check["name"]: check["sqltext"] for name in tables() for check in look.get_check_constraints(name)
    }

    assert wanted.keys() <= found.keys()
    if db.get_engine().dialect.name == "sqlite":  # PostgreSQL writes them in its own words
        assert {name: found[name] for name in wanted} == wanted


@pytest.mark.usefixtures("database")
def test_a_difference_would_be_found() -> None:
    execute("ALTER TABLE users ADD COLUMN shoe_size INTEGER")

    with db.get_engine().connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert any("shoe_size" in str(difference) for difference in found)


@pytest.mark.usefixtures("database")
def test_a_migrated_database_passes() -> None:
    check_schema()


@pytest.mark.usefixtures("empty")
def test_an_empty_database_is_refused_with_the_command_that_mends_it() -> None:
    with pytest.raises(SchemaMismatch, match=r"migration none.*make migrate"):
        check_schema()


@pytest.mark.usefixtures("database")
def test_a_database_that_was_taken_back_is_refused_with_the_command_that_mends_it() -> None:
    command.downgrade(configuration(), "-1")

    with pytest.raises(SchemaMismatch, match="make migrate"):
        check_schema()


@pytest.mark.usefixtures("database")
def test_a_newer_database_is_refused_and_told_to_be_newer() -> None:
    execute("UPDATE alembic_version SET version_num = 'ffff'")

    with pytest.raises(SchemaMismatch, match=r"ffff.*newer.*alembic downgrade"):
        check_schema()


def test_a_database_that_is_away_is_told_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bind(monkeypatch, tmp_path, database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")

    with pytest.raises(DatabaseUnavailable):
        check_schema()
    let_go()


@pytest.mark.usefixtures("empty")
def test_clerk_comes_to_a_site_that_is_full_and_nothing_is_lost() -> None:
    """SQLite would drop a table that is built anew, and with it all rows that refer to it."""
    command.upgrade(configuration(), "0003")
    execute(
        "INSERT INTO users (id, email, name, is_banned, is_demo, total_credits, used_credits, created_at)"
        " VALUES ('u1', 'ada@example.org', 'Ada', false, false, 18, 10, CURRENT_TIMESTAMP)"
    )
    execute(
        "INSERT INTO sessions (token_hash, user_id, source, user_agent, created_at, last_seen_at, expires_at)"
        " VALUES ('h1', 'u1', 'local', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
    )

    for revision in ("0004", "0003", "0004"):
        (command.upgrade if revision == "0004" else command.downgrade)(configuration(), revision)
        rows = db.look(
            lambda session: session.connection().execute(text("SELECT id, used_credits FROM users")).all()
        )
        held = db.look(
            lambda session: session.connection().execute(text("SELECT user_id FROM sessions")).all()
        )
        assert ([tuple(row) for row in rows], [tuple(row) for row in held]) == ([("u1", 10)], [("u1",)])


def rows(statement: str) -> list[tuple[object, ...]]:
    return db.look(lambda session: [tuple(row) for row in session.connection().execute(text(statement))])


def old_order(
    name: str, state: str, *, owner: str | None = "u1", paid: int | None = 990, taken: int = 0
) -> None:
    """Write an order as they were before 0011."""
    execute(
        "INSERT INTO orders (id, user_id, package_id, credits, price_cents, currency, product_id, road, state, reason,"
        " checkout_url, payer_email, paid_cents, taken_cents, clawed_back, checks, created_at)"
        " VALUES (:name, :owner, 'starter', 115, 990, 'USD', 'p', 'simple', :state, '', '', '', :paid, :taken, 0, 0,"
        " CURRENT_TIMESTAMP)",
        name=name,
        owner=owner,
        state=state,
        paid=paid,
        taken=taken,
    )


def inbox_says(order_id: str, currency: str) -> None:
    execute(
        "INSERT INTO webhook_events (provider, event_id, kind, order_id, outcome, detail, body, received_at)"
        " VALUES ('creem', :order_id, 'checkout.completed', :order_id, 'held', '', :body, CURRENT_TIMESTAMP)",
        order_id=order_id,
        body=json.dumps({"order": {"currency": currency}}),
    )


@pytest.mark.usefixtures("empty")
def test_orders_whose_money_has_gone_back_end_and_other_currencies_are_told_from_the_inbox() -> None:
    command.upgrade(configuration(), "0003")
    execute(
        "INSERT INTO users (id, email, name, is_banned, is_demo, total_credits, used_credits, created_at)"
        " VALUES ('u1', 'ada@example.org', 'Ada', false, false, 18, 10, CURRENT_TIMESTAMP)"
    )
    command.upgrade(configuration(), "0010")
    old_order("euros", "completed")
    old_order("waits", "held", taken=495)
    old_order("went", "held", taken=990)
    old_order("nobodys", "unmatched", owner=None, taken=990)
    old_order("unpaid", "pending", paid=None)
    execute("INSERT INTO order_takings (reference, order_id, cents) VALUES ('ref_1', 'went', 990)")
    inbox_says("euros", "eur")
    inbox_says("waits", "USD")
    before = rows("SELECT id, state FROM orders ORDER BY id")

    for _ in range(2):
        command.upgrade(configuration(), "0011")
        assert rows("SELECT id, state, paid_currency FROM orders ORDER BY id") == [
            ("euros", "completed", "EUR"),
            ("nobodys", "returned", None),
            ("unpaid", "pending", None),
            ("waits", "held", None),
            ("went", "returned", None),
        ]
        with pytest.raises(IntegrityError, match="ck_orders_state"):
            execute("UPDATE orders SET state = 'lost'")
        with pytest.raises(IntegrityError, match="ck_orders_owner"):
            execute("UPDATE orders SET state = 'refunded' WHERE id = 'nobodys'")
        command.downgrade(configuration(), "0010")
        assert rows("SELECT id, state FROM orders ORDER BY id") == before
        with pytest.raises(IntegrityError, match="ck_orders_state"):
            execute("UPDATE orders SET state = 'returned' WHERE id = 'went'")

    assert rows("SELECT order_id FROM order_takings") == [("went",)]
    assert db.get_engine().dialect.name != "sqlite" or rows("PRAGMA integrity_check") == [("ok",)]
