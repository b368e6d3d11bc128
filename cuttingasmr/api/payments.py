"""The checkout, over either road or the one that works, and what somebody has bought."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from cuttingasmr import db, live
from cuttingasmr.api.asking import SignedIn, bearer_of
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.auth import buyer, clerk, sessions
from cuttingasmr.errors import DatabaseUnavailable, SignInRequired
from cuttingasmr.models import Order, User
from cuttingasmr.payments import agreement, checkout, purchases
from cuttingasmr.payments.checkout import PaymentPage
from cuttingasmr.rate_limits import CHECKOUT, spend

router = APIRouter(prefix="/api", tags=["payments"])


class Plan(Shape):
    """What is to be bought."""

    plan_type: str = Field(max_length=64, description="starter, standard or premium")


class Page(BaseModel):
    """Where to pay. In snake_case, as buttons expect."""

    success: bool = True
    checkout_url: str
    order_id: str
    product_id: str
    plan_type: str
    amount: int = Field(description="Cents")
    currency: str = "USD"
    credits: int
    mode: str = Field(description="advanced or simple")

    @classmethod
    def of(cls, page: PaymentPage) -> Self:
        """Show a payment page's address."""
        return cls(
            checkout_url=page.url,
            order_id=page.order_id,
            product_id=page.package.product_id,
            plan_type=page.package.id,
            amount=page.package.price_cents,
            credits=page.package.credits,
            mode=page.road,
        )


class Purchase(Shape):
    """One order, as its buyer sees it."""

    order_id: str
    plan_type: str
    state: str
    amount: int = Field(description="In the smallest unit of the currency: cents of USD, yen of JPY")
    currency: str
    credits: int
    credits_taken_back: int
    created_at: str
    paid_at: str | None

    @classmethod
    def of(cls, order: Order) -> Self:
        """Show an order."""
        return cls(
            order_id=order.id,
            plan_type=order.package_id,
            state=order.state,
            amount=order.paid_cents if order.paid_cents is not None else order.price_cents,
            currency=order.paid_in,
            credits=order.credits,
            credits_taken_back=order.clawed_back,
            created_at=order.created_at.isoformat(),
            paid_at=order.paid_at.isoformat() if order.paid_at else None,
        )


class Purchases(Answer):
    """A page of orders, newest first."""

    purchases: list[Purchase]
    next_cursor: str


class TextChange(Shape):
    """What changed in one of the texts."""

    text: str = Field(description="terms, privacy or refund")
    since: date
    changed: str


class Agreed(Answer):
    """Whether you have agreed to the texts as they are now, and what changed since you agreed last."""

    agreed: bool
    version: str
    agreed_at: str | None
    agreed_version: str | None = Field(description="What you agreed to last; null for nothing yet")
    changes: list[TextChange] = Field(description="Since then; empty before the first agreement")

    @classmethod
    def of(cls, found: agreement.Standing) -> Self:
        """Tell somebody where they stand."""
        latest = found.latest
        return cls(
            agreed=found.is_current,
            version=agreement.version(),
            agreed_at=latest.agreed_at.isoformat() if latest else None,
            agreed_version=latest.version if latest else None,
            changes=[TextChange(text=it.text, since=it.since, changed=it.changed) for it in found.changes],
        )


@router.post("/payments/checkout")
async def open_checkout(body: Plan, request: Request) -> Page:
    """Open a payment page by the advanced road, or by the simple one when that is broken."""
    user_id, user = await _buyer(request)
    await spend(CHECKOUT, user_id)
    if user is None:
        return Page.of(checkout.simple(user_id=user_id, plan=body.plan_type))
    await _insist(user)
    return Page.of(
        await checkout.checkout(user_id=user.id, email=purchases.billing_address(user), plan=body.plan_type)
    )


@router.post("/payments/creem-advanced")
async def open_advanced(body: Plan, user: SignedIn) -> Page:
    """Open a payment page by the advanced road alone: an order, and a checkout of Creem's."""
    await spend(CHECKOUT, user.id)
    await _insist(user)
    page = await checkout.advanced(
        user_id=user.id, email=purchases.billing_address(user), plan=body.plan_type
    )
    return Page.of(page)


@router.post("/payments/creem")
async def open_simple(body: Plan, request: Request) -> Page:
    """Open a payment page by the simple road alone: a hosted link with a signed token. No database, no API of Creem's."""
    user_id, _ = await _buyer(request)
    await spend(CHECKOUT, user_id)
    return Page.of(checkout.simple(user_id=user_id, plan=body.plan_type))


@router.get("/user/purchases")
async def list_purchases(user: SignedIn, cursor: Annotated[str, Query(max_length=200)] = "") -> Purchases:
    """List your orders, newest first, a page at a time."""
    page = await db.read(purchases.page, user_id=user.id, cursor=cursor)
    return Purchases(purchases=[Purchase.of(order) for order in page.rows], next_cursor=page.cursor)


@router.get("/user/agreement")
async def read_agreement(user: SignedIn) -> Agreed:
    """Tell whether you have agreed to the terms, privacy and refund texts as they are now."""
    return Agreed.of(await db.read(agreement.standing, user_id=user.id))


@router.post("/user/agreement")
async def agree(user: SignedIn) -> Agreed:
    """Agree to them. Agreeing twice is agreeing once."""
    if not await db.read(agreement.has_agreed, user_id=user.id):
        await db.transact(agreement.agree, user_id=user.id)
        live.publish(user.id)
    return await read_agreement(user)


async def _insist(user: User) -> None:
    """Let nobody buy on under texts that have changed since they agreed; a database that is away keeps nobody from buying."""
    with contextlib.suppress(DatabaseUnavailable):
        await db.read(agreement.require_renewal, user_id=user.id)


async def _buyer(request: Request) -> tuple[str, User | None]:
    """Tell who buys: by the session, or by the signed cookie when the database cannot be asked; or raise `SignInRequired`."""
    if bearer := bearer_of(request):
        user = await clerk.who(bearer)
        return user.id, user
    try:
        user = await sessions.who(request.cookies.get(sessions.COOKIE))
    except DatabaseUnavailable as error:
        user_id = buyer.buyer_of(request.cookies.get(buyer.COOKIE))
        if user_id is None:
            raise SignInRequired from error
        return user_id, None
    return user.id, user
