"""The profile: what a person has, has made and has spent."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import link_button, title
from cuttingasmr.components.clerk_door import clerk_button
from cuttingasmr.components.export import export_section
from cuttingasmr.components.frame import frame
from cuttingasmr.components.history_lists import balance, credit_lines, videos
from cuttingasmr.components.leaving import leaving_page, leaving_script, leaving_section, left_page
from cuttingasmr.components.purchase_list import purchase_list
from cuttingasmr.components.session_list import session_list
from cuttingasmr.states.leaving import Leaving
from cuttingasmr.states.visitor import Visitor


def profile() -> rx.Component:
    """Show a person their account."""
    return frame(
        rx.cond(
            Visitor.is_known,
            rx.cond(Visitor.email, _account(), _nobody()),
            rx.el.p("One moment…", class_name=f"py-32 text-center {theme.TEXT}"),
        ),
        leaving_script(),
    )


def _account() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            title(Visitor.name),
            rx.el.p(Visitor.email, class_name=theme.TEXT),
            clerk_button(),
            class_name="flex flex-col gap-2 pt-12",
        ),
        balance(),
        videos(),
        purchase_list(),
        credit_lines(),
        session_list(),
        rx.el.button(
            "Sign out",
            type="button",
            class_name=f"{theme.button_look('quiet')} self-start",
            custom_attrs={"data-sign-out": ""},
        ),
        export_section(),
        leaving_section(),
        class_name="flex flex-col gap-10",
    )


def _nobody() -> rx.Component:
    """Show somebody who is leaving, or has just left, what there is to say; and anybody else the door."""
    return rx.cond(Leaving.until, leaving_page(), rx.cond(Leaving.left_until, left_page(), _stranger()))


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
