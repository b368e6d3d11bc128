"""What was decided about prompts before anything was charged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class ModerationDecision(SQLModel, table=True):
    """One decision. The prompt itself is kept for 30 days, its keyed hash for good."""

    __tablename__ = "moderation_decisions"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        Index("ix_moderation_decisions_prompt_hash_decided_at", "prompt_hash", "decided_at"),
        Index(
            "ix_moderation_decisions_refused",
            "id",
            postgresql_where=text("decision != 'allow'"),
            sqlite_where=text("decision != 'allow'"),
        ),
        Index(
            "ix_moderation_decisions_refused_user_id_id",
            "user_id",
            "id",
            postgresql_where=text("decision != 'allow'"),
            sqlite_where=text("decision != 'allow'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: str | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", max_length=32)
    prompt_hash: str = Field(max_length=64)
    prompt: str | None = Field(default=None, max_length=2000)
    decision: str = Field(max_length=16)
    """`allow`, `flag` or `deny`."""
    is_repeat: bool = False
    """Whether it was taken from an earlier decision about the same words."""
    decided_at: datetime = moment(index=True)
