"""Deleting one's account, on the profile: the question before it, what is said after it, and the way back.

The browser asks the API itself (assets/leaving.js): a password never passes through the page's state.
"""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, heading, icon, link_button, title
from cuttingasmr.components.export import export_section
from cuttingasmr.components.frame import signed_out
from cuttingasmr.states.leaving import Leaving
from cuttingasmr.states.visitor import Visitor

DIALOG = "delete-account"
TITLE = "delete-account-title"


def leaving_section() -> rx.Component:
    """Offer to delete the account, below everything else."""
    return rx.el.section(
        heading("Delete your account"),
        rx.el.p(
            "Your videos, your words and your name go for good, ",
            Leaving.days,
            " after you delete it. Until then you can change your mind.",
            class_name=f"max-w-xl text-pretty {theme.TEXT}",
        ),
        button(
            icon("trash-2", 16),
            "Delete my account",
            class_name=f"{theme.DANGER} self-start",
            on_click=Leaving.ask,
            custom_attrs={"data-opens": DIALOG},
        ),
        _question(),
        class_name="flex flex-col gap-4",
    )


def _question() -> rx.Component:
    return rx.el.dialog(
        rx.el.form(
            heading("Delete your account?", custom_attrs={"id": TITLE}),
            rx.el.div(
                _list(
                    "What happens now",
                    "You are signed out everywhere, and what you have shared is no longer public.",
                    "Videos that wait are canceled and their credits come back. One that is being made is finished.",
                ),
                _list(
                    rx.fragment("What is gone after ", Leaving.days),
                    "Your videos, pictures and prompts, your name and your address.",
                    rx.cond(Visitor.credits > 0, _credits(), "Your account itself."),
                ),
                _list(
                    "What stays",
                    "Amounts and dates of purchases and credits, without your name, for the books.",
                ),
                class_name="flex flex-col gap-4",
            ),
            rx.el.p(
                "Sign in within ",
                Leaving.days,
                " to keep everything. You may want to download your data first.",
                class_name=theme.TEXT,
            ),
            _confirm(),
            rx.cond(Leaving.needs_password, _password()),
            alert("", name="leaving"),
            rx.el.div(
                button("Keep my account", kind="primary", custom_attrs={"data-closes": "", "data-first": ""}),
                button(
                    rx.el.span("Delete it", custom_attrs={"data-idle": ""}),
                    rx.el.span("One moment…", custom_attrs={"data-pending": ""}),
                    type="submit",
                    class_name=theme.DANGER,
                ),
                class_name=theme.WRAP,
            ),
            class_name=f"{theme.STACK} {theme.PADDED} max-h-[92dvh] overflow-y-auto",
            custom_attrs={"data-leaves": ""},
        ),
        class_name=f"{theme.DIALOG} max-w-lg",
        aria_labelledby=TITLE,
        custom_attrs={"data-dialog": DIALOG},
    )


def _list(name: str | rx.Component, *points: str | rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.h3(name, class_name=f"text-sm {theme.SUBHEADING}"),
        rx.el.ul(
            *(rx.el.li(point) for point in points), class_name=f"{theme.BULLETS} gap-1! text-sm text-soft"
        ),
        class_name="flex flex-col gap-1",
    )


def _credits() -> rx.Component:
    return rx.fragment("The ", rx.el.strong(Visitor.credits.to_string(), " credits"), " that you have left.")


def _confirm() -> rx.Component:
    return rx.el.label(
        rx.el.span("Type ", rx.el.strong("DELETE", class_name=theme.STRONG), ", or your e-mail address"),
        rx.el.input(
            name="confirm",
            required=True,
            auto_complete="off",
            auto_capitalize="off",
            spell_check=False,
            max_length=320,
            class_name=theme.FIELD,
        ),
        class_name=theme.LABEL,
    )


def _password() -> rx.Component:
    return rx.el.label(
        "Your password",
        rx.el.input(
            name="password",
            type="password",
            required=True,
            auto_complete="current-password",
            max_length=200,
            class_name=theme.FIELD,
        ),
        class_name=theme.LABEL,
    )


def leaving_page() -> rx.Component:
    """Tell somebody who is leaving until when they can stay, with staying as what is at hand."""
    return rx.el.div(
        rx.el.div(
            title("This account is to be deleted."),
            rx.el.p(
                rx.el.span(Leaving.address, class_name=theme.STRONG),
                " and everything in it will be gone for good on ",
                _day(Leaving.until),
                ". Nothing is lost yet: keep it, and all is as it was.",
                class_name=theme.LEAD,
            ),
            rx.el.div(
                button(
                    icon("undo-2", 18),
                    rx.el.span("Keep my account", custom_attrs={"data-idle": ""}),
                    rx.el.span("One moment…", custom_attrs={"data-pending": ""}),
                    kind="primary",
                    custom_attrs={"data-keeps": ""},
                ),
                class_name=theme.WRAP,
            ),
            alert("", name="keeping"),
            class_name="flex flex-col gap-5",
        ),
        export_section(),
        class_name="flex flex-col gap-14 py-14 sm:py-20",
        custom_attrs={"data-leaving": Leaving.until},
    )


def _day(at: rx.Var[str]) -> rx.Component:
    """Say when it is over, in the reader's own time zone (assets/site.js writes it)."""
    return rx.el.time(
        class_name=f"whitespace-nowrap {theme.STRONG}", custom_attrs={"dateTime": at, "data-at": at}
    )


def left_page() -> rx.Component:
    """Say goodbye to somebody who has just deleted their account."""
    return rx.el.div(
        title("Your account is closed."),
        rx.el.p(
            "You are signed out everywhere. Everything of yours will be gone for good on ",
            _day(Leaving.left_until),
            ". If you change your mind before that, sign in and keep it.",
            class_name=theme.LEAD,
        ),
        rx.el.div(
            link_button("Back to the home page", kind="primary", href=routes.HOME),
            link_button("Sign in", href=routes.SIGN_IN),
            class_name=theme.WRAP,
        ),
        class_name="flex flex-col gap-5 py-20",
        custom_attrs={"data-left": Leaving.left_until},
    )


def leaving_door() -> rx.Component:
    """Lead somebody who is leaving out of the header: they are signed in, so it offers no way in."""
    out = rx.el.nav(button("Sign out", custom_attrs={"data-sign-out": ""}), aria_label="Account")
    return rx.cond(Leaving.until, out, signed_out())


def leaving_script() -> rx.Component:
    """Bring the script that deletes and keeps; no other page needs it."""
    return rx.el.script(src="/leaving.js", async_=True)
