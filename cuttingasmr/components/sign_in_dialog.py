"""The dialog that asks a visitor to sign in before something is made. What they typed stays where it is."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.account_form import demo_button
from cuttingasmr.components.basics import button, heading, link_button

TITLE = "sign-in-title"


def sign_in_dialog() -> rx.Component:
    """Ask for an account (assets/site.js opens it when the server says so)."""
    return rx.el.dialog(
        rx.el.div(
            heading("One step before the first cut", custom_attrs={"id": TITLE}),
            rx.el.p(
                "Make an account and your first video is on us. What you have written stays here.",
                class_name=theme.TEXT,
            ),
            link_button("Sign up", kind="primary", href=routes.SIGN_UP, custom_attrs={"data-first": ""}),
            link_button("I have an account", href=routes.SIGN_IN),
            demo_button(),
            button("Not now", kind="plain", custom_attrs={"data-closes": ""}),
            class_name=f"{theme.STACK} {theme.PADDED}",
        ),
        class_name=f"{theme.DIALOG} max-w-sm",
        aria_labelledby=TITLE,
        custom_attrs={"data-dialog": "sign-in"},
    )
