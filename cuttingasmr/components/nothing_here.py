"""What is there when nothing is."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import link_button, title
from cuttingasmr.states.flow import CLOSED, OPEN


def nothing_here() -> rx.Component:
    """Say that there is no such page, and lead back."""
    return rx.el.div(
        rx.el.span(class_name=f"{theme.IDEA_SLAB} [--a:82] [--b:30]", aria_hidden="true"),
        title("Clean cut, nothing inside."),
        rx.el.p("There is no page at this address.", class_name=theme.LEAD),
        link_button("Back to the studio", kind="primary", href=routes.HOME),
        class_name="flex flex-col items-start gap-6 py-24",
    )


def behind(access: rx.Var[str], page: rx.Component) -> rx.Component:
    """Show a page to those whom the server lets in; for everybody else there is nothing here."""
    waiting = rx.el.p("One moment…", class_name=f"py-32 text-center {theme.TEXT}")
    return rx.fragment(rx.match(access, (OPEN, page), (CLOSED, nothing_here()), waiting))
