"""What can be done with many at once. Which ones are chosen, only the browser knows (assets/library.js)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, icon
from cuttingasmr.states.library import DELETED, Library
from cuttingasmr.states.shelving import DELETE, RESTORE, STAR, Shelving

WAITING = "picked-waits"


def pick_bar() -> rx.Component:
    """Offer what can be done with those that are chosen; it is there while any are.

    What deleting does to one that still waits is said before, as soon as one is chosen.
    """
    return rx.el.div(
        rx.el.p(
            rx.el.span(custom_attrs={"data-picked": ""}, class_name=theme.FIGURES),
            class_name="text-sm font-medium whitespace-nowrap",
            role="status",
        ),
        button("All", kind="plain", aria_label="Select all shown", custom_attrs={"data-picks": "all"}),
        rx.el.span(class_name="flex-1"),
        rx.cond(
            Library.wanted.view == DELETED,
            _act(RESTORE, "undo-2", "Take back"),
            rx.fragment(
                rx.el.a(
                    icon("folder-down", 17),
                    rx.el.span("Download", class_name=theme.PICK_NAME),
                    href=routes.VIDEOS_ZIP,
                    class_name=theme.button_look("plain"),
                    aria_label="Download as ZIP",
                    custom_attrs={"data-zip": ""},
                ),
                _act(STAR, "heart", "Favourite"),
                _act(DELETE, "trash-2", "Delete", aria_describedby=WAITING),
                rx.el.p(
                    "Delete cancels for good what waits in the queue; its credits come back.",
                    class_name=theme.PICK_SAYS,
                    id=WAITING,
                    role="status",
                    hidden=True,
                    custom_attrs={"data-picked-waits": ""},
                ),
            ),
        ),
        button(icon("x", 17), kind="plain", aria_label="Done", custom_attrs={"data-picks": "none"}),
        class_name=theme.PICK_BAR,
        role="toolbar",
        aria_label="Selected videos",
        custom_attrs={"data-pick-bar": ""},
    )


def _act(what: str, look: str, name: str, **props: Any) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="what", value=what, read_only=True),
        rx.el.input(type="hidden", name="ids", custom_attrs={"data-picked-ids": ""}),
        button(
            icon(look, 17),
            rx.el.span(name, class_name=theme.PICK_NAME),
            kind="plain",
            type="submit",
            aria_label=name,
            **props,
        ),
        on_submit=Shelving.act_on_many,
        custom_attrs={"data-acts": what},
    )
