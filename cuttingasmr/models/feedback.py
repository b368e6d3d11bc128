"""What people have told us."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class FeedbackKind(StrEnum):
    """What it is about."""

    IDEA = "idea"
    PROBLEM = "problem"
    PRAISE = "praise"
    QUESTION = "question"
    OTHER = "other"


class Feedback(SQLModel, table=True):
    """One message. `user_id` is empty for somebody without an account, who may have left an address."""

    __tablename__ = "feedback"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str | None = Field(
        default=None, foreign_key="users.id", ondelete="CASCADE", max_length=32, index=True
    )
    email: str = Field(default="", max_length=320)
    kind: str = Field(default=FeedbackKind.OTHER, max_length=16)
    message: str = Field(sa_type=Text)
    page: str = Field(default="", max_length=300)
    video_id: str | None = Field(default=None, max_length=32)
    created_at: datetime = moment(index=True)
    done_at: datetime | None = later()
    thanked_at: datetime | None = later()
    thanks_audit_id: int | None = Field(default=None, unique=True)
    """The audit line that the thanks' credits refer to: there is one at most."""
