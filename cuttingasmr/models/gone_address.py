"""Addresses whose accounts were erased, in a form that does not tell them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class GoneAddress(SQLModel, table=True):
    """The keyed hash of an address that has had its welcome. Whoever opens an account with it again gets no second one."""

    __tablename__ = "gone_addresses"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    address_hash: str = Field(primary_key=True, max_length=64)
    gone_at: datetime = moment(index=True)
