"""What a person has made lately, and every change of their balance, live."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import NamedTuple

import reflex as rx

from cuttingasmr import db
from cuttingasmr.errors import AppError
from cuttingasmr.feedback import messages
from cuttingasmr.generation import desk, library
from cuttingasmr.models import CreditEntry, Kind
from cuttingasmr.states.account import Account, show_account
from cuttingasmr.states.asking import asker, is_page_load, owner_of
from cuttingasmr.states.views import Line, Tile
from cuttingasmr.states.visitor import Visitor, introduce
from cuttingasmr.states.watching import follow

MOST_ROWS = 480
"""So many rows one page holds; who wants more asks the API."""

NEWEST = 6


class Sight(NamedTuple):
    """What was read for the page, and its credit entries in words."""

    past: desk.History
    lines: list[Line]


class History(rx.State):
    """The past of the person in front of this page, newest first; all the videos are in the library."""

    videos: rx.Field[list[Tile]] = rx.field(default_factory=list)
    lines: rx.Field[list[Line]] = rx.field(default_factory=list)
    total: rx.Field[int] = rx.field(0)
    used: rx.Field[int] = rx.field(0)
    has_more_lines: rx.Field[bool] = rx.field(default=False)
    _line_cursor: str = ""

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep this page true until it closes. Reflex ends it with the page that began it."""
        if not is_page_load():
            return
        async with aclosing(follow(partial(asker, self), self._look, is_under_way)) as sights:
            async for sight in sights:
                async with self:
                    await self._show(*(sight or (None, [])))

    async def _look(self) -> Sight | None:
        """Read as many rows as the page shows."""
        size = max(library.PAGE, len(self.lines))
        past = await db.read(desk.look_back, owner=owner_of(self), videos=NEWEST, entries=size)
        return Sight(past, await lines_of(past.entries.rows)) if past else None

    async def _show(self, sight: desk.History | None, lines: list[Line]) -> None:
        introduce(await self.get_state(Visitor), sight.user if sight else None)
        if sight:
            show_account(await self.get_state(Account), sight.user)
        self.total = sight.user.total_credits if sight else 0
        self.used = sight.user.used_credits if sight else 0
        self.videos = [Tile.of(seen) for seen in sight.videos.rows] if sight else []
        self.lines = lines
        self._turn_lines(sight.entries.cursor if sight else "")

    @rx.event
    async def show_more_lines(self) -> None:
        """Add the next page of credit entries."""
        if not self._line_cursor:
            return
        try:
            user = await asker(self)
            page = await db.read(library.entries, user_id=user.id, before=int(self._line_cursor))
            more = await lines_of(page.rows)
        except AppError:
            return
        self.lines = [*self.lines, *more]
        self._turn_lines(page.cursor)

    def _turn_lines(self, cursor: str) -> None:
        self._line_cursor = cursor if len(self.lines) < MOST_ROWS else ""
        self.has_more_lines = bool(self._line_cursor)


async def lines_of(entries: Sequence[CreditEntry]) -> list[Line]:
    """Put credit entries into words; what an operator gave is looked at more closely."""
    by_hand = [entry.reference for entry in entries if entry.kind == Kind.ADJUSTMENT]
    thanks = await db.read(messages.thanked_among, audit_ids=by_hand) if by_hand else frozenset[str]()
    return [Line.of(entry, is_thanks=entry.reference in thanks) for entry in entries]


def is_under_way(sight: Sight) -> bool:
    """Whether any video is still being made."""
    return any(seen.video.completed_at is None for seen in sight.past.videos.rows)
