"""The inbox: every genuine webhook, once, and what was done about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from cuttingasmr.models.columns import moment


class Outcome(StrEnum):
    """What was done about an event. `waiting` is a refund whose purchase has not arrived yet; `unreadable` is for people."""

    ACTED = "acted"
    REPEATED = "repeated"
    HELD = "held"
    UNMATCHED = "unmatched"
    WAITING = "waiting"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


OUTCOMES = ", ".join(f"'{outcome}'" for outcome in Outcome)


class WebhookEvent(SQLModel, table=True):
    """One event of one provider. Unique on both: the reason why a second delivery does nothing."""

    __tablename__ = "webhook_events"  # pyright: ignore[reportAssignmentType] - sqlmodel types it as a method
    __table_args__ = (
        UniqueConstraint("provider", "event_id", name="uq_webhook_events_provider_event_id"),
        CheckConstraint(f"outcome IN ({OUTCOMES})", name="ck_webhook_events_outcome"),
        Index(
            "ix_webhook_events_unsettled",
            "outcome",
            "id",
            postgresql_where=text("outcome IN ('held', 'unmatched', 'waiting', 'unreadable')"),
            sqlite_where=text("outcome IN ('held', 'unmatched', 'waiting', 'unreadable')"),
        ),
        Index(
            "ix_webhook_events_waiting",
            "provider_order_id",
            postgresql_where=text("outcome = 'waiting'"),
            sqlite_where=text("outcome = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    provider: str = Field(max_length=16)
    event_id: str = Field(max_length=128)
    kind: str = Field(max_length=64)
    provider_order_id: str | None = Field(default=None, max_length=64)
    order_id: str | None = Field(default=None, max_length=32, index=True)
    outcome: str = Field(default=Outcome.IGNORED, max_length=16)
    detail: str = Field(default="", max_length=300)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    received_at: datetime = moment(index=True)
