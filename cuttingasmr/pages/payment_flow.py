"""The whole payment flow, rehearsed for testers. In live mode there is no such page."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import title
from cuttingasmr.components.flow_steps import flow_steps
from cuttingasmr.components.frame import frame
from cuttingasmr.components.nothing_here import behind
from cuttingasmr.states.flow import Flow


def payment_flow() -> rx.Component:
    """Walk through everything that can happen to a payment."""
    return frame(behind(Flow.access, _flow()))


def _flow() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            title("A payment, rehearsed."),
            rx.el.p(
                "It buys over both roads, loses and forges events, and refunds what it bought: your balance ends as it began.",
                class_name=theme.LEAD,
            ),
            class_name="flex flex-col gap-4 pt-12",
        ),
        flow_steps(),
        class_name="flex flex-col gap-8",
    )
