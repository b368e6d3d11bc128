"""The inbox for Creem's webhooks: checked, written down, acted on, the last two in one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import ColumnElement, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr import db, live
from cuttingasmr.errors import BadJson, BadSignature
from cuttingasmr.models import Order, OrderState, Outcome, WebhookEvent
from cuttingasmr.payments import orders
from cuttingasmr.payments.arrival import Payment, Taking
from cuttingasmr.payments.redaction import redacted
from cuttingasmr.payments.signature import is_genuine
from cuttingasmr.settings import get_settings

PROVIDER = "creem"
PURCHASE, REFUND, DISPUTE = "checkout.completed", "refund.created", orders.DISPUTE
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
        outcome, user_id = await _at_once_or_again(event)
    except _Repeated:
        return Outcome.REPEATED
    if outcome is Outcome.WAITING:
        await db.transact(settle_waiting)
    if user_id is not None:
        live.publish(user_id)
    return outcome


class _Repeated(Exception):
    """This event stands in the inbox already; whatever acting on it again has done is undone."""


async def _at_once_or_again(event: Event) -> tuple[Outcome, str | None]:
    """Act; and once more when another event of the same purchase was quicker, whose row is there to be found by now."""
    try:
        return await db.transact(act_and_write_down, event=event)
    except IntegrityError:
        return await db.transact(act_and_write_down, event=event)


def act_and_write_down(session: Session, *, event: Event) -> tuple[Outcome, str | None]:
    """Do what an event says and write it into the inbox, once; gives what was done and whose page should hear of it.

    Raises `_Repeated` for one that is there already, which ends this transaction: it has done nothing.
    """
    done = act(session, kind=event.kind, body=event.body)
    body = redacted(event.body) if done.is_redacted else event.body
    envelope = {"provider": PROVIDER, "event_id": event.id, "kind": event.kind, "body": body}
    if not db.write_once(session, WebhookEvent, once=("provider", "event_id"), **envelope, **done.facts()):
        raise _Repeated
    return done.outcome, done.user_id


def act_again(session: Session, row: WebhookEvent) -> tuple[Outcome, str | None]:
    """Do once more what an event in the inbox says. What was done before changes nothing, and is told as repeated."""
    if row.outcome == Outcome.ACTED and row.kind != PURCHASE:
        return Outcome.REPEATED, None
    done = act(session, kind=row.kind, body=row.body)
    row.sqlmodel_update(done.facts())
    session.flush()
    return done.outcome, done.user_id


@dataclass(frozen=True)
class Done:
    """What was done about an event, and whose page should hear of it."""

    outcome: Outcome
    detail: str = ""
    order_id: str | None = None
    provider_order_id: str | None = None
    user_id: str | None = None
    is_redacted: bool = False
    """Whether only what is no person's is kept of it: the buyer's account was erased, or nothing was to be done."""

    def facts(self) -> dict[str, Any]:
        """Give what the inbox keeps of it."""
        return {
            "outcome": self.outcome,
            "detail": self.detail,
            "order_id": self.order_id,
            "provider_order_id": self.provider_order_id,
        }


def act(session: Session, *, kind: str, body: dict[str, Any]) -> Done:
    """Do what an event says; doing it again changes nothing."""
    try:
        if kind == PURCHASE:
            return _take_in(session, Payment.model_validate(body))
        if kind in {REFUND, DISPUTE}:
            return _take_back(session, kind, body)
    except ValidationError as error:
        where = _where(error)
        log.error("webhook.unreadable", kind=kind, where=where)  # noqa: TRY400 - no values in logs
        return Done(Outcome.UNREADABLE, where)
    return Done(Outcome.IGNORED, is_redacted=True)


def _take_in(session: Session, payment: Payment) -> Done:
    taken = orders.take_in(session, payment)
    if taken.was_early_taken:
        _catch_up(session, [name for name in (payment.order_id, payment.transaction_id) if name])
    outcome = WAITS_OR_HOLDS.get(OrderState(taken.state), Outcome.ACTED)
    return Done(outcome, taken.reason, taken.order_id, payment.order_id, taken.user_id, taken.is_gone)


def _take_back(session: Session, kind: str, body: dict[str, Any]) -> Done:
    taking = Taking.of(kind, body)
    order = orders.take_back(session, taking, is_dispute=kind == DISPUTE)
    if order is None:
        about = taking.order_id or taking.transaction_id
        return Done(Outcome.WAITING, "The purchase that this is about has not arrived yet.", None, about)
    outcome = WAITS_OR_HOLDS.get(OrderState(order.state), Outcome.ACTED)
    is_gone = orders.has_gone(session, order)
    return Done(outcome, order.reason, order.id, order.provider_order_id, order.user_id, is_gone)


def _catch_up(session: Session, names: list[str]) -> None:
    """Act on refunds and disputes that came before their purchase."""
    early = select(WebhookEvent).where(
        col(WebhookEvent.outcome) == Outcome.WAITING, col(WebhookEvent.provider_order_id).in_(names)
    )
    for row in session.exec(early.with_for_update()).all():
        _settle(session, row)


def settle_waiting(session: Session) -> int:
    """Act on refunds and disputes whose purchase is there by now, and tell how many.

    A purchase and its refund that arrive at the same moment do not see each other; whoever looks next does.
    """
    rows = session.exec(_settleable().with_for_update(of=WebhookEvent)).all()
    for row in rows:
        _settle(session, row)
    return len(rows)


def can_settle() -> ColumnElement[bool]:
    """Say when `settle_waiting` would find anything."""
    return _settleable().exists()


def _settleable() -> SelectOfScalar[WebhookEvent]:
    known = or_(
        col(Order.provider_order_id) == col(WebhookEvent.provider_order_id),
        col(Order.transaction_id) == col(WebhookEvent.provider_order_id),
    )
    return select(WebhookEvent).join(Order, known).where(col(WebhookEvent.outcome) == Outcome.WAITING)


def _settle(session: Session, row: WebhookEvent) -> None:
    done = _take_back(session, row.kind, row.body)
    row.sqlmodel_update(done.facts() | ({"body": redacted(row.body)} if done.is_redacted else {}))


def _where(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]
