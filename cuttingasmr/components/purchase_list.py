"""The purchases on the profile."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, heading, icon, link_button, moment, money, number
from cuttingasmr.states.purchases import Purchase, Purchases


def purchase_list() -> rx.Component:
    """List what was bought, with its receipts."""
    return rx.el.section(
        rx.el.div(
            heading("Purchases"),
            rx.el.span(class_name="flex-1"),
            rx.cond(Purchases.rows.length() > 0, _total()),
            class_name="flex items-baseline gap-3",
        ),
        rx.cond(
            Purchases.rows.length() > 0,
            rx.el.ul(rx.foreach(Purchases.rows, _purchase), class_name=f"{theme.CARD} px-5"),
            rx.el.div(
                rx.el.p("Nothing bought yet."),
                link_button("See the prices", href=routes.PRICING),
                class_name=theme.EMPTY,
            ),
        ),
        alert(Purchases.error, name="receipt"),
        rx.cond(
            Purchases.has_more,
            button(
                "Show more purchases",
                on_click=Purchases.show_more,
                class_name=f"{theme.button_look('quiet')} self-center",
            ),
        ),
        class_name="flex flex-col gap-5",
    )


def _total() -> rx.Component:
    return rx.el.p(
        "Paid in all: ",
        money(
            Purchases.paid_cents,
            class_name=f"{theme.FIGURES} {theme.STRONG}",
            custom_attrs={"data-figure": "paid"},
        ),
        class_name=theme.TEXT,
    )


def _purchase(purchase: rx.vars.ObjectVar[Purchase]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(purchase.what, ", ", number(purchase.credits), " credits", class_name="text-sm"),
            rx.el.p(
                rx.el.span(purchase.said, custom_attrs={"data-said": ""}),
                rx.cond(purchase.note, rx.el.span(" · ", purchase.note)),
                class_name=theme.NOTE,
            ),
            class_name="min-w-48 flex-1",
        ),
        moment(purchase.at),
        rx.cond(
            purchase.other_money,
            rx.el.span(purchase.other_money, class_name=theme.PURCHASE_PAID),
            money(purchase.cents, class_name=theme.PURCHASE_PAID),
        ),
        rx.el.span(rx.cond(purchase.has_receipt, _receipt(purchase)), class_name="flex justify-end sm:w-24"),
        key=purchase.id,
        class_name=theme.PURCHASE,
        custom_attrs={"data-purchase": purchase.id, "data-state": purchase.state},
    )


def _receipt(purchase: rx.vars.ObjectVar[Purchase]) -> rx.Component:
    return button(icon("receipt", 16), "Receipt", kind="plain", on_click=Purchases.open_receipt(purchase.id))
