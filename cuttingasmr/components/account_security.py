"""Address and password, on the profile: how they stand, and changing them."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import heading, icon
from cuttingasmr.components.mailed_forms import (
    asking,
    done,
    email_field,
    form,
    letters_script,
    new_password,
    place,
    present_password,
)
from cuttingasmr.states.security import CLERK, HERE, Security
from cuttingasmr.states.visitor import Visitor


def confirm_note() -> rx.Component:
    """Ask to confirm the address, until it is; that it is shows at once, wherever it was done."""
    note = rx.el.section(
        rx.el.div(
            rx.el.h2("Confirm your address", class_name=theme.SUBHEADING),
            rx.el.p(
                "We have sent a link to ",
                rx.el.strong(Visitor.email, class_name=theme.STRONG),
                ". Until you open it, payments are not found by your address.",
                class_name=theme.TEXT,
            ),
            class_name="flex min-w-60 flex-1 flex-col gap-1",
        ),
        place(
            asking(form("request-verification", submit="Send it again", kind="quiet")),
            done(rx.el.p("Sent. If it is not there soon, look among the junk.", class_name=theme.TEXT)),
        ),
        class_name=theme.LETTER_NOTE,
        aria_label="Confirm your address",
        custom_attrs={"data-unconfirmed": ""},
    )
    return rx.cond(Security.wants_confirming, note)


def account_security() -> rx.Component:
    """Show how address and password stand, to those who have them with us; say who keeps them, to the others."""
    whole = rx.el.section(
        heading("Address and password"),
        rx.cond(Security.keeper == CLERK, _kept_by_clerk()),
        rx.cond(Security.has_password, _card()),
        class_name="flex flex-col gap-5",
    )
    return rx.cond(Security.has_password | (Security.keeper == CLERK), whole)


def _kept_by_clerk() -> rx.Component:
    """Say what Clerk keeps; who had a password here before Clerk has it still, and it is a way in."""
    both = "You sign in with Clerk, which keeps both. Change them in your account there."
    address = (
        "You sign in with Clerk, which keeps your address: change it in your account there. The password that you "
        "have here opens this account, too."
    )
    return rx.el.p(rx.cond(Security.has_password, address, both), class_name=theme.TEXT)


def _card() -> rx.Component:
    address = _row("E-mail", _address(), rx.cond(Security.waiting, _waiting(), _change_address()))
    return rx.el.div(
        letters_script(),
        rx.cond(Security.keeper == HERE, address),
        _row(
            "Password",
            rx.el.span("Known to you alone", class_name=theme.NOTE),
            _change_password(),
        ),
        class_name=f"{theme.CARD} px-5",
    )


def _row(name: str, value: rx.Component, below: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(name, class_name=f"w-24 shrink-0 {theme.TEXT}"), value, class_name=theme.SECURITY_LINE
        ),
        below,
        class_name=theme.SECURITY_ROW,
        custom_attrs={"data-security": name.lower()},
    )


def _address() -> rx.Component:
    proved = rx.el.span(icon("check", 15), "Confirmed", class_name=theme.PROVED)
    return rx.el.p(
        rx.el.span(Visitor.email, class_name="text-sm break-all"),
        rx.cond(Security.is_confirmed, proved, rx.el.span("Not confirmed yet", class_name=theme.UNPROVED)),
        class_name=theme.SECURITY_VALUE,
    )


def _opening(label: str, form_place: rx.Component) -> rx.Component:
    return rx.el.details(
        rx.el.summary(label, class_name=theme.SECURITY_OPENER),
        rx.el.div(form_place, class_name=theme.SECURITY_FORM),
    )


def _change_address() -> rx.Component:
    sent = rx.el.p("A letter is on its way to the new address.", class_name=theme.TEXT)
    fields = (email_field("New e-mail address", auto_complete="email"), present_password(within="address-"))
    return _opening(
        "Change address", place(asking(form("change-email", *fields, submit="Send the link")), done(sent))
    )


def _waiting() -> rx.Component:
    """Say that a new address waits to be confirmed, and offer to let it be."""
    return rx.el.div(
        rx.el.p(
            "A link went to ",
            rx.el.strong(Security.waiting, class_name=theme.STRONG),
            ". Open it in this browser within a day; until then your address stays as it is.",
            class_name=theme.TEXT,
        ),
        place(asking(form("change-email", submit="Keep my address", kind="quiet", method="DELETE")), done()),
        class_name="flex flex-col gap-3 pt-3",
        custom_attrs={"data-waiting": ""},
    )


def _change_password() -> rx.Component:
    who = rx.el.input(
        type="email", value=Visitor.email, read_only=True, auto_complete="username", class_name="hidden"
    )  # for the browser, which keeps passwords by name
    fields = (who, present_password(within="change-"), new_password("newPassword"))
    changed = rx.el.p(
        "Your password is changed, and every other browser was signed out.", class_name=theme.TEXT
    )
    return _opening(
        "Change password",
        place(asking(form("change-password", *fields, submit="Change password")), done(changed)),
    )
