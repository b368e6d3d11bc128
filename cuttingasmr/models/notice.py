"""What somebody may have to be written to about, and when we look whether they do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later


class Notice(SQLModel, table=True):
    """What waits to be looked at of one person, and when they were written to last. Nothing waits without a `..._at`."""

    __tablename__ = "notices"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = tuple(
        Index(f"ix_notices_{name}", name, postgresql_where=text(where), sqlite_where=text(where))
        for name, where in (("ready_at", "ready_at IS NOT NULL"), ("low_at", "low_at IS NOT NULL"))
    )

    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True, max_length=32)
    ended_from: datetime | None = later()
    ended_to: datetime | None = later()
    """Their videos that ended between these two, both included, are what there may be to tell."""
    ready_at: datetime | None = later()
    """When we look whether they were there to see it."""
    ready_told_at: datetime | None = later()
    low_at: datetime | None = later()
    """When we look whether their credits are enough for another video."""
    low_told_at: datetime | None = later()
