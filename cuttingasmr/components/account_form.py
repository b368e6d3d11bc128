"""The forms to sign in and up.

The browser posts them to the API itself (assets/account.js): a password never passes through the page's state.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button
from cuttingasmr.states.visitor import Visitor


def sign_in_form() -> rx.Component:
    """Sign in."""
    return _form(
        "sign-in",
        _field("E-mail", name="email", type="email", auto_complete="username", auto_focus=True),
        _field("Password", name="password", type="password", auto_complete="current-password"),
        _forgot(),
        submit="Sign in",
    )


def _forgot() -> rx.Component:
    """Lead those on who have forgotten their password."""
    return rx.el.a(
        "Forgot your password?",
        href=routes.FORGOT_PASSWORD,
        class_name=f"self-start text-sm {theme.LINK}",
    )


def sign_up_form() -> rx.Component:
    """Make an account."""
    return _form(
        "sign-up",
        _field("Name (optional)", name="name", auto_complete="name", max_length=120, required=False),
        _field("E-mail", name="email", type="email", auto_complete="username"),
        _field("Password", name="password", type="password", auto_complete="new-password", min_length=8),
        rx.el.p(
            "What we keep about you stands in the ",
            rx.el.a("privacy policy", href=routes.PRIVACY, target="_blank", class_name=theme.LINK),
            "; the rules in the ",
            rx.el.a("terms", href=routes.TERMS, target="_blank", class_name=theme.LINK),
            ". You are asked to agree before you buy anything.",
            class_name=theme.NOTE,
        ),
        submit="Make my account",
    )


def demo_button() -> rx.Component:
    """Start a demo account in one press, where the site says that there are any."""
    offer = rx.el.div(
        button(
            rx.el.span("Try it with a demo account", custom_attrs={"data-idle": ""}),
            rx.el.span("One moment…", custom_attrs={"data-pending": ""}),
            class_name=f"{theme.button_look('quiet')} w-full",
            custom_attrs={"data-demo": ""},
        ),
        class_name="w-full",
    )
    return rx.cond(Visitor.can_try_demo, offer)


def _form(action: str, *fields: rx.Component, submit: str) -> rx.Component:
    return rx.el.form(
        *fields,
        alert("", name="account"),
        button(
            rx.el.span(submit, custom_attrs={"data-idle": ""}),
            rx.el.span("One moment…", custom_attrs={"data-pending": ""}),
            kind="primary",
            type="submit",
        ),
        method="post",
        action=f"/api/auth/{action}",
        class_name=theme.STACK,
        custom_attrs={"data-account": action},
    )


def _field(label: str, *, required: bool = True, **props: Any) -> rx.Component:
    return rx.el.label(
        label,
        rx.el.input(required=required, class_name=theme.FIELD, type=props.pop("type", "text"), **props),
        class_name=theme.LABEL,
    )


def other_way(question: str, answer: str, path: str) -> rx.Component:
    """Lead from one form to the other."""
    return rx.el.p(
        question,
        " ",
        rx.el.a(answer, href=path, class_name=theme.LINK, custom_attrs={"data-next": "keep"}),
        class_name=theme.TEXT,
    )


def already_signed_in() -> rx.Component:
    """Say who is signed in."""
    return rx.el.p(
        "You are signed in as ",
        rx.el.strong(Visitor.email),
        ". ",
        rx.el.a("Back to the studio", href=routes.HOME, class_name=theme.LINK),
        class_name=theme.TEXT,
    )
