"""The two ways in: for those who have an account, and for those who do not yet."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.account_form import (
    already_signed_in,
    demo_button,
    other_way,
    sign_in_form,
    sign_up_form,
)
from cuttingasmr.components.basics import title
from cuttingasmr.components.frame import frame
from cuttingasmr.states.visitor import Visitor


def sign_in() -> rx.Component:
    """Come back."""
    return _door("Welcome back.", sign_in_form(), other_way("New here?", "Make an account", routes.SIGN_UP))


def sign_up() -> rx.Component:
    """Come in."""
    return _door(
        "Your first video is on us.",
        sign_up_form(),
        other_way("You have an account?", "Sign in", routes.SIGN_IN),
    )


def _door(greeting: str, form: rx.Component, other: rx.Component) -> rx.Component:
    return frame(
        rx.el.div(
            rx.el.div(title(greeting), class_name="pb-2"),
            rx.cond(Visitor.email, already_signed_in(), rx.fragment(form, demo_button(), other)),
            class_name="flex flex-col gap-5 py-14 sm:py-20",
        ),
        width=theme.NARROW,
    )
