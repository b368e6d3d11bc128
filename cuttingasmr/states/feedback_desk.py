"""What people have told us, as operators see it. Who is no operator finds nothing here, and can do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import reflex as rx

from cuttingasmr import db
from cuttingasmr.auth import operators
from cuttingasmr.errors import AppError, Invalid, Unavailable
from cuttingasmr.feedback import desk
from cuttingasmr.feedback.desk import THANKS, View
from cuttingasmr.models import User
from cuttingasmr.states.asking import asker
from cuttingasmr.states.flow import CLOSED, OPEN
from cuttingasmr.states.views import moment

VIEWS = ("open", "done", "all")
MOST_ROWS = 500


@dataclass(frozen=True)
class Told:
    """One message; `about` names the page and the video that it is about."""

    id: str
    kind: str
    message: str
    writer: str
    about: str
    at: str
    is_done: bool
    is_thanked: bool
    can_be_thanked: bool

    @classmethod
    def of(cls, seen: desk.Seen) -> Self:
        """Show a message."""
        row, writer = seen.row, seen.writer
        about = [f"Page {row.page}"] if row.page else []
        about += [f"Video {row.video_id}"] if row.video_id else []
        return cls(
            id=row.id,
            kind=row.kind.capitalize(),
            message=row.message,
            writer=_called(row.email, writer),
            about=" · ".join(about),
            at=moment(row.created_at),
            is_done=row.done_at is not None,
            is_thanked=row.thanked_at is not None,
            can_be_thanked=row.user_id is not None and row.thanked_at is None,
        )


def _called(email: str, writer: User | None) -> str:
    """Say who wrote it."""
    told = [writer.name, email or writer.known_email] if writer else [email or "Somebody without an account"]
    return " · ".join(filter(None, told))


class FeedbackDesk(rx.State):
    """A part of the messages, and what became of the last act."""

    access: rx.Field[str] = rx.field("")
    view: rx.Field[str] = rx.field("open")
    rows: rx.Field[list[Told]] = rx.field(default_factory=list)
    waiting: rx.Field[int] = rx.field(0)
    has_more: rx.Field[bool] = rx.field(default=False)
    said: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    _cursor: str = ""

    @rx.event
    async def arrive(self) -> None:
        """Let operators in, and show them what has arrived."""
        self.said = self.error = ""
        try:
            await _operator(self)
            await self._fill()
        except Unavailable as error:
            self.error = error.message
        except AppError:
            self.access, self.rows, self.waiting, self.has_more = CLOSED, [], 0, False
        else:
            self.access = OPEN

    @rx.event
    async def choose(self, view: object) -> None:
        """Show the messages that are open, those that are done, or all."""
        self.said = self.error = ""
        try:
            await _operator(self)
            self.view = view if isinstance(view, str) and view in VIEWS else "open"
            await self._fill()
        except AppError as error:
            self.error = error.message

    @rx.event
    async def show_more(self) -> None:
        """Add the next page."""
        try:
            await _operator(self)
            if self._cursor:
                await self._fill(after=self._cursor)
        except AppError as error:
            self.error = error.message

    @rx.event
    async def act(self, form: dict[str, Any]) -> None:
        """Thank for a message, or mark it as done or open; `act` says which."""
        fields = form if isinstance(form, Mapping) else {}
        self.said = self.error = ""
        try:
            operator = await _operator(self)
            self.said = await _act(operator, fields)
            await self._fill()
        except AppError as error:
            self.error = error.message

    async def _fill(self, *, after: str = "") -> None:
        """Read a page of messages: the first one, or the one behind a message."""
        pile = await db.read(desk.page, view=cast("View", self.view), cursor=after)
        shown = [Told.of(seen) for seen in pile.rows]
        self.rows = [*self.rows, *shown] if after else shown
        self.waiting = pile.open
        self._cursor = pile.cursor if len(self.rows) < MOST_ROWS else ""
        self.has_more = bool(self._cursor)


async def _act(operator: User, fields: Mapping[str, Any]) -> str:
    what = fields.get("act")
    feedback_id, reason = str(fields.get("feedback"))[:32], fields.get("reason")
    if what == "thank":
        is_new = await desk.thank(operator=operator, feedback_id=feedback_id, reason=reason)
        return f"Thanked with {THANKS} credits." if is_new else "This message had been thanked for already."
    if what not in {"done", "open"}:
        raise Invalid
    is_done = what == "done"
    await desk.set_done(operator=operator, feedback_id=feedback_id, is_done=is_done, reason=reason)
    return "Done." if is_done else "Open again."


async def _operator(state: rx.State) -> User:
    user = await asker(state)
    operators.require_operator(user)
    return user
