"""Where the person in front of this page is signed in, shown when they ask for it, and ending that elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import reflex as rx

from cuttingasmr import db
from cuttingasmr.auth import session_list, sessions
from cuttingasmr.auth.session_list import Place
from cuttingasmr.errors import AppError
from cuttingasmr.states.asking import asker
from cuttingasmr.states.views import moment


@dataclass(frozen=True)
class Shown:
    """One signed-in browser, in words."""

    id: str
    device: str
    began: str
    seen: str
    is_here: bool

    @classmethod
    def of(cls, place: Place) -> Self:
        """Show a session to its owner."""
        return cls(
            place.id, place.device, moment(place.created_at), moment(place.last_seen_at), place.is_here
        )


class Sessions(rx.State):
    """The list, and what became of the last press."""

    is_open: rx.Field[bool] = rx.field(default=False)
    rows: rx.Field[list[Shown]] = rx.field(default_factory=list)
    said: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def show(self) -> None:
        """Fill the list."""
        self.said = self.error = ""
        try:
            await self._fill()
        except AppError as error:
            self._refuse(error)

    @rx.event
    async def end(self, session_id: object) -> None:
        """End one of this person's own sessions."""
        self.said = self.error = ""
        try:
            user = await asker(self)
            await session_list.end_one(user_id=user.id, session_id=str(session_id)[:64])
            await self._fill()
        except AppError as error:
            self._refuse(error)
        else:
            self.said = "Signed out there."

    @rx.event
    async def end_others(self) -> None:
        """End all of this person's sessions but this one."""
        self.said = self.error = ""
        try:
            user = await asker(self)
            ended = await session_list.end_others(user_id=user.id, token=self._token())
            await self._fill()
        except AppError as error:
            self._refuse(error)
        else:
            self.said = f"Signed out in {ended} other {'place' if ended == 1 else 'places'}."

    async def _fill(self) -> None:
        user = await asker(self)
        found = await db.read(session_list.places, user_id=user.id, token=self._token())
        self.rows, self.is_open = [Shown.of(place) for place in found], True

    def _refuse(self, error: AppError) -> None:
        self.error = error.message
        self.rows, self.is_open = [], False

    def _token(self) -> str | None:
        return sessions.token_in(self.router.headers.cookie)
