"""The inbox for Creem's webhooks: checked, written down, acted on, the last two in one transaction."""

from __future__ import annotations

import json
from typing import Any, cast

import structlog
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Result, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.errors import BadJson, BadSignature
from cuttingasmr.models import Order, OrderState, Outcome, WebhookEvent
from cuttingasmr.payments import orders
from cuttingasmr.payments.arrival import Payment, Taking
from cuttingasmr.payments.signature import is_genuine
from cuttingasmr.settings import get_settings

PROVIDER = "creem"
PURCHASE, REFUND, DISPUTE = "checkout.completed", "refund.created", "dispute.created"
WAITS_OR_HOLDS = {OrderState.HELD: Outcome.HELD, OrderState.UNMATCHED: Outcome.UNMATCHED}

log = structlog.get_logger()


class Event(BaseModel):
    """The envelope (providers.md §1.7). What is inside may be anything."""

    id: str = Field(min_length=1, max_length=128)
    kind: str = Field(alias="eventType", min_length=1, max_length=64)
    body: dict[str, Any] = Field(alias="object", default_factory=dict)


async def receive(body: bytes, signature: str) -> Outcome:
    """Accept one delivery. Returning means that it is written down; anything else makes Creem repeat it.

    Raises `BadSignature` for what Creem did not say, `BadJson` for what is no event, `DatabaseUnavailable`.
    """
    if not is_genuine(body, signature, get_settings().creem_webhook_secret.get_secret_value()):
        raise BadSignature
    try:
        event = Event.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise BadJson from error
    try:
        outcome, user_id = await db.transact(write_down_and_act, event=event)
    except IntegrityError:  # another event of the same purchase was quicker; now its row is there to be found
        outcome, user_id = await db.transact(write_down_and_act, event=event)
    if outcome is Outcome.WAITING:
        await db.transact(settle_waiting)
    if user_id is not None:
        live.publish(user_id)
    return outcome


def write_down_and_act(session: Session, *, event: Event) -> tuple[Outcome, str | None]:
    """Write an event into the inbox and do what it says, once; gives what was done and whose page should hear of it."""
    insert = db.insert_for(session)(WebhookEvent).values(
        provider=PROVIDER, event_id=event.id, kind=event.kind, body=event.body, received_at=db.utc_now()
    )
    fresh = insert.on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(WebhookEvent)
    row = cast("Result[WebhookEvent]", session.exec(fresh)).scalar()
    return (Outcome.REPEATED, None) if row is None else act(session, row)


def act(session: Session, row: WebhookEvent) -> tuple[Outcome, str | None]:
    """Do what an event in the inbox says; doing it again changes nothing."""
    if row.outcome == Outcome.ACTED and row.kind != PURCHASE:
        return Outcome.REPEATED, None
    try:
        order = _act(session, row)
    except ValidationError as error:
        row.outcome, row.detail = Outcome.UNREADABLE, _where(error)
        log.error("webhook.unreadable", event_id=row.event_id, kind=row.kind, where=row.detail)  # noqa: TRY400 - no values in logs
        return Outcome.UNREADABLE, None
    if order is not None:
        row.order_id, row.provider_order_id = order.id, order.provider_order_id
        row.outcome, row.detail = WAITS_OR_HOLDS.get(OrderState(order.state), Outcome.ACTED), order.reason
    session.flush()
    return Outcome(row.outcome), order.user_id if order is not None else None


def _act(session: Session, row: WebhookEvent) -> Order | None:
    if row.kind == PURCHASE:
        order = orders.take_in(session, Payment.model_validate(row.body))
        _catch_up(session, order)
        return order
    if row.kind in {REFUND, DISPUTE}:
        return _take_back(session, row)
    row.outcome = Outcome.IGNORED
    return None


def _take_back(session: Session, row: WebhookEvent) -> Order | None:
    taking = Taking.of(row.kind, row.body)
    order = orders.take_back(session, taking, is_dispute=row.kind == DISPUTE)
    if order is None:
        row.outcome, row.provider_order_id = Outcome.WAITING, taking.order_id or taking.transaction_id
        row.detail = "The purchase that this is about has not arrived yet."
    return order


def _catch_up(session: Session, order: Order) -> None:
    """Act on refunds and disputes that came before their purchase."""
    names = [name for name in (order.provider_order_id, order.transaction_id) if name]
    early = select(WebhookEvent).where(
        col(WebhookEvent.outcome) == Outcome.WAITING, col(WebhookEvent.provider_order_id).in_(names)
    )
    for row in session.exec(early.with_for_update()).all():
        _settle(session, row)


def settle_waiting(session: Session) -> int:
    """Act on refunds and disputes whose purchase is there by now, and tell how many.

    A purchase and its refund that arrive at the same moment do not see each other; whoever looks next does.
    """
    known = or_(
        col(Order.provider_order_id) == col(WebhookEvent.provider_order_id),
        col(Order.transaction_id) == col(WebhookEvent.provider_order_id),
    )
    due = select(WebhookEvent).join(Order, known).where(col(WebhookEvent.outcome) == Outcome.WAITING)
    rows = session.exec(due.with_for_update(of=WebhookEvent)).all()
    for row in rows:
        _settle(session, row)
    return len(rows)


def _settle(session: Session, row: WebhookEvent) -> None:
    order = _take_back(session, row)
    if order is not None:
        row.outcome, row.order_id, row.detail = Outcome.ACTED, order.id, ""


def _where(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]
