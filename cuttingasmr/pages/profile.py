"""The profile: what a person has, has made and has spent."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.account_security import account_security, confirm_note
from cuttingasmr.components.basics import link_button, title
from cuttingasmr.components.clerk_door import clerk_button
from cuttingasmr.components.frame import frame
from cuttingasmr.components.history_lists import balance, credit_lines, videos
from cuttingasmr.components.purchase_list import purchase_list
from cuttingasmr.components.session_list import session_list
from cuttingasmr.states.visitor import Visitor


def profile() -> rx.Component:
    """Show a person their account."""
    return frame(
        rx.cond(
            Visitor.is_known,
            rx.cond(Visitor.email, _account(), _stranger()),
            rx.el.p("One moment…", class_name=f"py-32 text-center {theme.TEXT}"),
        )
    )


def _account() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            title(Visitor.name),
            rx.el.p(Visitor.email, class_name=theme.TEXT),
            clerk_button(),
            class_name="flex flex-col gap-2 pt-12",
        ),
        confirm_note(),
        balance(),
        videos(),
        purchase_list(),
        credit_lines(),
        account_security(),
        session_list(),
        rx.el.button(
            "Sign out",
            type="button",
            class_name=f"{theme.button_look('quiet')} self-start",
            custom_attrs={"data-sign-out": ""},
        ),
        class_name="flex flex-col gap-10",
    )


def _stranger() -> rx.Component:
    return rx.el.div(
        title("Your videos are behind this door."),
        rx.el.p("Sign in to see what you have made and what you have spent.", class_name=theme.LEAD),
        rx.el.div(
            link_button("Sign in", kind="primary", href=f"{routes.SIGN_IN}?next={routes.PROFILE}"),
            link_button("Sign up", href=f"{routes.SIGN_UP}?next={routes.PROFILE}"),
            class_name=theme.WRAP,
        ),
        class_name="flex flex-col gap-5 py-20",
    )
