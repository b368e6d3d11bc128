"""What becomes of an order. Each change is a plain function of a session, guarded twice: by the order's state and by the ledger.

An order is credited once, whatever arrives twice, late or out of order; what is taken back follows what was refunded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from sqlalchemy import alias, bindparam, exists, func, or_
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.models import CREDITED, WAITING, Order, OrderState, OrderTaking, Outcome, User, WebhookEvent
from cuttingasmr.models.columns import new_id
from cuttingasmr.payments import order_token
from cuttingasmr.payments.arrival import Payment, Taking
from cuttingasmr.payments.money import money
from cuttingasmr.payments.order_token import Ticket
from cuttingasmr.payments.packages import Package, find_package, package_of_product
from cuttingasmr.settings import get_settings

log = structlog.get_logger()

TEST_MODES = frozenset({"test", "sandbox", "local"})
"""What Creem's test world calls itself, in various places (providers.md §1.1)."""

PAID = "paid"
DISPUTE = "dispute.created"
GONE = "The buyer's account was erased before this payment came. Refund it at Creem, or give it to another account."

_orders = db.table_of(Order)
_users = db.table_of(User)
_is_gone = exists().where(_users.c.id == _orders.c.user_id, _users.c.erased_at.is_not(None))
_its_payment = alias(_orders)
_early = exists().where(
    col(WebhookEvent.outcome) == Outcome.WAITING,
    col(WebhookEvent.provider_order_id).in_([bindparam("payment"), bindparam("transaction")]),
)
_CLAIM = (
    update(_orders)
    .where(
        _orders.c.id == bindparam("named"),
        _orders.c.state == OrderState.PENDING,
        _orders.c.provider_order_id.is_(None),
        ~exists().where(_its_payment.c.provider_order_id == bindparam("payment")),
    )
    .values(checkout_id=func.coalesce(_orders.c.checkout_id, bindparam("checkout")))
    .returning(
        _orders.c.user_id,
        _orders.c.credits,
        _orders.c.price_cents,
        _orders.c.currency,
        _orders.c.product_id,
        _is_gone.label("is_gone"),
        _early.label("was_early_taken"),
    )
)
_JUDGE = update(_orders).where(_orders.c.id == bindparam("judged"))


@dataclass(frozen=True)
class Taken:
    """What became of a payment's order, and whether money may have been taken back before it came."""

    order_id: str
    user_id: str | None
    state: str
    reason: str
    was_early_taken: bool = True
    is_gone: bool = False
    """Whether the buyer's account was erased: then nothing of the payment is written down that tells who they were."""


class _Agreed(NamedTuple):
    """What a payment has to be like."""

    user_id: str | None
    credits: int
    price_cents: int
    currency: str
    product_id: str
    is_gone: bool = False


def take_in(session: Session, payment: Payment) -> Taken:
    """Give a payment its order: credited, or held or unmatched for an operator. The same payment again changes nothing."""
    return _claim(session, payment) or _look_further(session, payment, order_token.read(payment.token))


def _claim(session: Session, payment: Payment) -> Taken | None:
    """Write a payment on the pending order that it was made for, in one statement; `None` where it is not as simple.

    The order counts as completed by that; a doubt about the payment corrects it before anybody can see it.
    """
    ticket = None if payment.request_id else order_token.read(payment.token)
    order_id = payment.request_id or (ticket.order_id if ticket else "")
    asked = {
        "named": order_id,
        "payment": payment.order_id,
        "transaction": payment.transaction_id,
        "checkout": payment.checkout_id,
    }
    row = db.line(session).execute(_CLAIM, asked | _facts(payment)).first()
    if row is None:
        return None
    agreed, was_early_taken = _Agreed(*row[:-1]), bool(row[-1])
    state, reason = _judge(agreed, payment)
    if state != OrderState.COMPLETED:
        verdict = {"judged": order_id, "state": state, "reason": reason}
        nameless = {"payer_email": ""} if agreed.is_gone else {}
        db.line(session).execute(_JUDGE, verdict | nameless)
    _grant(session, order_id, agreed, state)
    return Taken(order_id, agreed.user_id, state, reason, was_early_taken, agreed.is_gone)


def _look_further(session: Session, payment: Payment, ticket: Ticket | None) -> Taken:
    """Find or open the order of a payment that no pending order waits for."""
    known = _lock_known(session, payment, ticket)
    order = next((order for order in known if order.provider_order_id == payment.order_id), None)
    if order is None:
        order = _its_order(session, payment, known, ticket)
        order.sqlmodel_update(_facts(payment) | {"checkout_id": order.checkout_id or payment.checkout_id})
        agreed = _agreed(session, order)
        order.state, order.reason = _judge(agreed, payment)
        order.payer_email = "" if agreed.is_gone else order.payer_email
        session.add(order)
        session.flush()  # a rival with the same payment loses here, before anything is credited
        _grant(session, order.id, agreed, order.state)
    return Taken(order.id, order.user_id, order.state, order.reason, is_gone=has_gone(session, order))


