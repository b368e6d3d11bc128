"""Where Clerk's own parts stand in our pages. assets/clerk.js fills them, and loads Clerk's scripts only when it has to."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.account_form import sign_in_form
from cuttingasmr.components.basics import alert, button
from cuttingasmr.states.visitor import Visitor


def clerk_script() -> rx.Component:
    """Load /clerk.js, once a page however often this stands in it."""
    return rx.el.script(src="/clerk.js", custom_attrs={"async": True})


def clerk_door(what: str, *below: rx.Component) -> rx.Component:
    """Let Clerk draw its `sign-in` or `sign-up` here, and say so where it cannot be reached."""
    return rx.el.div(
        clerk_script(),
        rx.el.p("One moment…", class_name=theme.CLERK_WAIT),
        rx.el.div(custom_attrs={"data-clerk": what}),
        alert("", name="clerk"),
        button("Try again", class_name=theme.CLERK_AGAIN, custom_attrs={"data-clerk-again": ""}),
        button("Use another account", class_name=theme.CLERK_OTHER, custom_attrs={"data-clerk-other": ""}),
        *below,
        class_name=theme.CLERK,
        custom_attrs={"data-clerk-door": "", "data-at": "waiting"},
    )


def with_password() -> rx.Component:
    """Keep the way in for those who have a password with us, from before there was Clerk."""
    return rx.el.details(
        rx.el.summary("Sign in with a password instead", class_name=f"{theme.TEXT} cursor-pointer"),
        rx.el.div(sign_in_form(), class_name="pt-4"),
    )


def clerk_button() -> rx.Component:
    """Let whom Clerk signed in manage their account there."""
    return rx.cond(Visitor.wants_clerk, rx.el.div(custom_attrs={"data-clerk": "user-button"}))
