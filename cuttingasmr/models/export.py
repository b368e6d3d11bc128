"""Archives of all that we hold about somebody, made when they ask for one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class ExportState(StrEnum):
    """Where an archive is. `gone` is one whose file was let go, or is about to be."""

    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


STATES = ", ".join(f"'{state}'" for state in ExportState)
LIVE = "state IN ('queued', 'making')"


class Export(SQLModel, table=True):
    """One archive of one person. Its file's key is made of its id, so that it is found whatever has become of the row."""

    __tablename__ = "exports"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="ck_exports_state"),
        Index("ix_exports_user_id_asked_at", "user_id", "asked_at"),
        Index(
            "uq_exports_live",
            "user_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        Index("ix_exports_due", "look_at", postgresql_where=text(LIVE), sqlite_where=text(LIVE)),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="RESTRICT", max_length=32)
    state: str = Field(default=ExportState.QUEUED, max_length=16)
    done: int = 0
    """Files that are in it so far, of `total`."""
    total: int = 0
    size_bytes: int = Field(default=0, sa_type=BigInteger)
    tries: int = 0
    taken_by: str = Field(default="", max_length=32)
    """Who is making it, until `look_at`; then somebody else may."""
    look_at: datetime = moment()
    asked_at: datetime = moment()
    expires_at: datetime | None = later()
    error: str = Field(default="", max_length=300)
    """Why there is none, in words for its owner."""
