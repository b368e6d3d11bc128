"""Whether the person in front of this page is leaving, or has just left. Deleting and keeping are the API's (assets/leaving.js)."""

from __future__ import annotations

import reflex as rx
from reflex_base.event import EventSpec

from cuttingasmr import db, routes
from cuttingasmr.auth import sessions
from cuttingasmr.errors import AppError
from cuttingasmr.models import User
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import asker
from cuttingasmr.storage import links

LEFT = "left:"
LONGEST = 200


class Leaving(rx.State):
    """Until when an account can be kept.

    `until` is for whoever is signed in to one that is to be deleted, `left_until` for who has deleted theirs just now;
    `needs_password` says what the question before that asks for.
    """

    until: rx.Field[str] = rx.field("")
    left_until: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    needs_password: rx.Field[bool] = rx.field(default=False)
    days: rx.Field[str] = rx.field(f"{get_settings().deletion_days} days")

    @rx.event
    async def arrive(self) -> None:
        """Look who is here: somebody who is leaving, who has left, or neither."""
        user = await self._holder()
        is_leaving = user is not None and user.erase_at is not None
        self.until = user.erase_at.isoformat() if user and user.erase_at else ""
        self.address = user.known_email if user and is_leaving else ""
        self.left_until = "" if user else self._left_until()

    @rx.event
    async def ask(self) -> None:
        """Get ready to ask whether an account shall be deleted."""
        try:
            user = await asker(self)
        except AppError:
            return
        self.needs_password = user.password_hash is not None

    @rx.event
    async def turn_back(self) -> EventSpec | None:
        """Lead somebody who is leaving to the one page that has something for them."""
        user = await self._holder()
        return rx.redirect(routes.PROFILE) if user is not None and user.erase_at is not None else None

    async def _holder(self) -> User | None:
        token = sessions.token_in(self.router.headers.cookie)
        if not token or not sessions.is_ours(token):
            return None
        try:
            return await db.read(sessions.find_holder, token=token)
        except AppError:
            return None

    def _left_until(self) -> str:
        """Read what the API has told about a deletion; only what it has signed is shown."""
        told = self.router.url.query_parameters.get("left", "")
        subject = links.read(str(told)[:LONGEST]) or ""
        return subject.removeprefix(LEFT) if subject.startswith(LEFT) else ""
