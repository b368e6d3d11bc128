"""Pages of lists that may be a million rows long: each begins after the last row of the one before, and nothing is skipped by counting.

Three kinds of list: by a moment and an id, by a text, and by a number that only grows. For the last, a filter that no index
knows is looked for among so many rows at a time, so that no page takes longer than another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, and_, func, literal_column, or_
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

Row = TypeVar("Row")
Table = TypeVar("Table", bound=SQLModel)

SIZE = 50
WINDOW = 50_000
"""Rows among which one page looks for what no index knows."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 400


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows; `next` is where the following page begins, empty on the last one."""

    rows: Sequence[Row]
    next: str = ""


def by_moment(
    session: Session,
    query: SelectOfScalar[Table],
    moment: Any,  # noqa: ANN401 - a column, however sqlmodel types it
    key: Any,  # noqa: ANN401 - the same
    *,
    cursor: str,
    size: int = SIZE,
    oldest_first: bool = False,
) -> Page[Table]:
    """Give a page in the order of a column of moments, and of ids where those are equal."""
    at, by = moment, key
    if begin := _read(cursor):
        query = query.where(_after(at, by, *begin, oldest_first=oldest_first))
    order = (at, by) if oldest_first else (at.desc(), by.desc())
    rows = session.exec(query.order_by(*order).limit(size + 1)).all()
    return _page(rows, size, lambda row: _write(getattr(row, at.key), getattr(row, by.key)))


def by_text(
    session: Session,
    query: SelectOfScalar[Table],
    column: Any,  # noqa: ANN401 - a column, however sqlmodel types it
    *,
    cursor: str,
    size: int = SIZE,
) -> Page[Table]:
    """Give a page in the order of a text's bytes, which is the order of its index for beginnings."""
    found: Any = column
    if session.get_bind().dialect.name == "postgresql":
        query = query.where(found.op("~>~")(cursor[:LONGEST])) if cursor else query
        query = query.order_by(found.op("USING")(literal_column("~<~")))
    else:
        query = query.where(found > cursor[:LONGEST]) if cursor else query
        query = query.order_by(found)
    rows = session.exec(query.limit(size + 1)).all()
    return _page(rows, size, lambda row: str(getattr(row, found.key)))


def begins_with(session: Session, column: Any, beginning: str) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Say "begins with" so that each database uses its index."""
    found: Any = column
    if session.get_bind().dialect.name == "postgresql":
        return found.startswith(beginning, autoescape=True)
    return and_(found >= beginning, found < beginning + chr(0x10FFFF))


def by_number(
    session: Session,
    query: SelectOfScalar[Table],
    key: Any,  # noqa: ANN401 - a column, however sqlmodel types it
    *,
    cursor: str,
    size: int = SIZE,
    is_indexed: bool = True,
) -> Page[Table]:
    """Give a page by falling numbers. What no index knows is looked for in one window of them: a page may be short, or empty."""
    number: Any = key
    begin = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None  # noqa: PLR2004 - a bigint's digits
    if begin is not None:
        query = query.where(number < begin)
    if is_indexed:
        rows = session.exec(query.order_by(number.desc()).limit(size + 1)).all()
        return _page(rows, size, lambda row: str(getattr(row, number.key)))
    top = begin if begin is not None else _highest(session, key) + 1
    floor = top - WINDOW
    rows = session.exec(query.where(number >= floor).order_by(number.desc()).limit(size + 1)).all()
    page = _page(rows, size, lambda row: str(getattr(row, number.key)))
    return page if page.next or floor <= 1 else Page(page.rows, str(floor))


def _highest(session: Session, key: Any) -> int:  # noqa: ANN401 - a column
    return cast("int | None", session.exec(select(func.max(key))).one()) or 0


def _page(rows: Sequence[Table], size: int, mark: Callable[[Table], str]) -> Page[Table]:
    return Page(rows[:size], mark(rows[size - 1]) if len(rows) > size else "")


def _after(
    at: Any,  # noqa: ANN401 - a column
    by: Any,  # noqa: ANN401 - a column
    moment: datetime,
    name: str,
    *,
    oldest_first: bool,
) -> ColumnElement[bool]:
    """Say "after this row" so that the index of the moments is used."""
    if oldest_first:
        return and_(at >= moment, or_(at > moment, by > name))
    return and_(at <= moment, or_(at < moment, by < name))


def _write(moment: datetime, name: str) -> str:
    """Name a row by its moment, in microseconds, and its id."""
    return f"{(moment - EPOCH) // timedelta(microseconds=1)}-{name}"


def _read(cursor: str) -> tuple[datetime, str] | None:
    """Read such a name; what is none begins at the beginning."""
    micros, _, name = cursor[:LONGEST].partition("-")
    if not (micros.isascii() and micros.isdigit() and len(micros) < 18 and name):  # noqa: PLR2004 - the year 5138
        return None
    return EPOCH + timedelta(microseconds=int(micros)), name
