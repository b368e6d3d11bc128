"""Asking Creem what became of orders that stay pending, so that a lost webhook loses nothing.

Asked every two minutes for the first hour, when most people pay, then ever more seldom, and after a day no more: the
order is then expired, and is credited all the same should it be paid after that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from pydantic import ValidationError
from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr import db, live
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.models import WAITING, AuditEntry, Order, OrderState
from cuttingasmr.payments import order_token, orders
from cuttingasmr.payments.arrival import Payment
from cuttingasmr.providers.creem import get_creem

FIRST_CHECK = timedelta(minutes=2)
CLOSELY = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=24)
AT_ONCE = 50
COMPLETED = "completed"

log = structlog.get_logger()


class Answer(StrEnum):
    """What came of asking about a payment."""

    CREDITED = "credited"
    WAITS = "waits"
    """It was paid, and waits for a person: nothing is credited."""
    UNPAID = "unpaid"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    NO_CHECKOUT = "no-checkout"
    """No payment page is known, so there is nothing to ask about."""
    SETTLED = "settled"
    """It does not wait for its payment any more, or its webhook is being acted on at this very moment."""


async def reconcile(*, now: datetime | None = None) -> int:
    """Ask about every pending order whose time has come, and tell how many were found paid."""
    moment = now or db.utc_now()
    due = await db.read(_due, now=moment)
    answers = [await ask_about(order_id, now=moment) for order_id in due]
    return answers.count(Answer.CREDITED)


async def ask_about(order_id: str, *, now: datetime | None = None, put_off: bool = True) -> Answer:
    """Ask Creem about one order, do what it says, and tell what came of it. The webhook may come first or later.

    `put_off` sets the time of the next question, which a buyer who looks in between does not change.
    """
    order = await db.read(_get, order_id=order_id)
    if order is None or order.state not in {OrderState.PENDING, OrderState.EXPIRED}:
        return Answer.SETTLED
    found = await _paid(order.checkout_id, order_id=order.id) if order.checkout_id else Answer.NO_CHECKOUT
    if isinstance(found, Payment):
        return await _credit(found)
    if put_off:
        await db.transact(_put_off, order_id=order_id, now=now or db.utc_now())
    return found


async def ask_about_page(checkout_id: str, *, user_id: str) -> bool:
    """Ask Creem about a payment page of the simple road, of which we know no order; tell whether that has credited one.

    Only a payment whose token names this person is taken in: whoever asks learns nothing of others.
    """
    found = await _paid(checkout_id)
    ticket = order_token.read(found.token) if isinstance(found, Payment) else None
    if not isinstance(found, Payment) or ticket is None or ticket.user_id != user_id:
        return False
    return await _credit(found) is Answer.CREDITED


async def _paid(checkout_id: str, *, order_id: str | None = None) -> Payment | Answer:
    """Read a checkout's payment, or tell why there is none. `order_id` is what it was opened for."""
    try:
        body = await get_creem().read_checkout(checkout_id)
        if body.get("status") != COMPLETED:
            return Answer.UNPAID
        return Payment.model_validate(body if order_id is None else {**body, "request_id": order_id})
    except ProviderUnavailable:
        return Answer.UNREACHABLE
    except ValidationError:
        log.error("reconcile.unreadable", checkout=checkout_id)  # noqa: TRY400 - the values are not for logs
        return Answer.UNREADABLE


async def _credit(payment: Payment) -> Answer:
    """Take a payment in, unless its webhook is doing that at this very moment."""
    try:
        state, user_id = await db.transact(_take_in, payment=payment)
    except IntegrityError:
        return Answer.SETTLED
    if user_id and state == OrderState.COMPLETED:
        live.publish(user_id)
        return Answer.CREDITED
    return Answer.WAITS if state in WAITING else Answer.SETTLED


def _take_in(session: Session, *, payment: Payment) -> tuple[str, str | None]:
    taken = orders.take_in(session, payment)
    session.add(AuditEntry(actor="reconcile", action="order.found-paid", subject=taken.order_id))
    return taken.state, taken.user_id


def has_work() -> ColumnElement[bool]:
    """Say when there is an order to ask about."""
    return _pending(db.utc_now()).exists()


def _due(session: Session, *, now: datetime) -> list[str]:
    return list(session.exec(_pending(now).order_by(col(Order.check_at)).limit(AT_ONCE)))


def _pending(now: datetime) -> SelectOfScalar[str]:
    return select(Order.id).where(col(Order.state) == OrderState.PENDING, col(Order.check_at) <= now)


def _get(session: Session, *, order_id: str) -> Order | None:
    return session.get(Order, order_id)


def _put_off(session: Session, *, order_id: str, now: datetime) -> None:
    """Set the time of the next question; after a day there is none."""
    order = session.get_one(Order, order_id)
    age = now - order.created_at
    if age >= GIVEN_UP_AFTER:
        orders.put_off(session, order_id, state=OrderState.EXPIRED, check_at=None)
        return
    pause = FIRST_CHECK if age < CLOSELY else age / 4
    orders.put_off(session, order_id, check_at=now + pause, checks=order.checks + 1)
