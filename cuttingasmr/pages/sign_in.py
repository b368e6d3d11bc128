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
from cuttingasmr.components.clerk_door import clerk_door, with_password
from cuttingasmr.components.frame import frame
from cuttingasmr.states.visitor import Visitor


def sign_in() -> rx.Component:
    """Come back."""
    form, other = sign_in_form(), other_way("New here?", "Make an account", routes.SIGN_UP)
    return _door("Welcome back.", form, other, clerk_door("sign-in", other, with_password()))


def sign_up() -> rx.Component:
    """Come in."""
    other = other_way("You have an account?", "Sign in", routes.SIGN_IN)
    return _door("Your first video is on us.", sign_up_form(), other, clerk_door("sign-up", other))


def _door(greeting: str, form: rx.Component, other: rx.Component, clerk: rx.Component) -> rx.Component:
    """Let in by Clerk where the site has it, else by a form of ours."""
    ours = rx.fragment(form, demo_button(), other)
    return frame(
        rx.el.div(
            rx.el.div(title(greeting), class_name="pb-2"),
            rx.cond(Visitor.email, already_signed_in(), rx.cond(Visitor.has_clerk, clerk, ours)),
            class_name="flex flex-col gap-5 py-14 sm:py-20",
        ),
        width=theme.NARROW,
    )
