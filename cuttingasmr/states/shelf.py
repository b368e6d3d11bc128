"""The dialog with every template. Its contents come when it is first opened, so that pages stay light."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.generation.templates import search_templates
from cuttingasmr.states.views import Offer


class Shelf(rx.State):
    """What the dialog shows: the templates of one category, or of all, that fit what is searched for."""

    wanted: rx.Field[str] = rx.field("")
    category: rx.Field[str] = rx.field("")
    offers: rx.Field[list[Offer]] = rx.field(default_factory=list)
    is_filled: rx.Field[bool] = rx.field(default=False)

    @rx.event
    async def open(self) -> None:
        """Fill the shelf, the first time."""
        if not self.is_filled:
            self._fill()

    @rx.event
    async def search(self, text: str) -> None:
        """Show what fits these words."""
        self.wanted = text[:80] if isinstance(text, str) else ""
        self._fill()

    @rx.event
    async def take(self, category: str) -> None:
        """Show one category; an empty name means all of them."""
        self.category = category[:64] if isinstance(category, str) else ""
        self._fill()

    def _fill(self) -> None:
        found = search_templates(self.wanted, self.category or None)
        self.offers = [Offer.of(template) for template in found]
        self.is_filled = True
