"""The question whether somebody agrees to our texts: before the first purchase, and again when a text has changed.

assets/shop.js opens it, and fills in what has changed since they agreed last.
"""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, heading
from cuttingasmr.components.pricing_cards import busy_label

AGREEMENT = "agreement"
TITLE = "agreement-title"


def agreement_dialog() -> rx.Component:
    """Ask for the agreement."""
    return rx.el.dialog(
        rx.el.form(
            rx.el.div(_first(), _again(), custom_attrs={"id": TITLE}),  # what is hidden of it is not read out
            rx.el.label(
                rx.el.input(type="checkbox", required=True, class_name=theme.CHECKBOX, auto_focus=True),
                rx.el.span(
                    "I have read and agree to the ",
                    _text("terms", routes.TERMS),
                    ", the ",
                    _text("privacy policy", routes.PRIVACY),
                    " and the ",
                    _text("refund policy", routes.REFUND),
                    ".",
                ),
                class_name=theme.CHECK,
            ),
            alert("", name="agreement"),
            rx.el.button(
                *busy_label("Agree and continue", "One moment…"), type="submit", class_name=theme.WIDE_BUTTON
            ),
            button("Not now", kind="plain", custom_attrs={"data-closes": ""}),
            class_name=f"{theme.STACK} {theme.PADDED}",
            custom_attrs={"data-agree": ""},
        ),
        class_name=f"group/agreement {theme.DIALOG} max-w-md",
        aria_labelledby=TITLE,
        custom_attrs={"data-dialog": AGREEMENT},
    )


def _first() -> rx.Component:
    return rx.el.div(
        heading("Before your first purchase"),
        rx.el.p("This is asked once, and remembered on every device of yours.", class_name=theme.TEXT),
        class_name=f"{theme.STACK} group-data-renewed/agreement:hidden",
    )


def _again() -> rx.Component:
    return rx.el.div(
        heading("Our texts have changed"),
        rx.el.p("Since you agreed to them last:", class_name=theme.TEXT),
        rx.el.ul(class_name=f"{theme.BULLETS} text-sm text-ink", custom_attrs={"data-changes": ""}),
        class_name=f"{theme.STACK} hidden group-data-renewed/agreement:flex",
    )


def _text(name: str, path: str) -> rx.Component:
    return rx.el.a(name, href=path, target="_blank", class_name=theme.LINK)
