"""People, videos and orders for tests: each sets only what the test is about."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.models import (
    AuditEntry,
    Feedback,
    Order,
    OrderState,
    Outcome,
    Status,
    User,
    Video,
    WebhookEvent,
)
from cuttingasmr.models.columns import new_id


def make_user(*, credits: int = 18, email: str = "") -> str:
    """Open an account with so many credits, and give its id."""
    return db.run(_make_user, credits=credits, email=email or f"{new_id()}@example.org")


def _make_user(session: Session, *, credits: int, email: str) -> str:
    user = User(email=email, name="Somebody")
    session.add(user)
    session.flush()
    ledger.welcome(session, user_id=user.id, credits=credits)
    return user.id


def give_credits(session: Session, user_id: str, credits: int) -> None:
    """Give somebody credits, as an operator does."""
    line = AuditEntry(actor="test", action="credits.adjusted", subject=user_id, facts={})
    session.add(line)
    session.flush()
    ledger.adjust(session, user_id=user_id, audit_id=line.id or 0, credits=credits)


def make_video(
    session: Session, *, user_id: str, status: Status = Status.QUEUED, cost: int = 10, **facts: Any
) -> Video:
    """Write a video's row, uncharged."""
    if status == Status.COMPLETED:
        facts = {"file_key": "videos/x.mp4", "completed_at": db.utc_now(), **facts}
    video = Video(user_id=user_id, prompt="ice", credits_used=cost, status=status, **facts)
    session.add(video)
    session.flush()
    return video


def add_held_order(session: Session, user_id: str) -> str:
    """Write a paid order that waits for an operator, and give its id."""
    order = Order(user_id=user_id, package_id="starter", credits=115, price_cents=990, paid_cents=990)
    order.state, order.product_id, order.reason = OrderState.HELD, "prod_sandbox_starter", "another amount"
    order.customer_id = "cust_1"
    session.add(order)
    session.flush()
    return order.id


def add_event(session: Session) -> str:
    """Write an event into the inbox that nothing was to be done about, and give its id."""
    row = WebhookEvent(provider="creem", event_id=f"evt_{new_id()}", kind="else", outcome=Outcome.IGNORED)
    session.add(row)
    return row.event_id


def add_feedback(session: Session, user_id: str | None, message: str = "More wax, please.") -> str:
    """Write a message of somebody's, and give its id."""
    row = Feedback(user_id=user_id, message=message)
    session.add(row)
    session.flush()
    return row.id
