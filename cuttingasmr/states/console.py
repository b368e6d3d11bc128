"""The operators' console. Who is no operator finds nothing here, and can do nothing; where one is stands in the page's address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from cuttingasmr import routes
from cuttingasmr.auth import operators
from cuttingasmr.console import acts, screens
from cuttingasmr.console.acts import Form
from cuttingasmr.console.screens.views import Act, Query, Screen
from cuttingasmr.errors import AppError, Unavailable
from cuttingasmr.models import User
from cuttingasmr.states.asking import asker
from cuttingasmr.states.flow import CLOSED, OPEN

PATHS = {
    "overview": routes.ADMIN,
    "users": routes.ADMIN_USERS,
    "orders": routes.ADMIN_ORDERS,
    "videos": routes.ADMIN_VIDEOS,
    "keys": routes.ADMIN_KEYS,
    "inbox": routes.ADMIN_INBOX,
    "audit": routes.ADMIN_AUDIT,
    "moderation": routes.ADMIN_MODERATION,
    "health": routes.ADMIN_HEALTH,
}


class Console(rx.State):
    """One view: what is looked for, and what there is. `screens` holds one, once it has been read."""

    access: rx.Field[str] = rx.field("")
    view: rx.Field[str] = rx.field("")
    screens: rx.Field[list[Screen]] = rx.field(default_factory=list)
    trouble: rx.Field[str] = rx.field("")
    _query: Query = Query()

    @rx.event
    async def arrive(self, view: str) -> None:
        """Let operators in, and show them what the address asks for."""
        if not isinstance(view, str) or view not in PATHS:
            return
        self._query = Query.read(self.router.url.query_parameters)
        if view != self.view:
            self.view, self.screens = view, []
        put_down(await self.get_state(Hands))
        await look(self)

    @rx.event
    async def search(self, form: dict[str, object]) -> EventSpec | None:
        """Go to where these words are looked for. The page there asks who comes."""
        if self.view not in PATHS:
            return None
        words = Form.of(form).text("q")
        kept = {name: value for name, value in self._query.filters if not words or name != "show"}
        return rx.redirect(routes.in_console(PATHS[self.view], **{"q": words, **kept}))


class Hands(rx.State):
    """What the operator has just done about what is shown: a sentence, a refusal beside its form, and what undoes it."""

    busy: rx.Field[str] = rx.field("")
    said: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    error_at: rx.Field[str] = rx.field("")
    undo: rx.Field[list[Act]] = rx.field(default_factory=list)
    text: rx.Field[str] = rx.field("")

    @rx.event
    async def act(self, form: dict[str, object]) -> AsyncIterator[None]:
        """Do what a form asks for, as the operator of this session, and show what has become of it."""
        given = Form.of(form)
        put_down(self)
        self.busy = self.error_at = f"{given.text('act')}:{given.subject}"[:200]
        yield
        try:
            done = await acts.do(await operator_of(self), given)
        except AppError as error:
            self.error = error.message
        else:
            self.said, self.undo, self.text, self.error_at = done.said, list(done.undo), done.text, ""
            await look(await self.get_state(Console))
        finally:
            self.busy = ""


async def look(console: Console) -> None:
    """Read what is shown, anew; for who is no operator, nothing."""
    console.trouble = ""
    try:
        await operator_of(console)
        console.screens = [await screens.show(console.view, console._query)]  # noqa: SLF001 - what no browser may see
        console.access = OPEN
    except Unavailable as error:
        console.trouble, console.access = error.message, OPEN
    except AppError:
        console.access, console.view, console.screens = CLOSED, "", []


def put_down(hands: Hands) -> None:
    """Forget what was done."""
    hands.busy = hands.said = hands.error = hands.error_at = hands.text = ""
    hands.undo = []


async def operator_of(state: rx.State) -> User:
    """Tell which operator is asking, or raise as for anybody else: there is nothing here."""
    user = await asker(state)
    operators.require_operator(user)
    return user
