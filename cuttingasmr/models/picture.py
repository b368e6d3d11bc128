"""Pictures that people have brought, to make videos from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class Picture(SQLModel, table=True):
    """One picture, as we have re-encoded it: no metadata, upright, RGB. Sizes in pixels."""

    __tablename__ = "pictures"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (Index("ix_pictures_user_id_created_at", "user_id", "created_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="RESTRICT", max_length=32)
    file_key: str = Field(max_length=200)
    width: int
    height: int
    size_bytes: int
    created_at: datetime = moment(index=True)
    used_at: datetime | None = later()
    """When a video was last to be made from it. A day later it goes, unless a video that is there was made from it."""
    gone_at: datetime | None = later()
    """Its file is gone since then."""
