"""The pictures that people show of themselves."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class Avatar(SQLModel, table=True):
    """One picture of one person, as we have re-encoded it: square, WebP, no metadata. The one that is shown is `User.picture_id`."""

    __tablename__ = "avatars"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32, index=True)
    file_key: str = Field(max_length=200)
    created_at: datetime = moment()
    gone_at: datetime | None = later(index=True)
    """It was taken off or replaced then; it can be taken back until the purge comes by."""
