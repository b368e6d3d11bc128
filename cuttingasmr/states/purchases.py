"""What the person in front of this page has bought, live."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Self

import reflex as rx
from reflex_base.event import EventSpec

from cuttingasmr import db
from cuttingasmr.errors import AppError, SignInRequired
from cuttingasmr.models import CREDITED, Order, OrderState
from cuttingasmr.payments import packages, purchases
from cuttingasmr.payments.money import money
from cuttingasmr.rate_limits import CHECKOUT, spend
from cuttingasmr.states.asking import asker, is_page_load
from cuttingasmr.states.consent import Consent, show_consent
from cuttingasmr.states.views import counted, moment
from cuttingasmr.states.watching import follow

MOST_ROWS = 480

WORDS = {
    OrderState.PENDING: "Not paid yet",
    OrderState.COMPLETED: "Paid",
    OrderState.PARTIALLY_REFUNDED: "Partly refunded",
    OrderState.REFUNDED: "Refunded",
    OrderState.DISPUTED: "Disputed",
    OrderState.EXPIRED: "Never paid",
    OrderState.HELD: "Paid; a person is looking at it",
    OrderState.UNMATCHED: "Paid; a person is looking at it",
    OrderState.RETURNED: "Refunded",
}


@dataclass(frozen=True)
class Purchase:
    """One order, in words."""

    id: str
    what: str
    state: str
    said: str
    credits: int
    cents: int
    other_money: str
    """What was paid, where that is no sum of dollars."""
    note: str
    at: str
    has_receipt: bool

    @classmethod
    def of(cls, order: Order) -> Self:
        """Show an order to its buyer."""
        cents = order.price_cents if order.paid_cents is None else order.paid_cents
        return cls(
            id=order.id,
            what=packages.find_package(order.package_id).name,
            state=order.state,
            said=WORDS[OrderState(order.state)],
            credits=order.credits,
            cents=cents,
            other_money="" if order.paid_in == packages.CURRENCY else money(cents, order.paid_in),
            note=_note(order),
            at=moment(order.paid_at or order.created_at),
            has_receipt=bool(order.customer_id),
        )


def _note(order: Order) -> str:
    """Say what was taken back."""
    if not order.taken_cents:
        return ""
    credits = f", {counted(order.clawed_back)} taken back" if order.state in CREDITED else ""
    return f"{money(order.taken_cents, order.paid_in, is_short=True)} given back{credits}"


class Purchases(rx.State):
    """The orders of the person in front of this page, newest first, and what they paid in all."""

    rows: rx.Field[list[Purchase]] = rx.field(default_factory=list)
    paid_cents: rx.Field[int] = rx.field(0)
    has_more: rx.Field[bool] = rx.field(default=False)
    error: rx.Field[str] = rx.field("")
    _size: int = purchases.SIZE

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep the list true until the page closes. Reflex ends this with the page that began it."""
        if not is_page_load():
            return
        async with aclosing(follow(partial(asker, self), self._look, lambda _: False)) as sights:
            async for sight in sights:
                async with self:
                    await self._show(sight)

    async def _look(self) -> purchases.Bought | None:
        try:
            user = await asker(self)
        except SignInRequired:
            return None
        return await db.read(purchases.look_back, user_id=user.id, size=self._size)

    async def _show(self, sight: purchases.Bought | None) -> None:
        show_consent(await self.get_state(Consent), sight.agreed if sight else None)
        self.rows = [Purchase.of(order) for order in sight.orders.rows] if sight else []
        self.paid_cents = sight.paid_cents if sight else 0
        self.has_more = bool(sight and sight.orders.cursor) and self._size < MOST_ROWS

    @rx.event
    async def show_more(self) -> None:
        """Show more of the list."""
        self._size = min(self._size + purchases.SIZE, MOST_ROWS)
        try:
            await self._show(await self._look())
        except AppError as error:
            self.error = error.message

    @rx.event
    async def open_receipt(self, order_id: object) -> EventSpec | None:
        """Go to Creem's pages with this person's receipts."""
        self.error = ""
        try:
            user = await asker(self)
            await spend(CHECKOUT, user.id)
            link = await purchases.receipt_link(user_id=user.id, order_id=str(order_id)[:32])
        except AppError as error:
            self.error = f"The receipt cannot be shown: {error.message}"
            return None
        return rx.redirect(link)
