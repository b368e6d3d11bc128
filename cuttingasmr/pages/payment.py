"""Where the payment page sends its visitors back to."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import link_button, title
from cuttingasmr.components.frame import frame
from cuttingasmr.components.payment_result import payment_result


def success() -> rx.Component:
    """Say what became of a purchase."""
    return frame(payment_result())


def cancel() -> rx.Component:
    """Say that nothing was charged, and lead back to the same card (assets/shop.js remembers which)."""
    return frame(
        rx.el.div(
            title("Nothing was charged."),
            rx.el.p(
                "You left the payment page before paying. Your credits are as they were.",
                class_name=theme.LEAD,
            ),
            rx.el.div(
                link_button(
                    "Back to the prices",
                    kind="primary",
                    href=routes.PRICING,
                    custom_attrs={"data-same-card": ""},
                ),
                link_button("To the studio", href=routes.HOME),
                class_name=theme.WRAP,
            ),
            class_name=theme.RESULT,
        )
    )
