"""The picture that somebody shows of themselves, or their initials where there is none."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import icon
from cuttingasmr.states.visitor import Visitor


def portrait(look: str = theme.PORTRAIT_SMALL, size: int = 15) -> rx.Component:
    """Show the visitor. The initials lie beneath the picture, for as long as it is on its way."""
    return rx.el.span(
        rx.cond(Visitor.initials, Visitor.initials, icon("user", size)),
        rx.cond(
            Visitor.picture,
            rx.el.img(src=Visitor.picture, alt="", class_name=theme.PORTRAIT_IMAGE, draggable=False),
        ),
        class_name=look,
        aria_hidden="true",
        custom_attrs={"data-portrait-of": "visitor"},
    )
