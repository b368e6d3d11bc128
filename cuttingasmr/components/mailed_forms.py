"""Forms about passwords and addresses: what they ask, what they say when it is done, and what stands beside a wrong field.

The browser posts them to the API itself (assets/letters.js): neither a password nor a mailed token passes through the page's
state. A form's place is in one of four states: asking, `done`, `gone` (its link is over) or `stranger` (sign in first).
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, link_button, title

SCRIPT = "/letters.js"
SHORTEST_PASSWORD = 8


def letters_script() -> rx.Component:
    """Load /letters.js on a page that a visitor may come to from another one."""
    return rx.el.script(src=SCRIPT, custom_attrs={"async": True})


def letters_script_at_once() -> rx.Component:
    """Load it before anything else runs: it takes the token out of the address before any other script can read that."""
    return rx.fragment(rx.el.script(src=SCRIPT), letters_script())


def place(*parts: rx.Component, needs_token: bool = False) -> rx.Component:
    """Hold a form and what is said when it is done."""
    marks = {"data-place": "", **({"data-needs-token": ""} if needs_token else {})}
    return rx.el.div(*parts, class_name=theme.LETTER, custom_attrs=marks)


def asking(*parts: rx.Component) -> rx.Component:
    """Stand there until it is done."""
    return rx.el.div(*parts, class_name=theme.LETTER_ASKING)


def done(*parts: rx.Component) -> rx.Component:
    """Stand there when it is done; the script moves the focus here."""
    return _said("done", theme.LETTER_DONE, *parts)


def gone(*parts: rx.Component) -> rx.Component:
    """Stand there when the link is over."""
    return _said("gone", theme.LETTER_GONE, *parts)


def stranger(*parts: rx.Component) -> rx.Component:
    """Stand there when somebody has to sign in first."""
    return _said("stranger", theme.LETTER_STRANGER, *parts)


def _said(when: str, look: str, *parts: rx.Component) -> rx.Component:
    marks = {"data-said": when, "tabIndex": -1}
    return rx.el.div(*parts, role="status", class_name=look, custom_attrs=marks)


def form(
    action: str, *fields: rx.Component, submit: str, kind: theme.Kind = "primary", **marks: str
) -> rx.Component:
    """Post these fields to /api/auth/`action`."""
    return rx.el.form(
        *fields,
        alert("", name=action),
        button(
            rx.el.span(submit, custom_attrs={"data-idle": ""}),
            rx.el.span("One moment…", custom_attrs={"data-pending": ""}),
            class_name=f"{theme.button_look(kind)} self-start",
            type="submit",
        ),
        method="post",
        action=f"/api/auth/{action}",
        class_name=theme.STACK,
        no_validate=True,
        custom_attrs={"data-letters": action, **{f"data-{name}": mark for name, mark in marks.items()}},
    )


def field(
    label: str, *, name: str, refusals: str, note: str = "", within: str = "", **props: Any
) -> rx.Component:
    """Ask for one thing. `refusals` are the API's codes whose sentence belongs beside this field.

    `within` names the form, where a page has several.
    """
    said = f"{within}{name}-refused"
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.input(
                name=name,
                required=True,
                class_name=theme.FIELD,
                type=props.pop("type", "text"),
                custom_attrs={"aria-describedby": said},
                **props,
            ),
            class_name=theme.LABEL,
        ),
        rx.el.p(note, class_name=theme.NOTE) if note else rx.fragment(),
        rx.el.p(
            "", role="alert", class_name=theme.ERROR, custom_attrs={"id": said, "data-refuses": refusals}
        ),
        class_name="flex flex-col gap-1.5",
    )


def email_field(label: str = "E-mail", **props: Any) -> rx.Component:
    """Ask for an address."""
    return field(label, name="email", refusals="InvalidEmail SameAddress", type="email", **props)


def present_password(*, within: str) -> rx.Component:
    """Ask for the present password."""
    return field(
        "Your present password",
        name="password",
        within=within,
        refusals="WrongPassword",
        type="password",
        auto_complete="current-password",
    )


def new_password(name: str) -> rx.Component:
    """Ask for a new password."""
    return field(
        "New password",
        name=name,
        refusals="InvalidPassword",
        note=f"At least {SHORTEST_PASSWORD} characters. A few words are easier to remember than signs.",
        type="password",
        auto_complete="new-password",
    )


def forgot_form() -> rx.Component:
    """Ask where the link shall go. What is said then is the same for every address."""
    return place(
        asking(
            title("Forgot your password?"),
            rx.el.p(
                "Tell us the e-mail address of your account. We send a link to it, by which you set a new one.",
                class_name=theme.TEXT,
            ),
            form(
                "request-reset",
                email_field(auto_complete="username", auto_focus=True),
                submit="Send the link",
            ),
            rx.el.p(
                rx.el.a("Back to signing in", href=routes.SIGN_IN, class_name=theme.LINK),
                class_name=theme.TEXT,
            ),
        ),
        done(
            title("Look into your mailbox."),
            rx.el.p(
                "If there is an account with ",
                rx.el.strong(custom_attrs={"data-typed": "email"}),
                ", a letter is on its way there. Its link works for one hour, once.",
                class_name=theme.TEXT,
            ),
            rx.el.p("Nothing there after a few minutes? Look among the junk.", class_name=theme.NOTE),
            button("Use another address", custom_attrs={"data-again": "", "data-asks-again": ""}),
        ),
    )


def reset_form() -> rx.Component:
    """Set a new password by a mailed link."""
    return place(
        asking(
            title("Set a new password."),
            rx.el.p(
                "Every browser that is signed in to your account is signed out by it.", class_name=theme.TEXT
            ),
            form("reset", new_password("password"), submit="Set this password", token="fragment"),  # noqa: S106
        ),
        done(
            title("Your password is changed."),
            rx.el.p("Every browser was signed out. Sign in with the new one.", class_name=theme.TEXT),
            link_button("Sign in", kind="primary", href=routes.SIGN_IN),
        ),
        gone(
            title("This link is over."),
            rx.el.p(
                "It was used already, a newer one took its place, or it is more than an hour old.",
                class_name=theme.TEXT,
            ),
            link_button("Send me a new one", kind="primary", href=routes.FORGOT_PASSWORD),
        ),
        needs_token=True,
    )


def verify_form() -> rx.Component:
    """Confirm an address by a mailed link: by a press, since programs that look into mail open links, too."""
    return place(
        asking(
            title("Is this your address?"),
            rx.el.p(
                "One press, and the address that the letter came to is confirmed.", class_name=theme.TEXT
            ),
            form("verify", submit="Confirm my address", token="fragment"),  # noqa: S106 - where it stands
        ),
        done(
            title("Confirmed."),
            rx.el.p(
                rx.el.strong(custom_attrs={"data-answer": "email"}),
                " is the address of your account. Pages that are open know it already.",
                class_name=theme.TEXT,
            ),
            link_button("To your profile", kind="primary", href=routes.PROFILE),
        ),
        gone(
            title("This link is over."),
            rx.el.p(
                "It was used already, a newer one took its place, or it is more than a day old. If your profile says that "
                "your address is confirmed, all is well; else it sends you a new link.",
                class_name=theme.TEXT,
            ),
            link_button("To your profile", kind="primary", href=routes.PROFILE),
        ),
        stranger(
            title("Sign in first."),
            rx.el.p(custom_attrs={"data-answer": "error"}, class_name=theme.TEXT),
            rx.el.a(
                "Sign in",
                href=routes.SIGN_IN,
                class_name=theme.button_look("primary"),
                custom_attrs={"data-next": "keep"},
            ),
            rx.el.p(
                "Never set a password, or do not know it? ",
                rx.el.a(
                    "Have a link mailed to set a new one", href=routes.FORGOT_PASSWORD, class_name=theme.LINK
                ),
                ". It signs everybody else out, and confirms your address, too.",
                class_name=theme.TEXT,
            ),
        ),
        needs_token=True,
    )
