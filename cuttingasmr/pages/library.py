"""The library: everything that somebody has made, to be found, watched, kept and thrown away."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import link_button, title
from cuttingasmr.components.frame import frame
from cuttingasmr.components.library_dialog import library_dialog
from cuttingasmr.components.library_filters import library_filters, library_head
from cuttingasmr.components.library_grid import library_grid
from cuttingasmr.components.library_selection import pick_bar
from cuttingasmr.components.tending import act_note
from cuttingasmr.states.library import Library
from cuttingasmr.states.studio import Studio
from cuttingasmr.states.visitor import Visitor


def library() -> rx.Component:
    """Show a person what they have made; the page's script is its own (assets/library.js)."""
    return frame(
        rx.cond(Visitor.is_known & (Visitor.email == ""), _stranger(), _library()),
        rx.el.script(src="/library.js", async_=True),
    )


def _library() -> rx.Component:
    return rx.el.div(
        library_head(),
        library_filters(),
        library_grid(),
        pick_bar(),
        library_dialog(),
        act_note(),
        custom_attrs={
            "data-library": "",
            "data-address": Library.address,
            "data-loaded": Library.is_loaded.to_string(),
            "data-answer": Studio.answer,
            "data-wish": Studio.wish,
        },
    )


def _stranger() -> rx.Component:
    return rx.el.div(
        title("Your videos are behind this door."),
        rx.el.p("Sign in to see what you have made.", class_name=theme.LEAD),
        rx.el.div(
            link_button("Sign in", kind="primary", href=f"{routes.SIGN_IN}?next={routes.LIBRARY}"),
            link_button("Sign up", href=f"{routes.SIGN_UP}?next={routes.LIBRARY}"),
            class_name=theme.WRAP,
        ),
        class_name="flex flex-col gap-5 py-20",
    )
