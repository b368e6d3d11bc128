"""Where somebody is signed in, on the profile."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, heading, moment
from cuttingasmr.states.sessions import Sessions, Shown


def session_list() -> rx.Component:
    """List the browsers that are signed in, with a way to sign out in each."""
    return rx.el.section(
        heading("Where you are signed in"),
        rx.el.p(
            "Is there one that you do not know? Sign out there: it is over at once.", class_name=theme.TEXT
        ),
        rx.cond(
            Sessions.is_open,
            rx.fragment(
                rx.el.ul(rx.foreach(Sessions.rows, _session), class_name=f"{theme.CARD} px-5"),
                rx.cond(
                    Sessions.rows.length() > 1,
                    button(
                        "Sign out everywhere else",
                        on_click=Sessions.end_others,
                        class_name=f"{theme.button_look('quiet')} self-start",
                    ),
                ),
            ),
            button(
                "Look again", on_click=Sessions.show, class_name=f"{theme.button_look('quiet')} self-start"
            ),
        ),
        rx.el.p(Sessions.said, role="status", class_name=theme.NOTE),
        alert(Sessions.error, name="sessions"),
        class_name="flex flex-col gap-5",
    )


def _session(session: rx.vars.ObjectVar[Shown]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(session.device, class_name="text-sm"),
            rx.el.p("Signed in ", moment(session.began), class_name=theme.NOTE),
            class_name="min-w-48 flex-1",
        ),
        rx.cond(
            session.is_here,
            rx.el.span("This browser", class_name=theme.NOTE),
            rx.fragment(
                rx.el.span("Last used ", moment(session.seen), class_name=theme.NOTE),
                button("Sign out", kind="plain", on_click=Sessions.end(session.id)),
            ),
        ),
        key=session.id,
        class_name=theme.PURCHASE,
        custom_attrs={"data-session": session.id},
    )
