"""The operator's page. For everybody else there is no such page."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components.basics import title
from cuttingasmr.components.figures_board import figures_board
from cuttingasmr.components.frame import frame
from cuttingasmr.components.nothing_here import behind
from cuttingasmr.components.office_forms import by_hand, events, outcome, waiting_payments
from cuttingasmr.states.office import Office


def admin() -> rx.Component:
    """Look after the payments that did not settle themselves."""
    return frame(behind(Office.access, _office()))


def _office() -> rx.Component:
    return rx.el.div(
        figures_board(),
        title("Payments, by hand."),
        outcome(),
        waiting_payments(),
        by_hand(),
        events(),
        class_name="flex flex-col gap-8 pt-12",
    )