def has_gone(session: Session, order: Order) -> bool:
    """Tell whether the account that an order is for was erased."""
    user = session.get(User, order.user_id) if order.user_id else None
    return user is not None and user.erased_at is not None


def _agreed(session: Session, order: Order) -> _Agreed:
    facts = (order.user_id, order.credits, order.price_cents, order.currency, order.product_id)
    return _Agreed(*facts, is_gone=has_gone(session, order))


def _grant(session: Session, order_id: str, agreed: _Agreed, state: str) -> None:
    if state == OrderState.COMPLETED and agreed.user_id is not None:
        ledger.purchase(session, user_id=agreed.user_id, order_id=order_id, credits=agreed.credits)
    else:
        log.warning("order.waits", order=order_id, state=state)


def credit(session: Session, order: Order) -> None:
    """Grant the credits of an order that has waited for a person, once; what was refunded in the meantime is not granted.

    The order is then what it would be had the money gone back after that.
    """
    if order.user_id is None:
        raise ValueError(order.id)
    order.state, order.reason = OrderState.COMPLETED, ""
    session.flush()
    ledger.purchase(session, user_id=order.user_id, order_id=order.id, credits=order.credits)
    if order.taken_cents:
        _claw_back(session, order, reference=order.id)
        order.state = _state_after(order, is_dispute=_is_disputed(session, order))
        waited = update(OrderTaking).where(
            col(OrderTaking.order_id) == order.id, col(OrderTaking.taken_at).is_(None)
        )
        session.exec(waited.values(taken_at=db.utc_now()))
        session.flush()


def take_back(session: Session, taking: Taking, *, is_dispute: bool) -> Order | None:
    """Take back credits in proportion to the money, once for each refund or dispute; `None` for an order that is not known (yet).

    An order that waits for a person has granted none: it ends when all of its money has gone back.
    """
    order = find_paid(session, taking)
    if order is None or not _is_new(session, order, taking):
        return order
    if order.state in CREDITED:
        _claw_back(session, order, reference=taking.id)
        order.state = _state_after(order, is_dispute=is_dispute)
    elif order.state in WAITING and order.paid_cents and order.taken_cents >= order.paid_cents:
        order.state = OrderState.RETURNED
    session.flush()
    return order


def _is_new(session: Session, order: Order, taking: Taking) -> bool:
    """Write down what a refund or a dispute takes, and tell whether that had not been done before.

    For the operators' figures it counts now, or, while the order waits for a person, once that is credited.
    """
    if ledger.was_taken_back(session, reference=taking.id):
        return False
    cents = min(taking.amount, max(0, (order.paid_cents or 0) - order.taken_cents))
    facts = {
        "order_id": order.id,
        "cents": cents,
        "taken_at": db.utc_now() if order.state in CREDITED else None,
    }
    if not db.write_once(session, OrderTaking, once=("reference",), reference=taking.id, **facts):
        return False
    order.taken_cents += cents
    return True


def _state_after(order: Order, *, is_dispute: bool) -> OrderState:
    """Name what an order is after money was taken back; a dispute is not forgotten over a refund."""
    if is_dispute or order.state == OrderState.DISPUTED:
        return OrderState.DISPUTED
    is_whole = order.taken_cents >= (order.paid_cents or 0)
    return OrderState.REFUNDED if is_whole else OrderState.PARTIALLY_REFUNDED


def _is_disputed(session: Session, order: Order) -> bool:
    """Tell whether a dispute of an order's payment came while it waited."""
    disputes = select(WebhookEvent.id).where(
        col(WebhookEvent.order_id) == order.id, col(WebhookEvent.kind) == DISPUTE
    )
    return session.exec(disputes).first() is not None


def find_paid(session: Session, taking: Taking) -> Order | None:
    """Find the order that a refund or a dispute is about, by Creem's ids alone (providers.md §1.8), and lock it."""
    by = col(Order.provider_order_id) == taking.order_id
    if not taking.order_id:
        by = (col(Order.transaction_id) == taking.transaction_id) & (col(Order.transaction_id) != "")
    return session.exec(select(Order).where(by).with_for_update()).first()


def _claw_back(session: Session, order: Order, *, reference: str) -> None:
    """Bring what was taken back to the share of the money that is gone."""
    credits = max(0, _share_gone(order) - order.clawed_back)
    if order.user_id and ledger.claw_back(
        session, user_id=order.user_id, reference=reference, credits=credits
    ):
        order.clawed_back += credits


def _share_gone(order: Order) -> int:
    """Give the credits that went with the money that is gone, rounded in the buyer's favour."""
    target = order.credits * order.taken_cents // max(1, order.paid_cents or 0)
    return min(order.credits, target)


def worth(order: Order) -> int:
    """Give the credits that an order that waits would be granted now: less what its refunds have taken with them."""
    return order.credits - _share_gone(order)


