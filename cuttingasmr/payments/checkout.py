"""The way out to the payment page: the advanced road, and the simple one that needs neither database nor Creem's API.

Either is one press. Whichever was taken, the payment finds its buyer: by the order, or by a token that we signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import structlog
from sqlmodel import Session, col, update

from cuttingasmr import db, routes
from cuttingasmr.errors import DatabaseUnavailable, ProviderRejected, ProviderUnavailable
from cuttingasmr.models import Order
from cuttingasmr.payments import order_token
from cuttingasmr.payments.packages import CURRENCY, Package, find_package
from cuttingasmr.payments.reconcile import FIRST_CHECK
from cuttingasmr.providers.creem import Checkout, get_creem
from cuttingasmr.settings import get_settings

log = structlog.get_logger()


@dataclass(frozen=True)
class PaymentPage:
    """Where to pay, for what, and by which road (`advanced` or `simple`)."""

    url: str
    order_id: str
    package: Package
    road: str


async def checkout(*, user_id: str, email: str, plan: object) -> PaymentPage:
    """Open a payment page for this person, whatever is down. Raises `NoSuchPackage` and nothing else."""
    package = find_package(plan)
    try:
        return await advanced(user_id=user_id, email=email, plan=plan)
    except DatabaseUnavailable:
        log.warning("checkout.without-order", package=package.id)
    except (ProviderUnavailable, ProviderRejected):
        log.warning("checkout.without-api", package=package.id)
    return simple(user_id=user_id, plan=plan)


async def advanced(*, user_id: str, email: str, plan: object) -> PaymentPage:
    """Write an order down, and have Creem open a page for it.

    Raises `DatabaseUnavailable`, `ProviderUnavailable` or `ProviderRejected`; an order without a page then expires unpaid.
    """
    package = find_package(plan)
    token, ticket = order_token.issue(user_id=user_id, package_id=package.id)
    await db.transact(open_order, ticket=ticket, package=package)
    page = await get_creem().create_checkout(
        product_id=package.product_id,
        order_id=ticket.order_id,
        email=email,
        success_url=f"{get_settings().app_url}{routes.PAYMENT_SUCCESS}",
        metadata={"order": token},
    )
    await db.transact(_keep_page, order_id=ticket.order_id, page=page)
    return PaymentPage(page.checkout_url, ticket.order_id, package, "advanced")


def simple(*, user_id: str, plan: object) -> PaymentPage:
    """Make the address of a hosted payment page that carries a token of ours (providers.md §1.12). Nobody is asked."""
    package = find_package(plan)
    token, ticket = order_token.issue(user_id=user_id, package_id=package.id)
    base = get_settings().creem_payment_url.rstrip("/")
    url = f"{base}/{quote(package.product_id)}?{urlencode({'metadata[order]': token})}"
    return PaymentPage(url, ticket.order_id, package, "simple")


def open_order(session: Session, *, ticket: order_token.Ticket, package: Package) -> None:
    """Write down that somebody has set out to buy a package."""
    session.add(
        Order(
            id=ticket.order_id,
            user_id=ticket.user_id,
            package_id=package.id,
            credits=package.credits,
            price_cents=package.price_cents,
            currency=CURRENCY,
            product_id=package.product_id,
            road="advanced",
            check_at=db.utc_now() + FIRST_CHECK,
        )
    )


def _keep_page(session: Session, *, order_id: str, page: Checkout) -> None:
    keep = update(Order).where(col(Order.id) == order_id)
    session.exec(keep.values(checkout_id=page.id, checkout_url=page.checkout_url))
