"""What operators do by hand. Each act needs a reason, writes a line of the audit log, and is harmless to repeat.

An order leaves its state once; an adjustment is told from another one by its key.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.credits import by_hand
from cuttingasmr.credits.by_hand import checked_reason
from cuttingasmr.errors import Conflict, Invalid, NotFound
from cuttingasmr.models import WAITING, Order, Outcome, User, WebhookEvent
from cuttingasmr.payments import orders, reconcile, webhook
from cuttingasmr.payments.packages import Package, find_package

CREEM = "creem"
PROVIDERS = (CREEM, "clerk")
"""Whose events are in the inbox, named so that its index is used."""


def waiting(session: Session, *, size: int = 100) -> list[Order]:
    """List the orders that wait for an operator, oldest first."""
    held = select(Order).where(col(Order.state).in_(WAITING)).order_by(col(Order.paid_at)).limit(size)
    return list(session.exec(held))


async def assign(
    *, operator: User, order_id: str, email: str | None, reason: str, package: str | None = None
) -> Order:
    """Credit an order that waits: to its owner, or to the account with this address; as the package that it has, or as `package`.

    Raises `Conflict` when it does not wait, and `NoSuchPackage`.
    """
    order = await db.transact(
        _assign,
        operator_id=operator.id,
        order_id=order_id,
        email=email,
        package=find_package(package) if package else None,
        reason=checked_reason(reason),
    )
    if order.user_id:
        live.publish(order.user_id)
    return order


async def ask(*, operator: User, order_id: str, reason: str) -> reconcile.Answer:
    """Ask Creem about a pending or expired order now, and tell what came of it. Raises `NotFound`."""
    await db.transact(
        _note_question, operator_id=operator.id, order_id=order_id, reason=checked_reason(reason)
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


async def adjust(*, operator: User, email: str, credits: int, reason: str, key: str = "") -> int:
    """Give or take credits by hand, and tell what is left. With a `key`, the same again changes nothing more."""
    user_id = await db.read(_id_of, email=email)
    done = await by_hand.adjust(operator=operator, user_id=user_id, credits=credits, reason=reason, key=key)
    return done.left


def _assign(
    session: Session,
    *,
    operator_id: str,
    order_id: str,
    email: str | None,
    reason: str,
    package: Package | None = None,
) -> Order:
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
    if package is not None:
        orders.become(order, package)
    orders.credit(session, order)
    facts = {
        "user": order.user_id,
        "credits": order.credits - order.clawed_back,
        "package": order.package_id,
    }
    by_hand.write_line(
        session,
        operator_id=operator_id,
        action="order.assigned",
        subject=order.id,
        reason=reason,
        facts=facts,
    )
    return order


def _replay(session: Session, *, operator_id: str, event_id: str, reason: str) -> tuple[Outcome, str | None]:
    named = select(WebhookEvent).where(
        col(WebhookEvent.provider).in_(PROVIDERS), col(WebhookEvent.event_id) == event_id
    )
    row = session.exec(named.with_for_update()).first()
    if row is None:
        raise NotFound
    if row.provider != CREEM:
        raise Conflict("Only Creem's events can be replayed: of the others, the inbox keeps too little.")
    outcome, user_id = webhook.act_again(session, row)
    by_hand.write_line(
        session,
        operator_id=operator_id,
        action="webhook.replayed",
        subject=event_id,
        reason=reason,
        facts={"outcome": outcome},
    )
    return outcome, user_id


def _note_question(session: Session, *, operator_id: str, order_id: str, reason: str) -> None:
    if session.get(Order, order_id) is None:
        raise NotFound
    action = "order.asked-about"
    by_hand.write_line(
        session, operator_id=operator_id, action=action, subject=order_id, reason=reason, facts={}
    )


def _id_of(session: Session, *, email: str) -> str:
    return _account(session, email).id


def _account(session: Session, email: str) -> User:
    user = session.exec(select(User).where(col(User.email) == email.strip().lower())).first()
    if user is None:
        raise NotFound("There is no account with this address.")
    return user
