"""What operators do by hand about payments. Who is no operator finds nothing here, and can do nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from cuttingasmr import db
from cuttingasmr.auth import operators
from cuttingasmr.errors import AppError, Invalid, Unavailable
from cuttingasmr.models import Order, User, WebhookEvent
from cuttingasmr.payments import inbox, manual
from cuttingasmr.states.asking import asker
from cuttingasmr.states.flow import CLOSED, OPEN
from cuttingasmr.states.shop import dollars
from cuttingasmr.states.views import counted, moment

LONGEST = 500


@dataclass(frozen=True)
class Waiting:
    """A payment that waits for an operator."""

    id: str
    state: str
    reason: str
    what: str
    payer: str
    provider_order: str
    has_owner: bool
    at: str

    @classmethod
    def of(cls, order: Order) -> Self:
        """Show an order that waits."""
        return cls(
            id=order.id,
            state=order.state,
            reason=order.reason,
            what=f"{dollars(order.paid_cents or 0)} for {order.package_id}, {counted(order.credits)}",
            payer=order.payer_email,
            provider_order=order.provider_order_id or "",
            has_owner=order.user_id is not None,
            at=moment(order.paid_at or order.created_at),
        )


@dataclass(frozen=True)
class Arrived:
    """An event of the inbox."""

    id: str
    kind: str
    outcome: str
    detail: str
    at: str

    @classmethod
    def of(cls, event: WebhookEvent) -> Self:
        """Show an event."""
        return cls(event.event_id, event.kind, event.outcome, event.detail, moment(event.received_at))


class Office(rx.State):
    """What waits, what has arrived, and what became of the last act."""

    access: rx.Field[str] = rx.field("")
    waiting: rx.Field[list[Waiting]] = rx.field(default_factory=list)
    events: rx.Field[list[Arrived]] = rx.field(default_factory=list)
    said: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def arrive(self) -> None:
        """Let operators in, and show them what waits."""
        self.said = self.error = ""
        try:
            await _operator(self)
        except Unavailable as error:
            self.error = error.message
        except AppError:
            self.access, self.waiting, self.events = CLOSED, [], []
        else:
            await self._fill()
            self.access = OPEN

    @rx.event
    async def assign(self, form: dict[str, Any]) -> None:
        """Credit an order that waits, to the account that is named or to its owner."""

        async def act(operator: User) -> str:
            order = await manual.assign(
                operator=operator,
                order_id=_text(form, "order"),
                email=_text(form, "email") or None,
                reason=_text(form, "reason"),
            )
            return f"{counted(order.credits)} granted."

        await self._do(act)

    @rx.event
    async def ask(self, form: dict[str, Any]) -> None:
        """Ask Creem what became of an order."""

        async def act(operator: User) -> str:
            credited = await manual.ask(
                operator=operator, order_id=_text(form, "order"), reason=_text(form, "reason")
            )
            return "It was paid, and is credited now." if credited else "Creem tells nothing that changes it."

        await self._do(act)

    @rx.event
    async def replay(self, form: dict[str, Any]) -> None:
        """Do once more what an event says."""

        async def act(operator: User) -> str:
            outcome = await manual.replay(
                operator=operator, event_id=_text(form, "event"), reason=_text(form, "reason")
            )
            return f"Replayed: {outcome}."

        await self._do(act)

    @rx.event
    async def adjust(self, form: dict[str, Any]) -> None:
        """Give or take credits."""

        async def act(operator: User) -> str:
            left = await manual.adjust(
                operator=operator,
                email=_text(form, "email"),
                credits=_whole(form, "credits"),
                reason=_text(form, "reason"),
            )
            return f"Done. {counted(left)} left."

        await self._do(act)

    async def _do(self, act: Callable[[User], Awaitable[str]]) -> None:
        """Act as the operator of this session, and say what became of it."""
        self.said = self.error = ""
        try:
            self.said = await act(await _operator(self))
            await self._fill()
        except AppError as error:
            self.error = error.message

    async def _fill(self) -> None:
        self.waiting = [Waiting.of(order) for order in await db.read(manual.waiting)]
        self.events = [Arrived.of(event) for event in await db.read(inbox.latest)]


async def _operator(state: rx.State) -> User:
    user = await asker(state)
    operators.require_operator(user)
    return user


def _text(form: object, name: str) -> str:
    """Read a field of a form, which any browser can make up."""
    value = form.get(name) if isinstance(form, Mapping) else None
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _whole(form: object, name: str) -> int:
    try:
        return int(_text(form, name)[:12])
    except ValueError as error:
        raise Invalid("Say how many credits, as a whole number.") from error
