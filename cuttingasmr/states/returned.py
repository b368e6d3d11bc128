"""Somebody is back from the payment page: what became of their own purchase, live.

The address grants nothing and is believed nothing. What is shown is what our records say, and nothing else is claimed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import reflex as rx

from cuttingasmr.errors import SignInRequired, Unavailable
from cuttingasmr.models import OrderState, User
from cuttingasmr.payments import returning
from cuttingasmr.payments.returning import Return
from cuttingasmr.states.asking import asker, is_page_load
from cuttingasmr.states.views import counted
from cuttingasmr.states.visitor import Visitor, introduce
from cuttingasmr.states.watching import follow

QUESTIONS = (4.0, *(15.0 for _ in range(7)))
"""The pauses before Creem itself is asked about an order that is still pending: at most for two minutes."""

STRANGER, UNKNOWN, WAITING, CREDITED, TAKEN_BACK, PEOPLE = (
    "stranger",
    "unknown",
    "waiting",
    "credited",
    "taken-back",
    "people",
)

Sight = tuple[User, Return]


class Returned(rx.State):
    """How far this purchase is. `stage` is empty until the server has looked."""

    stage: rx.Field[str] = rx.field("")
    credits: rx.Field[str] = rx.field("")
    is_signed: rx.Field[bool] = rx.field(default=False)

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep this page true until it closes. Reflex ends it with the page that began it."""
        if not is_page_load():
            return
        async with aclosing(follow(partial(asker, self), self._look, is_open)) as sights, self._asking():
            async for sight in sights:
                async with self:
                    introduce(await self.get_state(Visitor), sight[0] if sight else None)
                    self._show(sight[1] if sight else None)

    async def _look(self, *, may_ask: bool = False) -> Sight | None:
        try:
            user = await asker(self)
        except SignInRequired:
            return None
        return user, await returning.look(user_id=user.id, query=self.router.url.query, may_ask=may_ask)

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncGenerator[None]:
        """Ask Creem now and then while the block runs, in case its webhook is late; what it says arrives as a wake-up."""
        task = asyncio.create_task(self._ask_now_and_then())
        try:
            yield
        finally:
            task.cancel()

    async def _ask_now_and_then(self) -> None:
        for pause in QUESTIONS:
            await asyncio.sleep(pause)
            with contextlib.suppress(Unavailable):
                sight = await self._look(may_ask=True)
                if sight is None or not is_open(sight):
                    return

    def _show(self, seen: Return | None) -> None:
        self.stage = stage_of(seen)
        self.is_signed = bool(seen and seen.is_signed)
        self.credits = counted(seen.order.credits) if seen and seen.order else ""


def is_open(sight: Sight) -> bool:
    """Whether word of the payment may still come."""
    return stage_of(sight[1]) in {WAITING, UNKNOWN}


def stage_of(seen: Return | None) -> str:
    """Name what is known; nobody who is signed in (`None`) is told nothing."""
    if seen is None:
        return STRANGER
    if seen.order is None:
        return UNKNOWN
    if seen.waits_for_people:
        return PEOPLE
    if seen.was_returned:
        return TAKEN_BACK
    if not seen.is_credited:
        return WAITING
    return CREDITED if seen.order.state == OrderState.COMPLETED else TAKEN_BACK
