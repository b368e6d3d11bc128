"""What each step of a rehearsal does: it gives the facts that it has seen, or raises `Wrong` or `NeedsHands`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.errors import NotFound
from cuttingasmr.models import CreditEntry, Kind, Order, OrderState, Outcome, User, WebhookEvent
from cuttingasmr.payments import checkout, purchases, reconcile, webhook
from cuttingasmr.payments.packages import all_packages, find_package
from cuttingasmr.providers.creem import get_creem
from cuttingasmr.providers.sandbox_shop import WAYS_TO_FORGE, SandboxShop, get_sandbox_shop
from cuttingasmr.settings import get_settings

PLAN = "starter"
ARRIVAL_SECONDS = 20.0
GLANCE_SECONDS = 0.1
RIVALS = 20
UNAUTHORISED = 401

Facts = dict[str, Any]
Act = Callable[[], Awaitable[Facts]]


class Wrong(Exception):
    """A step saw something else than it should have."""


class NeedsHands(Exception):
    """A step that a person must do, since Creem is not the sandbox's."""


class Rehearsal:
    """What one walk remembers from step to step."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._package = find_package(PLAN)
        self._start = self._before = 0
        self._page: checkout.PaymentPage | None = None
        self._event = ""
        self._paid: list[str] = []

    def acts(self) -> list[Act]:
        """Give the acts, in the order of `rehearsal.TITLES`."""
        return [
            self._configuration, self._signed_in, self._advanced, self._fallback, self._pay, self._webhook,
            self._matched, self._once, self._replay, self._forged, self._lost, self._refund,
        ]  # fmt: skip

    async def _configuration(self) -> Facts:
        settings = get_settings()
        await db.read(db.ping)
        facts = {
            "mode": settings.creem_mode,
            "products": all(package.product_id for package in all_packages()),
            "webhookSecret": bool(settings.creem_webhook_secret.get_secret_value()),
            "breaker": "open" if get_creem().is_resting else "closed",
            "sandbox": get_sandbox_shop() is not None,
        }
        return expect(facts, all_true=("products", "webhookSecret"), breaker="closed")

    async def _signed_in(self) -> Facts:
        self._start = self._before = await self._balance()
        return {"email": self._user.email, "credits": self._start}

    async def _advanced(self) -> Facts:
        self._page = await self._open(checkout.advanced)
        order = await self._order(self._page.order_id)
        return expect(
            {"orderId": order.id, "state": order.state, "road": self._page.road, "url": self._page.url},
            state=OrderState.PENDING,
        )

    async def _fallback(self) -> Facts:
        shop = _door("Stop the database or block Creem's API, then buy: the payment page still opens.")
        await shop.break_checkouts(is_broken=True)
        try:
            page = await self._open(checkout.checkout)
        finally:
            await shop.break_checkouts(is_broken=False)
        order = await self._pay_and_wait(shop, await shop.open_link(page.url), page.order_id)
        return expect(
            {"road": page.road, "orderId": order.id, "state": order.state, "matchedBy": "token"},
            road="simple",
            state=OrderState.COMPLETED,
        )

    async def _pay(self) -> Facts:
        page = self._opened()
        shop = _door(f"Pay with a test card: {page.url}")
        self._before = await self._balance()
        paid = await shop.pay(_checkout_of(page))
        self._event, self._paid = str(paid["eventId"]), [*self._paid, _checkout_of(page)]
        return {key: paid[key] for key in ("orderId", "transactionId", "amountPaid", "eventId")}

    async def _webhook(self) -> Facts:
        _door("Paid by hand: look at /api/webhook-info.")
        row = await _until(lambda: db.read(_event, event_id=self._event), "the event is in the inbox")
        return expect(
            {"eventId": row.event_id, "kind": row.kind, "outcome": row.outcome}, outcome=Outcome.ACTED
        )

    async def _matched(self) -> Facts:
        _door("Look at your profile: the purchase is there.")
        order = await self._order(self._opened().order_id)
        return expect(
            {"orderId": order.id, "state": order.state, "isYours": order.user_id == self._user.id},
            all_true=("isYours",),
            state=OrderState.COMPLETED,
        )

    async def _once(self) -> Facts:
        shop = _door("Deliver the event again from Creem's dashboard: your balance stays.")
        statuses = await shop.deliver(self._event, times=RIVALS)
        grants = await db.read(_grants, order_id=self._opened().order_id)
        facts = {"deliveries": len(statuses), "statuses": sorted(set(statuses)), "grants": grants}
        return expect(facts | await self._gain(), statuses=[200], grants=1, gained=self._package.credits)

    async def _replay(self) -> Facts:
        _door("Replay the event on the operator's page: your balance stays.")
        outcome = await db.transact(_act_again, event_id=self._event)
        return expect(
            {"outcome": outcome} | await self._gain(), outcome=Outcome.ACTED, gained=self._package.credits
        )

    async def _forged(self) -> Facts:
        shop = _door("Send an event with a wrong signature: the answer is 401.")
        answers = {way: (await shop.deliver(self._event, alter=way))[0] for way in WAYS_TO_FORGE}
        if set(answers.values()) != {UNAUTHORISED}:
            raise Wrong(f"Not all were refused: {answers}")
        return answers | await self._gain()

    async def _lost(self) -> Facts:
        shop = _door("Switch the webhook off, pay, and wait three minutes: the credits come all the same.")
        page = await self._open(checkout.advanced)
        paid = await shop.pay(_checkout_of(page), deliver="never")
        self._paid.append(_checkout_of(page))
        was_credited = await reconcile.ask_about(page.order_id) is reconcile.Answer.CREDITED
        late = await shop.deliver(str(paid["eventId"]))
        grants = await db.read(_grants, order_id=page.order_id)
        facts = {"orderId": page.order_id, "credited": was_credited, "lateEvent": late[0], "grants": grants}
        return expect(facts, credited=True, lateEvent=200, grants=1)

    async def _refund(self) -> Facts:
        shop = _door("Refund the order on Creem's dashboard: its credits are taken back.")
        for checkout_id in self._paid:
            await shop.refund(checkout_id)
        await _until(lambda: self._has(self._start), f"the balance is {self._start} again")
        return {"refunds": len(self._paid), "credits": await self._balance()}

    async def _pay_and_wait(self, shop: SandboxShop, checkout_id: str, order_id: str) -> Order:
        await shop.pay(checkout_id)
        self._paid.append(checkout_id)
        return await _until(lambda: self._completed(order_id), "the order is credited")

    async def _completed(self, order_id: str) -> Order | None:
        try:
            order = await self._order(order_id)
        except NotFound:
            return None
        return order if order.state == OrderState.COMPLETED else None

    async def _has(self, credits: int) -> bool:
        return await self._balance() == credits

    async def _gain(self) -> Facts:
        return {"gained": await self._balance() - self._before}

    async def _balance(self) -> int:
        return (await db.read(ledger.balance, user_id=self._user.id)).remaining

    async def _order(self, order_id: str) -> Order:
        return await db.read(purchases.find, user_id=self._user.id, order_id=order_id)

    async def _open(self, road: Callable[..., Awaitable[checkout.PaymentPage]]) -> checkout.PaymentPage:
        return await road(user_id=self._user.id, email=purchases.billing_address(self._user), plan=PLAN)

    def _opened(self) -> checkout.PaymentPage:
        if self._page is None:
            raise Wrong("No payment page was opened.")
        return self._page


def expect(facts: Facts, *, all_true: tuple[str, ...] = (), **wanted: object) -> Facts:
    """Give the facts back if they are as wanted; else raise `Wrong` with what is not."""
    wanted |= dict.fromkeys(all_true, True)
    wrong = {name: facts.get(name) for name, value in wanted.items() if facts.get(name) != value}
    if wrong:
        raise Wrong(f"Seen {wrong}, wanted { {name: str(wanted[name]) for name in wrong} }")
    return facts


async def _until(look: Callable[[], Awaitable[Any]], what: str) -> Any:  # noqa: ANN401 - whatever `look` finds
    """Look until there is something, and give it; raise `Wrong` when it does not come."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while not (found := await look()):
        if time.monotonic() > deadline:
            raise Wrong(f"Still not, after {ARRIVAL_SECONDS:.0f} s: {what}.")
        await asyncio.sleep(GLANCE_SECONDS)
    return found


def _door(by_hand: str) -> SandboxShop:
    """Give the sandbox's door, or raise `NeedsHands` with what a person has to do."""
    shop = get_sandbox_shop()
    if shop is None:
        raise NeedsHands(by_hand)
    return shop


def _checkout_of(page: checkout.PaymentPage) -> str:
    return page.url.rpartition("/")[2]


def _event(session: Session, *, event_id: str) -> WebhookEvent | None:
    return session.exec(select(WebhookEvent).where(col(WebhookEvent.event_id) == event_id)).first()


def _act_again(session: Session, *, event_id: str) -> str:
    row = _event(session, event_id=event_id)
    if row is None:
        raise NotFound
    return webhook.act_again(session, row)[0]


def _grants(session: Session, *, order_id: str) -> int:
    granted = select(CreditEntry.id).where(col(CreditEntry.kind) == Kind.PURCHASE)
    return len(session.exec(granted.where(col(CreditEntry.reference) == order_id)).all())
