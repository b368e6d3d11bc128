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
    clerk_session_id: str | None = Field(default=None, max_length=64, index=True)
    """The session at Clerk that this one lives with; only for the source `clerk`."""
    user_agent: str = Field(default="", max_length=200)
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment(index=True)


class ClerkEnding(SQLModel, table=True):
    """A session or a user of Clerk's that is over. A token that was made before it opens nothing any more."""

    __tablename__ = "clerk_endings"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    id: str = Field(primary_key=True, max_length=64)
    is_told: bool = True
    """Whether Clerk knows: what we have ended ourselves, it must hear from us."""
    ended_at: datetime = moment(index=True)
