"""The operator's page with what people have told us. For everybody else there is no such page."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.console_shell import shell
from cuttingasmr.components.feedback_desk import feedback_desk
from cuttingasmr.states.feedback_desk import FeedbackDesk


def admin_feedback() -> rx.Component:
    """Look through what people have told us."""
    heading = rx.el.h1("Feedback", class_name=theme.DESK_TITLE)
    return shell("feedback", heading, feedback_desk(), access=FeedbackDesk.access)
