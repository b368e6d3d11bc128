"""Files that are gone, as far as the archive's walk has seen, and that people have to decide about."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment


class MissingFile(SQLModel, table=True):
    """A finished video whose file was not there when too many were missing, or the storage did not seem to be ours."""

    __tablename__ = "missing_files"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    video_id: str = Field(primary_key=True, foreign_key="videos.id", ondelete="RESTRICT", max_length=32)
    found_at: datetime = moment(index=True)
    given_up_at: datetime | None = later(index=True)
    """When an operator said that it is lost: the walk sees to it then, however many they are."""
