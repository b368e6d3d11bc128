"""The operator's page with what people have told us. For everybody else there is no such page."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components.basics import title
from cuttingasmr.components.feedback_desk import feedback_desk
from cuttingasmr.components.frame import frame
from cuttingasmr.components.nothing_here import behind
from cuttingasmr.states.feedback_desk import FeedbackDesk


def admin_feedback() -> rx.Component:
    """Look through what people have told us."""
    desk = rx.el.div(title("Feedback."), feedback_desk(), class_name="flex flex-col gap-8 pt-12")
    return frame(behind(FeedbackDesk.access, desk))
