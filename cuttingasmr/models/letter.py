"""Letters to be sent, and the links in them. What is said here of an address goes when the letter has gone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import later, moment, new_id


class LetterKind(StrEnum):
    """What a letter tells; `letters/wording.py` has the words."""

    CONFIRM = "confirm"
    RESET = "reset"
    CHANGE = "change"
    CHANGE_ASKED = "change-asked"
    CHANGED = "changed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of a letter
    READY = "ready"
    MANY_READY = "many-ready"
    FAILED = "failed"
    MANY_FAILED = "many-failed"
    SOME_FAILED = "some-failed"
    LOW = "low"


class Purpose(StrEnum):
    """What a mailed link is good for: one thing."""

    CONFIRM = "confirm"
    RESET = "reset"
    CHANGE = "change"


class Letter(SQLModel, table=True):
    """One letter to one address. With no `due_at` it is done: sent, or given up for the reason in `trouble`.

    `to_address` and `seed`, of which its link is made, are emptied when it is done.
    """

    __tablename__ = "letters"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    kind: str = Field(max_length=32)
    user_id: str | None = Field(
        default=None, foreign_key="users.id", ondelete="CASCADE", index=True, max_length=32
    )
    """Whom it is about; `None` where that is to be found out: who asks for a reset names only an address."""
    to_address: str = Field(max_length=320)
    seed: str = Field(default="", max_length=64)
    tries: int = 0
    due_at: datetime | None = later(index=True)
    trouble: str = Field(default="", max_length=200)
    created_at: datetime = moment(index=True)
    expires_at: datetime = moment()
    """After this it is of no use to anybody, and is not tried again."""
    sent_at: datetime | None = later()


class MailedLink(SQLModel, table=True):
    """A link that has been mailed and not been used. Only its token's hash is kept: a stolen table opens nothing.

    It is good for one purpose, of one account, at the one address that it was sent to; a newer one takes its place.
    """

    __tablename__ = "mailed_links"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (UniqueConstraint("user_id", "purpose", name="uq_mailed_links_user_id_purpose"),)

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    purpose: str = Field(max_length=16)
    address: str = Field(max_length=320)
    created_at: datetime = moment()
    expires_at: datetime = moment(index=True)
