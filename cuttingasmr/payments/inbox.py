"""Looking into the webhook inbox."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from cuttingasmr.models import WebhookEvent


def count(session: Session) -> list[tuple[str, str, int]]:
    """Count what has arrived, by kind and by what was done about it."""
    kind, outcome = col(WebhookEvent.kind), col(WebhookEvent.outcome)
    rows = session.exec(
        select(WebhookEvent.kind, WebhookEvent.outcome, func.count())
        .group_by(kind, outcome)
        .order_by(kind, outcome)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def latest(session: Session, *, size: int = 20) -> list[WebhookEvent]:
    """List what has arrived lately, newest first."""
    return list(session.exec(select(WebhookEvent).order_by(col(WebhookEvent.id).desc()).limit(size)))
