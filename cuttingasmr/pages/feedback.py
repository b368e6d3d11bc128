"""The page for feedback."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import title
from cuttingasmr.components.feedback_form import feedback_form, feedback_script
from cuttingasmr.components.frame import frame


def feedback() -> rx.Component:
    """Ask what people think."""
    return frame(
        feedback_script(),
        rx.el.div(
            title("Tell us."),
            rx.el.p(
                "What works, what does not, and what you would like to cut next. With an account or without.",
                class_name=theme.LEAD,
            ),
            class_name="flex flex-col gap-4 pt-12 pb-8 sm:pt-20",
        ),
        feedback_form(),
        width=theme.READING,
    )
