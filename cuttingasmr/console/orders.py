"""Finding orders, and all that is known of one: for operators alone. Those that wait for somebody come first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, text
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr.console import paging, people
from cuttingasmr.console.paging import Page
from cuttingasmr.models import AuditEntry, CreditEntry, Kind, Order, OrderState, User, WebhookEvent

WAITS = "waiting"
"""The state that is none: held or unmatched."""
WAITING = text("orders.state IN ('held', 'unmatched')")
HAS_PAYER = text("orders.payer_email != ''")
SOME = 20


@dataclass(frozen=True)
class Sale:
    """An order, whose it is, and what has arrived and been done about it."""

    order: Order
    owner: User | None
    events: list[WebhookEvent]
    lines: list[AuditEntry]
    granted: int
    taken: int


def find(session: Session, *, words: str = "", state: str = "", cursor: str = "") -> Page[Order]:
    """Find orders: those that wait oldest first, all others newest first."""
    query = select(Order)
    if words:
        query = _named(session, query, words)
    if state == WAITS:
        query = query.where(WAITING)
        return paging.by_moment(session, query, Order.paid_at, Order.id, cursor=cursor, oldest_first=True)
    if state in set(OrderState):
        query = query.where(col(Order.state) == state)
    return paging.by_moment(session, query, Order.created_at, Order.id, cursor=cursor)


def count_waiting(session: Session) -> int:
    """Count those that wait for an operator."""
    return session.exec(select(func.count()).select_from(Order).where(WAITING)).one()


def look_at(session: Session, *, order_id: str) -> Sale | None:
    """Read all there is to see of one order; `None` where there is none."""
    order = session.get(Order, order_id)
    if order is None:
        return None
    events = select(WebhookEvent).where(col(WebhookEvent.order_id) == order_id)
    lines = select(AuditEntry).where(col(AuditEntry.subject) == order_id)
    granted = select(func.coalesce(func.sum(col(CreditEntry.credits)), 0)).where(
        col(CreditEntry.kind) == Kind.PURCHASE, col(CreditEntry.reference) == order_id
    )
    return Sale(
        order=order,
        owner=session.get(User, order.user_id) if order.user_id else None,
        events=list(session.exec(events.order_by(col(WebhookEvent.id).desc()).limit(SOME))),
        lines=list(session.exec(lines.order_by(col(AuditEntry.id).desc()).limit(SOME))),
        granted=session.exec(granted).one(),
        taken=order.clawed_back,
    )


def _named(session: Session, query: SelectOfScalar[Order], words: str) -> SelectOfScalar[Order]:
    """Read the words as an address, one of our ids, or one of Creem's."""
    if people.ID.fullmatch(words):
        return query.where(or_(col(Order.id) == words, col(Order.user_id) == words))
    if "@" in words:
        owner = people.id_of(session, email=words)
        starts = paging.begins_with(session, Order.payer_email, words.lower())
        return query.where(
            or_(starts & HAS_PAYER, col(Order.user_id) == owner) if owner else starts & HAS_PAYER
        )
    names = (Order.provider_order_id, Order.checkout_id, Order.transaction_id, Order.customer_id)
    return query.where(or_(*(col(name) == words for name in names)))
