"""Every change of a balance, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class Kind(StrEnum):
    """Why a balance changed. Beside it stands what its reference is."""

    WELCOME = "welcome"  # the user
    PURCHASE = "purchase"  # the order
    SPEND = "spend"  # the video
    GIVE_BACK = "give_back"  # the video
    CLAWBACK = "clawback"  # the refund or dispute
    ADJUSTMENT = "adjustment"  # the line of the audit log


KINDS = ", ".join(f"'{kind}'" for kind in Kind)


class CreditEntry(SQLModel, table=True):
    """One change of one balance. Unique on kind and reference: the reason why a repeat does nothing."""

    __tablename__ = "credit_entries"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        UniqueConstraint("kind", "reference", name="uq_credit_entries_kind_reference"),
        CheckConstraint(f"kind IN ({KINDS})", name="ck_credit_entries_kind"),
        CheckConstraint(
            "(kind IN ('spend', 'clawback') AND credits <= 0) OR kind = 'adjustment'"
            " OR (kind IN ('welcome', 'purchase', 'give_back') AND credits >= 0)",
            name="ck_credit_entries_sign",
        ),
        Index("ix_credit_entries_user_id_id", "user_id", "id"),
        Index("ix_credit_entries_created_at", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="RESTRICT", max_length=32)
    kind: str = Field(max_length=16)
    reference: str = Field(max_length=64)
    credits: int
    created_at: datetime = moment()
