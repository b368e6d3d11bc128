"""Columns that more than one table has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from cuttingasmr.db import utc_now


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone, on SQLite too, which keeps none. A naive moment is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(value)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """Make an id nobody can guess."""
    return uuid4().hex


def moment(**options: Any) -> Any:  # noqa: ANN401 - as sqlmodel's Field does
    """Declare a column that holds the moment of its row's making."""
    return Field(default_factory=utc_now, sa_type=UtcDateTime, **options)  # pyright: ignore[reportArgumentType]


def later(**options: Any) -> Any:  # noqa: ANN401 - as sqlmodel's Field does
    """Declare a column that holds a moment still to come."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True, **options)  # pyright: ignore[reportArgumentType]
