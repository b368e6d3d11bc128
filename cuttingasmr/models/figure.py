"""What the operators' figures are added up from."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later


class DayFigure(SQLModel, table=True):
    """One number of one day that is over (UTC). `console/counts.py` says what each name and part counts."""

    __tablename__ = "day_figures"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    name: str = Field(primary_key=True, max_length=16)
    day: dt.date = Field(primary_key=True)
    part: str = Field(default="", primary_key=True, max_length=64)
    number: int = Field(sa_type=BigInteger)


class OrderTaking(SQLModel, table=True):
    """Money that a refund or a dispute took back from an order, once for each."""

    __tablename__ = "order_takings"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    reference: str = Field(primary_key=True, max_length=64)
    """The refund's or the dispute's id; a line of before these were written down may bear the order's."""
    order_id: str = Field(foreign_key="orders.id", ondelete="RESTRICT", index=True, max_length=32)
    cents: int
    taken_at: dt.datetime | None = later(index=True)
    """When it counts: as it came, or as its order was credited after that; `None` while the order waits for a person."""
