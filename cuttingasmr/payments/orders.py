"""What becomes of an order. Each change is a plain function of a session, guarded twice: by the order's state and by the ledger.

An order is credited once, whatever arrives twice, late or out of order; what is taken back follows what was refunded.
"""

from __future__ import annotations

import structlog
from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.models import CREDITED, AuditEntry, Order, OrderState, User
from cuttingasmr.models.columns import new_id
from cuttingasmr.payments import order_token
from cuttingasmr.payments.arrival import Payment, Taking
from cuttingasmr.payments.order_token import Ticket
from cuttingasmr.payments.packages import Package, find_package, package_of_product
from cuttingasmr.settings import get_settings

log = structlog.get_logger()

TEST_MODES = frozenset({"test", "sandbox", "local"})
"""What Creem's test world calls itself, in various places (providers.md §1.1)."""

PAID = "paid"


def take_in(session: Session, payment: Payment) -> Order:
    """Give a payment its order: credited, or held or unmatched for an operator. The same payment again changes nothing."""
    ticket = order_token.read(payment.token)
    known = _lock_known(session, payment, ticket)
    paid_before = next((order for order in known if order.provider_order_id == payment.order_id), None)
    if paid_before is not None:
        return paid_before
    order = _its_order(session, payment, known, ticket)
    _write_down(order, payment)
    order.state, order.reason = _judge(order, payment)
    session.add(order)
    session.flush()  # a rival with the same payment loses here, before anything is credited
    if order.state == OrderState.COMPLETED:
        _grant(session, order)
    else:
        log.warning("order.waits", order=order.id, state=order.state, reason=order.reason)
    return order


def credit(session: Session, order: Order) -> None:
    """Grant the credits of an order that has waited for a person, once; what was refunded in the meantime is not granted."""
    order.state, order.reason = OrderState.COMPLETED, ""
    session.flush()
    _grant(session, order)
    if order.taken_cents:
        _claw_back(session, order, reference=order.id)
        session.flush()


def take_back(session: Session, taking: Taking, *, is_dispute: bool) -> Order | None:
    """Take back credits in proportion to the money, once for each refund or dispute; `None` for an order that is not known (yet)."""
    order = find_paid(session, taking)
    if order is None or ledger.was_taken_back(session, reference=taking.id):
        return order
    order.taken_cents = min(order.taken_cents + taking.amount, order.paid_cents or 0)
    if order.state in CREDITED:
        _claw_back(session, order, reference=taking.id)
        order.state = _state_after(order, is_dispute=is_dispute)
    facts = {"cents": taking.amount, "clawed_back": order.clawed_back, "taking": taking.id}
    session.add(AuditEntry(actor="creem", action="order.taken-back", subject=order.id, facts=facts))
    session.flush()
    return order


def _state_after(order: Order, *, is_dispute: bool) -> OrderState:
    """Name what an order is after money was taken back; a dispute is not forgotten over a refund."""
    if is_dispute or order.state == OrderState.DISPUTED:
        return OrderState.DISPUTED
    is_whole = order.taken_cents >= (order.paid_cents or 0)
    return OrderState.REFUNDED if is_whole else OrderState.PARTIALLY_REFUNDED


def _grant(session: Session, order: Order) -> None:
    if order.user_id is None:
        raise ValueError(order.id)
    ledger.purchase(session, user_id=order.user_id, order_id=order.id, credits=order.credits)
    facts = {"credits": order.credits, "cents": order.paid_cents, "package": order.package_id}
    session.add(AuditEntry(actor="creem", action="order.completed", subject=order.id, facts=facts))


def find_paid(session: Session, taking: Taking) -> Order | None:
    """Find the order that a refund or a dispute is about, by Creem's ids alone (providers.md §1.8), and lock it."""
    by = col(Order.provider_order_id) == taking.order_id
    if not taking.order_id:
        by = (col(Order.transaction_id) == taking.transaction_id) & (col(Order.transaction_id) != "")
    return session.exec(select(Order).where(by).with_for_update()).first()


def _claw_back(session: Session, order: Order, *, reference: str) -> None:
    """Bring what was taken back to the share of the money that is gone, rounded in the buyer's favour."""
    target = order.credits * order.taken_cents // max(1, order.paid_cents or 0)
    credits = max(0, min(order.credits, target) - order.clawed_back)
    if order.user_id and ledger.claw_back(
        session, user_id=order.user_id, reference=reference, credits=credits
    ):
        order.clawed_back += credits


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


def _judge(order: Order, payment: Payment) -> tuple[OrderState, str]:
    """Decide what a paid order is, and why."""
    if reason := _why_not(order, payment):
        return OrderState.HELD, reason
    if order.user_id is None:
        return OrderState.UNMATCHED, "Nobody we know has paid this."
    return OrderState.COMPLETED, ""


def _like(ordered: Order, payment: Payment) -> Order:
    log.info("order.paid-again", order=ordered.id, payment=payment.order_id)
    return _opened(find_package(ordered.package_id), user_id=ordered.user_id, order_id=new_id())


def _opened(package: Package | None, *, user_id: str | None, order_id: str) -> Order:
    """Open an order at its payment. One for a product that is not ours has the smallest package until an operator decides."""
    known = package or find_package("starter")
    return Order(
        id=order_id,
        user_id=user_id,
        package_id=known.id,
        credits=known.credits,
        price_cents=known.price_cents,
        product_id=known.product_id,
        road="simple",
        state=OrderState.UNMATCHED if user_id is None else OrderState.PENDING,
    )


def _by_address(session: Session, email: str) -> str | None:
    """Find the one account with this verified address."""
    verified = col(User.email_verified_at).is_not(None)
    owners = session.exec(select(User.id).where(col(User.email) == email.strip().lower(), verified)).all()
    return owners[0] if len(owners) == 1 else None


def _write_down(order: Order, payment: Payment) -> None:
    order.provider_order_id = payment.order_id
    order.transaction_id = payment.transaction_id or None
    order.customer_id = payment.customer_id or None
    order.checkout_id = order.checkout_id or payment.checkout_id
    order.payer_email = payment.email
    order.paid_cents = payment.amount_paid
    order.paid_at = db.utc_now()
    order.check_at = None


def _why_not(order: Order, payment: Payment) -> str:
    """Say what about a payment is not as agreed; nothing for one that is. A discount that Creem states is no mismatch."""
    is_test = payment.mode in TEST_MODES
    discount = payment.discount_amount
    is_short = payment.amount_paid + discount < order.price_cents or not 0 <= discount <= order.price_cents
    doubts = (
        (
            is_test != (get_settings().creem_mode == "test"),
            f"It is of Creem's {payment.mode or 'unnamed'} mode.",
        ),
        (payment.order_status != PAID, f"Creem says that it is {payment.order_status}, not paid."),
        (payment.product_id != order.product_id, f"It is for {payment.product_id}, not {order.product_id}."),
        (payment.currency.upper() != order.currency, f"It is in {payment.currency}, not {order.currency}."),
        (payment.units > 1, f"It is for {payment.units} units, not one."),
        (is_short, f"It is of {payment.amount_paid} cents, not {order.price_cents - discount}."),
    )
    return next((reason for is_so, reason in doubts if is_so), "")


def put_off(session: Session, order_id: str, **values: object) -> None:
    """Change what is known about a pending order, and nothing about one that is not pending any more."""
    session.exec(
        update(Order)
        .where(col(Order.id) == order_id, col(Order.state) == OrderState.PENDING)
        .values(**values)
    )
