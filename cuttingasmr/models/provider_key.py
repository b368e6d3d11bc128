"""What is known of each of the video provider's keys, shared by all workers. The keys themselves are never stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment


class ProviderKey(SQLModel, table=True):
    """One key, by its fingerprint."""

    __tablename__ = "provider_keys"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    fingerprint: str = Field(primary_key=True, max_length=16)
    used_at: datetime = moment()
    """When its turn was last; the least recently used one goes next."""
    resting_until: datetime | None = later()
    resting_why: str = Field(default="", max_length=120)
    retired_at: datetime | None = later()
    retired_why: str = Field(default="", max_length=120)
    failures: int = 0
    """Failed calls since the last good one: what opens its breaker."""
    creates: int = 0
    """Tasks that it has made, ever."""
    credits_left: int | None = None
    """What the provider says is left on its account, in the provider's credits."""
    credits_read_at: datetime | None = later()


class ProviderCall(SQLModel, table=True):
    """One creation at the provider: what its limit of so many in so many seconds is counted by."""

    __tablename__ = "provider_calls"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (Index("ix_provider_calls_fingerprint_called_at", "fingerprint", "called_at"),)

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(max_length=16)
    called_at: datetime = moment()
