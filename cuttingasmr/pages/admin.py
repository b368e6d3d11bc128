"""The operators' console, a page for each view. For everybody else there is no such page."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from cuttingasmr.components.console_shell import once_read, shell
from cuttingasmr.components.console_table import ScreenVar, figures, filters, head, listing
from cuttingasmr.components.console_thing import not_there, thing
from cuttingasmr.components.figures_board import figures_board
from cuttingasmr.states.console import PATHS, Console

TITLES = {
    "overview": "Overview",
    "users": "Users",
    "orders": "Orders",
    "videos": "Videos",
    "keys": "Key pool",
    "inbox": "Webhook inbox",
    "audit": "Audit log",
    "moderation": "Moderation",
    "health": "Health",
}
WITHOUT_THINGS = ("overview", "health")
"""Views in which nothing can be opened."""


def view(name: str) -> Callable[[], rx.Component]:
    """Give the page of a view: a list, or the one thing that is open."""

    def page() -> rx.Component:
        shown = rx.foreach(Console.screens, lambda screen: _shown(name, screen))
        return shell(name, once_read(name, rx.fragment(shown)))

    return page


def _shown(name: str, screen: ScreenVar) -> rx.Component:
    title = TITLES[name]
    listed = rx.fragment(
        head(title, screen), filters(screen), figures(screen), rx.foreach(screen.tables, listing)
    )
    if name == "overview":
        return rx.fragment(listed, figures_board())
    if name in WITHOUT_THINGS:
        return listed
    opened = rx.foreach(screen.opened, lambda one: thing(title, one))
    found = rx.cond(screen.tables.length() > 0, listed, not_there(title, PATHS[name]))
    return rx.cond(screen.opened.length() > 0, opened, found)
