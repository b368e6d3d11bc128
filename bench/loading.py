"""Filling tables in bulk: COPY into PostgreSQL, one long transaction into SQLite; indexes are made afterwards."""

from __future__ import annotations

import contextlib
import enum
import io
import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import psycopg2
from sqlalchemy import Table
from sqlmodel import SQLModel

from bench.rows import Row

CHUNK = 20_000
Values = Sequence[str | int | None]


def fill_tables(address: str, tables: Iterable[tuple[str, Iterator[Row]]]) -> None:
    """Write each table's rows into a migrated, empty database. What a row leaves out has its model's default."""
    is_sqlite = address.startswith("sqlite")
    (_fill_sqlite if is_sqlite else _fill_postgres)(address, tables)


def _fill_sqlite(address: str, tables: Iterable[tuple[str, Iterator[Row]]]) -> None:
    with contextlib.closing(
        sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
    ) as base:
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "cache_size=-3000000",
            "temp_store=MEMORY",
            "locking_mode=EXCLUSIVE",
        ):
            base.execute(f"PRAGMA {pragma}")
        base.execute("BEGIN")
        for name, rows in tables:
            indexes = base.execute(
                "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index' AND sql IS NOT NULL",
                (name,),
            ).fetchall()
            for index, _ in indexes:
                base.execute(f"DROP INDEX {index}")
            columns, chunks = _columns_and_chunks(name, rows)
            insert = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            for chunk in chunks:
                base.executemany(insert, chunk)
            for _, statement in indexes:
                base.execute(statement)
        base.execute("COMMIT")
        base.execute("ANALYZE")
        base.execute("PRAGMA journal_mode=WAL")


def _fill_postgres(address: str, tables: Iterable[tuple[str, Iterator[Row]]]) -> None:
    with contextlib.closing(psycopg2.connect(address.replace("+psycopg2", ""))) as base:
        cursor = base.cursor()
        cursor.execute("SET session_replication_role = replica")  # what refers to what is right by its making
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for name, rows in tables:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
                (name,),
            )
            indexes = cursor.fetchall()
            for index, _ in indexes:
                cursor.execute(f"DROP INDEX {index}")
            columns, chunks = _columns_and_chunks(name, rows)
            for chunk in chunks:
                lines = io.StringIO("".join(map(_line, chunk)))
                cursor.copy_expert(f"COPY {name} ({', '.join(columns)}) FROM STDIN", lines)
            for _, statement in indexes:
                cursor.execute(statement)
            if "id" in columns and not isinstance(_first(cursor, name), str):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"  # noqa: S608
                )
        base.commit()
        base.autocommit = True
        cursor.execute("VACUUM ANALYZE")


def _first(cursor: Any, name: str) -> object:  # noqa: ANN401 - psycopg2 says no more
    cursor.execute(f"SELECT id FROM {name} LIMIT 1")  # noqa: S608
    return (cursor.fetchone() or ("",))[0]


def _columns_and_chunks(name: str, rows: Iterator[Row]) -> tuple[list[str], Iterator[list[Values]]]:
    """Give a table's columns and its rows, a chunk at a time, each with a value for every column."""
    columns, defaults = _defaults(name)
    values = ([row.get(column, default) for column, default in defaults] for row in rows)
    return columns, iter(lambda: list(itertools.islice(values, CHUNK)), [])


def _defaults(name: str) -> tuple[list[str], list[tuple[str, str | int | None]]]:
    table: Table = SQLModel.metadata.tables[name]
    model = next(
        cast("Any", mapper).class_
        for mapper in SQLModel._sa_registry.mappers  # noqa: SLF001 - where sqlmodel keeps its models
        if mapper.local_table is table
    )
    example = model()
    columns = [column.name for column in table.columns]
    return columns, [(column, _plain(getattr(example, column, None))) for column in columns]


def _plain(value: object) -> str | int | None:
    """Write a default as `rows` writes values; a moment that stands for now must be given in each row."""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list | dict):
        return json.dumps(value)
    return None if isinstance(value, datetime) else cast("str | int | None", value)


def _line(values: Values) -> str:
    return "\t".join("\\N" if value is None else str(value).replace("\\", "\\\\") for value in values) + "\n"
