"""How the address and the password of the person in front of this page stand, live."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial

import reflex as rx

from cuttingasmr import db
from cuttingasmr.auth import addresses, sessions
from cuttingasmr.auth.addresses import Standing
from cuttingasmr.states.asking import asker, is_page_load
from cuttingasmr.states.watching import follow

HERE, CLERK = addresses.HERE, addresses.CLERK


class Security(rx.State):
    """Who keeps the address, whether a password of ours opens the account, whether the address is confirmed, and which new one waits to be."""

    keeper: rx.Field[str] = rx.field("")
    has_password: rx.Field[bool] = rx.field(default=False)
    is_confirmed: rx.Field[bool] = rx.field(default=False)
    wants_confirming: rx.Field[bool] = rx.field(default=False)
    waiting: rx.Field[str] = rx.field("")

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep this page true until it closes."""
        if not is_page_load():
            return
        async with aclosing(follow(partial(asker, self), self._look, lambda _: False)) as sights:
            async for sight in sights:
                async with self:
                    self._show(sight)

    async def _look(self) -> Standing | None:
        token = sessions.token_in(self.router.headers.cookie)
        return await db.read(addresses.standing, token=token)

    def _show(self, sight: Standing | None) -> None:
        self.keeper = sight.keeper if sight else ""
        self.has_password = bool(sight and sight.has_password)
        self.is_confirmed = bool(sight and sight.is_confirmed)
        self.wants_confirming = bool(sight and sight.wants_confirming)
        self.waiting = sight.waiting if sight else ""