def _lock_known(session: Session, payment: Payment, ticket: Ticket | None) -> list[Order]:
    """Find what we know of a payment: its own order, and the one that its page was opened for. Rivals wait."""
    names = [name for name in (payment.request_id, ticket.order_id if ticket else "") if name]
    named = or_(col(Order.provider_order_id) == payment.order_id, col(Order.id).in_(names))
    return list(session.exec(select(Order).where(named).order_by(col(Order.id)).with_for_update()))


def _its_order(session: Session, payment: Payment, known: list[Order], ticket: Ticket | None) -> Order:
    """Find the buyer: by our order, else by our signed token, else by a verified address; else by nobody.

    A second payment over a page that was paid before is a second purchase, of the same package by the same person.
    """
    ordered = next((order for order in known if order.id == payment.request_id), None) or next(
        iter(known), None
    )
    if ordered is not None and ordered.provider_order_id is None:
        return ordered
    if ordered is not None:
        return _like(ordered, payment)
    if ticket is not None and session.get(User, ticket.user_id) is not None:
        return _opened(find_package(ticket.package_id), user_id=ticket.user_id, order_id=ticket.order_id)
    return _opened(
        package_of_product(payment.product_id), user_id=_by_address(session, payment.email), order_id=new_id()
    )


def _judge(agreed: _Agreed, payment: Payment) -> tuple[OrderState, str]:
    """Decide what a paid order is, and why."""
    if agreed.is_gone:
        return OrderState.HELD, GONE
    if reason := _why_not(agreed, payment):
        return OrderState.HELD, reason
    if agreed.user_id is None:
        return OrderState.UNMATCHED, "Nobody we know has paid this."
    return OrderState.COMPLETED, ""


def _like(ordered: Order, payment: Payment) -> Order:
    log.info("order.paid-again", order=ordered.id, payment=payment.order_id)
    return _opened(find_package(ordered.package_id), user_id=ordered.user_id, order_id=new_id())


def _opened(package: Package | None, *, user_id: str | None, order_id: str) -> Order:
    """Open an order at its payment. One for a product that is not ours has the smallest package until an operator decides."""
    return Order(
        id=order_id,
        user_id=user_id,
        **_contents(package or find_package("starter")),
        road="simple",
        state=OrderState.UNMATCHED if user_id is None else OrderState.PENDING,
    )


def become(order: Order, package: Package) -> None:
    """Let an order that waits be of another package, as an operator has decided."""
    order.sqlmodel_update(_contents(package))


def _contents(package: Package) -> dict[str, Any]:
    return {
        "package_id": package.id,
        "credits": package.credits,
        "price_cents": package.price_cents,
        "product_id": package.product_id,
    }


def _by_address(session: Session, email: str) -> str | None:
    """Find the one account with this verified address."""
    verified = col(User.email_verified_at).is_not(None)
    owners = session.exec(select(User.id).where(col(User.email) == email.strip().lower(), verified)).all()
    return owners[0] if len(owners) == 1 else None


def _facts(payment: Payment) -> dict[str, Any]:
    """Tell what a payment says about its order, which is completed by it unless there is a doubt."""
    return {
        "provider_order_id": payment.order_id,
        "transaction_id": payment.transaction_id or None,
        "customer_id": payment.customer_id or None,
        "payer_email": payment.email,
        "paid_cents": payment.amount_paid,
        "paid_currency": payment.currency.upper(),
        "paid_at": db.utc_now(),
        "check_at": None,
        "state": OrderState.COMPLETED,
        "reason": "",
    }


def _why_not(agreed: _Agreed, payment: Payment) -> str:
    """Say what about a payment is not as agreed; nothing for one that is."""
    return next(_doubts(agreed, payment), "")


def _doubts(agreed: _Agreed, payment: Payment) -> Iterator[str]:
    """Say each thing that is not as agreed. A discount that Creem states is no mismatch."""
    if (payment.mode in TEST_MODES) != (get_settings().creem_mode == "test"):
        yield f"It is of Creem's {payment.mode or 'unnamed'} mode."
    if payment.order_status != PAID:
        yield f"Creem says that it is {payment.order_status}, not paid."
    if payment.product_id != agreed.product_id:
        yield f"It is for {payment.product_id}, not {agreed.product_id}."
    if payment.currency.upper() != agreed.currency:
        yield f"It is in {payment.currency}, not {agreed.currency}."
    if payment.units > 1:
        yield f"It is for {payment.units} units, not one."
    discount, price = payment.discount_amount, agreed.price_cents
    if payment.amount_paid + discount < price or not 0 <= discount <= price:
        paid, due = (money(cents, agreed.currency) for cents in (payment.amount_paid, price - discount))
        yield f"It is of {paid}, not {due}."


def put_off(session: Session, order_id: str, **values: object) -> None:
    """Change what is known about a pending order, and nothing about one that is not pending any more."""
    session.exec(
        update(Order)
        .where(col(Order.id) == order_id, col(Order.state) == OrderState.PENDING)
        .values(**values)
    )
