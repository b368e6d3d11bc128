"""What operators do by hand. Each act needs a reason, writes a line of the audit log, and is harmless to repeat."""

from __future__ import annotations

from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import Conflict, Invalid, NotFound
from cuttingasmr.models import AuditEntry, Order, OrderState, Outcome, User, WebhookEvent
from cuttingasmr.payments import orders, reconcile, webhook

WAITING = (OrderState.HELD, OrderState.UNMATCHED)
LONGEST_REASON = 500
MOST_CREDITS = 100_000


def waiting(session: Session, *, size: int = 100) -> list[Order]:
    """List the orders that wait for an operator, oldest first."""
    held = select(Order).where(col(Order.state).in_(WAITING)).order_by(col(Order.paid_at)).limit(size)
    return list(session.exec(held))


async def assign(*, operator: User, order_id: str, email: str | None, reason: str) -> Order:
    """Credit an order that waits: to its owner, or to the account with this address. Raises `Conflict` when it does not wait."""
    order = await db.transact(
        _assign, operator_id=operator.id, order_id=order_id, email=email, reason=checked_reason(reason)
    )
    if order.user_id:
        live.publish(order.user_id)
    return order


async def ask(*, operator: User, order_id: str, reason: str) -> bool:
    """Ask Creem about a pending or expired order now, and tell whether that has credited it."""
    await db.transact(
        _note,
        operator_id=operator.id,
        action="order.asked-about",
        subject=order_id,
        reason=checked_reason(reason),
    )
    return await reconcile.ask_about(order_id)


async def replay(*, operator: User, event_id: str, reason: str) -> Outcome:
    """Do once more what an event in the inbox says: what was done before is not done twice."""
    outcome, user_id = await db.transact(
        _replay, operator_id=operator.id, event_id=event_id, reason=checked_reason(reason)
    )
    if user_id:
        live.publish(user_id)
    return outcome


async def adjust(*, operator: User, email: str, credits: int, reason: str) -> int:
    """Give or take credits by hand, and tell what is left."""
    if not 0 < abs(credits) <= MOST_CREDITS:
        raise Invalid(f"Between 1 and {MOST_CREDITS:,} credits can be given or taken at once.")
    user_id, left = await db.transact(
        _adjust, operator_id=operator.id, email=email, credits=credits, reason=checked_reason(reason)
    )
    live.publish(user_id)
    return left


def checked_reason(reason: object) -> str:
    """Give a reason back, or raise `Invalid`: nothing is done by hand without one."""
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid("Say why: every change by hand needs a reason.")
    return reason.strip()[:LONGEST_REASON]


def _assign(session: Session, *, operator_id: str, order_id: str, email: str | None, reason: str) -> Order:
    order = session.exec(select(Order).where(col(Order.id) == order_id).with_for_update()).first()
    if order is None:
        raise NotFound
    if order.state not in WAITING:
        raise Conflict(f"This order is {order.state}: it does not wait for anybody.")
    if email:
        order.user_id = _account(session, email).id
    if order.user_id is None:
        raise Invalid("Say whose order this is.")
    if orders.has_gone(session, order):
        raise Conflict(orders.GONE)
    orders.credit(session, order)
    _note(session, operator_id=operator_id, action="order.assigned", subject=order.id, reason=reason)
    session.flush()
    return order


def _replay(session: Session, *, operator_id: str, event_id: str, reason: str) -> tuple[Outcome, str | None]:
    row = session.exec(
        select(WebhookEvent).where(col(WebhookEvent.event_id) == event_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound
    _note(session, operator_id=operator_id, action="webhook.replayed", subject=event_id[:64], reason=reason)
    return webhook.act_again(session, row)


def _adjust(session: Session, *, operator_id: str, email: str, credits: int, reason: str) -> tuple[str, int]:
    user = _account(session, email)
    line = _note(session, operator_id=operator_id, action="credits.adjusted", subject=user.id, reason=reason)
    line.facts = {"credits": credits}
    session.flush()
    if line.id is None:
        raise NotFound
    ledger.adjust(session, user_id=user.id, audit_id=line.id, credits=credits)
    return user.id, ledger.balance(session, user_id=user.id).remaining


def _note(session: Session, *, operator_id: str, action: str, subject: str, reason: str) -> AuditEntry:
    line = AuditEntry(actor=operator_id, action=action, subject=subject[:64], reason=reason)
    session.add(line)
    session.flush()
    return line


def _account(session: Session, email: str) -> User:
    user = session.exec(select(User).where(col(User.email) == email.strip().lower())).first()
    if user is None:
        raise NotFound("There is no account with this address.")
    return user
