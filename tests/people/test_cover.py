"""Every table is looked at when somebody takes their data along or leaves: one that is new has to say what it holds."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

import cuttingasmr.models  # noqa: F401 - fills the metadata
from cuttingasmr import db
from cuttingasmr.models import User
from cuttingasmr.people.cover import NOBODYS, PARTS, Part
from cuttingasmr.people.takeout import primary_key

WHERE = "cuttingasmr/people/cover.py"


def ours() -> dict[str, Table]:
    return {name: table for name, table in SQLModel.metadata.tables.items() if not name.startswith("test")}


def columns(part: Part) -> dict[str, Any]:
    return dict(db.table_of(part.table).columns.items())


def test_every_table_says_what_it_holds_of_a_person() -> None:
    covered = [db.table_of(table).name for table in (*(part.table for part in PARTS), *NOBODYS)]

    assert set(ours()) - set(covered) == set(), f"add a line for each of these to PARTS or NOBODYS in {WHERE}"
    assert len(covered) == len(set(covered)), "a table has one line"


def test_a_table_that_refers_to_users_is_never_nobodys() -> None:
    users = db.table_of(User).name
    theirs = {
        name
        for name, table in ours().items()
        if any(key.column.table.name == users for key in table.foreign_keys)
    }

    assert theirs & {db.table_of(table).name for table in NOBODYS} == set()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_is_said_of_a_table_is_about_its_columns(part: Part) -> None:
    named = part.hidden | set(part.blank) | part.by_hand | part.stays

    assert named - set(columns(part)) == set()
    assert not set(part.blank) & (part.stays | part.by_hand)
    assert primary_key(part.table) not in part.hidden or part.name in {"sessions", "mailed_links"}


@pytest.mark.parametrize("part", [part for part in PARTS if not part.drop], ids=lambda part: part.name)
def test_every_text_column_says_what_becomes_of_it(part: Part) -> None:
    texts = {name for name, column in columns(part).items() if column.type.python_type in {str, dict, list}}

    silent = texts - set(part.blank) - part.by_hand - part.stays
    assert silent == set(), (
        f"say in {WHERE} whether each of these goes at the erasure (blank) or says nothing of anybody (stays)"
    )
