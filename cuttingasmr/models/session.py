"""Who is signed in, and where."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class SessionRow(SQLModel, table=True):
    """One signed-in browser. Only the hash of its cookie's value is kept: a stolen table opens nothing."""

    __tablename__ = "sessions"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True, max_length=32)
    source: str = Field(default="local", max_length=16)
    user_agent: str = Field(default="", max_length=200)
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment(index=True)
