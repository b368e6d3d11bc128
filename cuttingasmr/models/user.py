"""People, and what they have."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id

NO_ADDRESS = ".invalid"
"""Ends the placeholder of an account without an e-mail address; no real address can (RFC 2606)."""


class ClerkState(StrEnum):
    """What Clerk says of somebody whom it knows. Nobody gets in by Clerk unless it is `WELCOME`."""

    WELCOME = ""
    BLOCKED = "blocked"
    DELETED = "deleted"


class User(SQLModel, table=True):
    """A person. `total_credits` and `used_credits` are changed by `credits/ledger.py` and by nothing else."""

    __tablename__ = "users"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        CheckConstraint("used_credits >= 0", name="ck_users_used_not_negative"),
        Index(
            "ix_users_erase_at",
            "erase_at",
            postgresql_where=text("erase_at IS NOT NULL"),
            sqlite_where=text("erase_at IS NOT NULL"),
        ),
        Index("ix_users_email_beginning", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index(
            "ix_users_banned",
            "created_at",
            postgresql_where=text("is_banned"),
            sqlite_where=text("is_banned"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    email: str = Field(max_length=320, unique=True)
    name: str = Field(default="", max_length=120)
    password_hash: str | None = Field(default=None, max_length=255)
    email_verified_at: datetime | None = later()
    """Only a verified address may ever match a payment."""
    clerk_id: str | None = Field(default=None, max_length=64, unique=True, index=True)
    """Who this is at Clerk; `None` for an account of ours alone."""
    clerk_state: str = Field(default=ClerkState.WELCOME, max_length=16)
    clerk_updated_ms: int = Field(default=0, sa_type=BigInteger)
    """Clerk's own stamp of what we know of them (ms): older news than this changes nothing."""
    picture_url: str = Field(default="", max_length=500)
    has_own_name: bool = False
    """They have named themselves here, so Clerk's name for them is not taken over any more."""
    picture_id: str | None = Field(default=None, max_length=32)
    """Their picture here (`Avatar`); without one, Clerk's is shown."""
    theme: str = Field(default="", max_length=8)
    """dark, light or system; empty before they choose."""
    region: str = Field(default="", max_length=16)
    """How dates, numbers and money are written, such as `de-DE`; empty for as their browser does."""
    mails_ready: bool = True
    mails_low: bool = True
    """Which letters they want that nobody needs: a video is ready, credits are low (people/notices.py)."""
    is_banned: bool = False
    is_demo: bool = False
    total_credits: int = 0
    used_credits: int = 0
    created_at: datetime = moment(index=True)
    erase_at: datetime | None = later()
    """They are leaving: from then on their account is erased. Until it is, all that they may do is to stay."""
    erased_at: datetime | None = later()
    """Their texts and files are gone since then; the row stays for the books, without a name."""

    @property
    def known_email(self) -> str:
        """Their address for people to read; empty where there is only a placeholder."""
        is_somebodys = (
            self.clerk_id is not None or self.password_hash is not None or self.erased_at is not None
        )
        return "" if is_somebodys and self.email.endswith(NO_ADDRESS) else self.email  # a demo's stands

    @property
    def remaining_credits(self) -> int:
        """What is left to spend; below zero after a claw-back of what was spent already."""
        return self.total_credits - self.used_credits
