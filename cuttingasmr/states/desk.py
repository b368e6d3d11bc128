"""The videos of the person in front of this page, live."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial

import reflex as rx

from cuttingasmr import db
from cuttingasmr.generation import desk
from cuttingasmr.models import HdState
from cuttingasmr.states.asking import asker, is_page_load, owner_of
from cuttingasmr.states.views import Card
from cuttingasmr.states.visitor import Visitor, introduce
from cuttingasmr.states.watching import follow


class Desk(rx.State):
    """What is under way and what was made lately, newest first."""

    cards: rx.Field[list[Card]] = rx.field(default_factory=list)
    is_loaded: rx.Field[bool] = rx.field(default=False)

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep this page true until it closes. Reflex ends it with the page that began it."""
        if not is_page_load():
            return
        shown: list[Card] | None = None
        async with aclosing(follow(partial(asker, self), self._look, is_under_way, is_waiting)) as sights:
            async for sight in sights:
                cards = cards_of(sight, shown)
                async with self:
                    introduce(await self.get_state(Visitor), sight.user if sight else None)
                    if cards != shown:
                        self.cards = cards
                    if not self.is_loaded:
                        self.is_loaded = True
                shown = cards

    async def _look(self) -> desk.Desk | None:
        return await db.read(desk.look, owner=owner_of(self))


def is_under_way(sight: desk.Desk) -> bool:
    """Whether any video is still being made, or its 1080p version."""
    return any(not seen.video.completed_at or seen.video.hd_state == HdState.ASKED for seen in sight.videos)


def is_waiting(sight: desk.Desk) -> bool:
    """Whether any video stands behind another one in the queue."""
    return any(seen.before for seen in sight.videos)


def cards_of(sight: desk.Desk | None, shown: list[Card] | None) -> list[Card]:
    """Make the cards of a sight."""
    return unmoved([Card.of(seen) for seen in sight.videos] if sight else [], shown or [])


def unmoved(cards: list[Card], shown: list[Card]) -> list[Card]:
    """Let each card on which only time has passed stay as it was, so that its bar goes on smoothly."""
    before = {card.id: card for card in shown}
    return [
        before[card.id] if card.id in before and before[card.id].still() == card.still() else card
        for card in cards
    ]
