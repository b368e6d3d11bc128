"""What somebody has bought. Somebody else's order is not there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import false, func, or_
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.models import CREDITED, Order, OrderState, User
from cuttingasmr.payments import agreement
from cuttingasmr.payments.packages import CURRENCY
from cuttingasmr.providers.creem import get_creem

SIZE = 24
NO_ADDRESS = "@demo.invalid"


@dataclass(frozen=True)
class OrderPage:
    """Some orders, newest first, and the cursor of the next ones; an empty cursor is the end."""

    rows: list[Order]
    cursor: str


@dataclass(frozen=True)
class Bought:
    """What somebody has bought, what they paid for it, less what was refunded, and what they have agreed to."""

    orders: OrderPage
    paid_cents: int
    agreed: agreement.Standing


def look_back(session: Session, *, user_id: str, size: int = SIZE) -> Bought:
    """Read so many of this person's newest orders, and the total of all that were paid, in one transaction."""
    return Bought(
        page(session, user_id=user_id, size=size),
        total_paid_cents(session, user_id=user_id),
        agreement.standing(session, user_id=user_id),
    )


def find(session: Session, *, user_id: str, order_id: str) -> Order:
    """Find an order of this person's, or raise `NotFound`."""
    order = session.get(Order, order_id)
    if order is None or order.user_id != user_id:
        raise NotFound
    return order


def find_named(session: Session, *, user_id: str, order_id: str, provider_order_id: str) -> Order:
    """Find an order of this person's by our id or by Creem's, or raise `NotFound`."""
    named = [col(Order.id) == order_id] if order_id else []
    named += [col(Order.provider_order_id) == provider_order_id] if provider_order_id else []
    mine = select(Order).where(col(Order.user_id) == user_id, or_(false(), *named))
    order = session.exec(mine.order_by(col(Order.created_at).desc())).first()
    if order is None:
        raise NotFound
    return order


async def receipt_link(*, user_id: str, order_id: str) -> str:
    """Give the address of Creem's pages with this person's receipts; raise `NotFound` or `ProviderUnavailable`."""
    order = await db.read(find, user_id=user_id, order_id=order_id)
    if not order.customer_id:
        raise NotFound
    return await get_creem().portal_link(order.customer_id)


def page(session: Session, *, user_id: str, cursor: str = "", size: int = SIZE) -> OrderPage:
    """Give a page of this person's orders, newest first; the cursor is how many came before."""
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 6):  # noqa: PLR2004 - nobody buys 100,000 times
        raise Invalid("This page of the list cannot be found.")
    start = int(cursor or 0)
    mine = select(Order).where(col(Order.user_id) == user_id)
    rows = session.exec(
        mine.order_by(col(Order.created_at).desc(), col(Order.id)).offset(start).limit(size + 1)
    ).all()
    return OrderPage(list(rows[:size]), str(start + size) if len(rows) > size else "")


def total_paid_cents(session: Session, *, user_id: str) -> int:
    """Add up what this person has paid, less what was refunded. What was paid in another currency cannot be added to it."""
    paid = func.coalesce(func.sum(col(Order.paid_cents) - col(Order.taken_cents)), 0)
    states = (*CREDITED, OrderState.HELD)
    is_in_dollars = func.coalesce(col(Order.paid_currency), col(Order.currency)) == CURRENCY
    mine = select(paid).where(col(Order.user_id) == user_id, col(Order.state).in_(states), is_in_dollars)
    return session.exec(mine).one()


def billing_address(user: User) -> str:
    """Give the address to fill in on the payment page; a demo account has none, and its buyer types their own."""
    return "" if user.email.endswith(NO_ADDRESS) else user.email
