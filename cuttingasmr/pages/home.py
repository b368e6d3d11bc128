"""The home page: where videos are asked for, and where they come into being."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import heading, title
from cuttingasmr.components.frame import frame
from cuttingasmr.components.ideas import ideas
from cuttingasmr.components.prompt_form import prompt_form
from cuttingasmr.components.sign_in_dialog import sign_in_dialog
from cuttingasmr.components.template_dialog import template_dialog
from cuttingasmr.components.tending import act_note
from cuttingasmr.components.video_card import video_card
from cuttingasmr.states.desk import Desk
from cuttingasmr.states.visitor import Visitor


def home() -> rx.Component:
    """Make a video."""
    return frame(
        _headline(),
        prompt_form(),
        _videos(),
        ideas(),
        template_dialog(),
        sign_in_dialog(),
        act_note(),
    )


def _headline() -> rx.Component:
    return rx.el.div(
        title("Eight seconds you can almost touch."),
        rx.el.p(
            "Describe a cut, a tap, a pour. You get it back as a close-up video with its sound, in about a minute.",
            class_name=theme.LEAD,
        ),
        class_name="flex flex-col gap-4 pt-12 pb-8 sm:pt-20 sm:pb-10",
    )


def _videos() -> rx.Component:
    return rx.cond(
        Desk.cards.length() > 0,
        rx.el.section(
            rx.el.div(
                heading("Your videos"),
                rx.el.span(class_name="flex-1"),
                rx.el.a("All of them", href=routes.LIBRARY, class_name=theme.LINK),
                class_name=theme.ROW,
            ),
            rx.el.div(
                rx.foreach(Desk.cards, lambda card, place: video_card(card, is_large=place == 0)),
                class_name=theme.GRID,
                aria_live="off",
            ),
            class_name="mt-14 flex scroll-mt-20 flex-col gap-5",
            custom_attrs={"data-videos": ""},
        ),
        rx.cond(
            Visitor.email,
            rx.el.p(
                "Your videos will appear here, live, as they are made.", class_name=f"mt-10 {theme.EMPTY}"
            ),
        ),
    )
