"""What a person has made lately, and every change of their balance, live."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial

import reflex as rx

from cuttingasmr import db
from cuttingasmr.errors import AppError
from cuttingasmr.generation import desk, library
from cuttingasmr.states.asking import asker, is_page_load, owner_of
from cuttingasmr.states.views import Line, Tile
from cuttingasmr.states.visitor import Visitor, introduce
from cuttingasmr.states.watching import follow

MOST_ROWS = 480
"""So many rows one page holds; who wants more asks the API."""

NEWEST = 6


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
                    await self._show(sight)

    async def _look(self) -> desk.History | None:
        """Read as many rows as the page shows."""
        lines = max(library.PAGE, len(self.lines))
        return await db.read(desk.look_back, owner=owner_of(self), videos=NEWEST, entries=lines)

    async def _show(self, sight: desk.History | None) -> None:
        introduce(await self.get_state(Visitor), sight.user if sight else None)
        self.total = sight.user.total_credits if sight else 0
        self.used = sight.user.used_credits if sight else 0
        self.videos = [Tile.of(seen) for seen in sight.videos.rows] if sight else []
        self.lines = [Line.of(entry) for entry in sight.entries.rows] if sight else []
        self._turn_lines(sight.entries.cursor if sight else "")

    @rx.event
    async def show_more_lines(self) -> None:
        """Add the next page of credit entries."""
        if not self._line_cursor:
            return
        try:
            user = await asker(self)
            page = await db.read(library.entries, user_id=user.id, before=int(self._line_cursor))
        except AppError:
            return
        self.lines = [*self.lines, *(Line.of(entry) for entry in page.rows)]
        self._turn_lines(page.cursor)

    def _turn_lines(self, cursor: str) -> None:
        self._line_cursor = cursor if len(self.lines) < MOST_ROWS else ""
        self.has_more_lines = bool(self._line_cursor)


def is_under_way(sight: desk.History) -> bool:
    """Whether any video is still being made."""
    return any(seen.video.completed_at is None for seen in sight.videos.rows)
