"""What was done to somebody's money or videos, by whom, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class AuditEntry(SQLModel, table=True):
    """One line of the audit log. Written in the transaction it tells of; never changed."""

    __tablename__ = "audit_log"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        Index(
            "ix_audit_log_by_hand",
            "id",
            postgresql_where=text("reason != ''"),
            sqlite_where=text("reason != ''"),
        ),
        Index(
            "ix_audit_log_by_hand_actor_id",
            "actor",
            "id",
            postgresql_where=text("reason != ''"),
            sqlite_where=text("reason != ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment(index=True)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=64, index=True)
    reason: str = Field(default="", max_length=500)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
