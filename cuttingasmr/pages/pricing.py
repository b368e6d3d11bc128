"""The pricing page: three packages, each one press away from paying."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.agreement_dialog import agreement_dialog
from cuttingasmr.components.basics import title
from cuttingasmr.components.frame import frame
from cuttingasmr.components.pricing_cards import pricing_cards


def pricing() -> rx.Component:
    """Offer credits."""
    return frame(_headline(), pricing_cards(), _small_print(), agreement_dialog())


def _headline() -> rx.Component:
    return rx.el.div(
        title("Buy a few. Cut when you like."),
        rx.el.p(
            "Credits are bought once and do not expire. There is no subscription, and a video that fails gives its credits back.",
            class_name=theme.LEAD,
        ),
        class_name="flex flex-col gap-4 pt-12 pb-8 sm:pt-20 sm:pb-10",
    )


def _small_print() -> rx.Component:
    return rx.el.p(
        "Prices in US dollars; taxes, where there are any, are shown on the payment page. Payments are taken by Creem, our merchant of record. "
        "Credits you have not used can be ",
        rx.el.a("refunded within 14 days", href=routes.REFUND, class_name=theme.LINK),
        ".",
        class_name=f"mt-8 max-w-2xl {theme.NOTE}",
    )
