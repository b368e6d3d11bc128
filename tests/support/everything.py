"""Somebody who has left a trace in every table and in the storage, and a search for what is left of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Text, cast, select
from sqlmodel import Session, SQLModel

from cuttingasmr import db


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
