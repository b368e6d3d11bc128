"""Somebody who has left a trace in every table and in the storage, and a search for what is left of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Text, cast, select
from sqlmodel import Session, SQLModel

from cuttingasmr import db
from cuttingasmr.people.cover import PARTS, Part


def texts_of(part: Part) -> list[str]:
    """Name the columns of a table in which a person's own words may stand."""
    kept = part.stays
    columns = db.table_of(part.table).columns
    return [
        column.name
        for column in columns
        if column.type.python_type in {str, dict, list} and column.name not in kept
    ]


def rows(session: Session, table: type[SQLModel]) -> Iterator[dict[str, str]]:
    """Read every row of a table as texts."""
    columns = db.table_of(table).columns
    found = session.connection().execute(
        select(*(cast(column, Text).label(column.name) for column in columns))
    )
    for row in found.mappings():
        yield {name: value for name, value in row.items() if value is not None}


def dump(session: Session) -> Iterator[tuple[str, str]]:
    """Give all that stands in any table, and where."""
    tables: Iterable[Any] = SQLModel.metadata.tables.values()
    for table in tables:
        casted = [cast(column, Text).label(column.name) for column in table.columns]
        for row in session.connection().execute(select(*casted)).mappings():
            yield from ((f"{table.name}.{name}", value) for name, value in row.items() if value is not None)


def traces(words: Iterable[str]) -> list[str]:
    """Tell where any of these words stands in the database; JSON is searched as it is stored and as it reads."""
    wanted = [form.lower() for word in words for form in {word, json.dumps(word)[1:-1]}]
    return db.look(
        lambda session: [f"{where}: {text}" for where, text in dump(session) if _has(text, wanted)]
    )


def _has(text: str, wanted: list[str]) -> bool:
    lower = text.lower()
    return any(word in lower for word in wanted)


def traces_in_files(folder: Path, words: Iterable[str]) -> list[str]:
    """Tell which files below a folder hold any of these words, in their names or in their bytes."""
    wanted = [word.encode() for word in words]
    return [
        str(file)
        for file in folder.rglob("*")
        if file.is_file() and any(word in file.read_bytes() or word in str(file).encode() for word in wanted)
    ]


__all__ = ["PARTS", "dump", "rows", "texts_of", "traces", "traces_in_files"]
