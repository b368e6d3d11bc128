"""What somebody has agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class Agreement(SQLModel, table=True):
    """One agreement to one version of the terms, privacy and refund texts, with the hash of what was read."""

    __tablename__ = "agreements"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (UniqueConstraint("user_id", "version", name="uq_agreements_user_id_version"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    version: str = Field(max_length=32)
    text_hash: str = Field(max_length=64)
    agreed_at: datetime = moment()
    editions: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """Which edition of each text that was; empty for agreements from before editions were counted."""
