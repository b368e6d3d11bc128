"""Taking one's data along, on the profile."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, download_button, heading, icon, moment
from cuttingasmr.states.export import Takeout


def export_section() -> rx.Component:
    """Offer the archive, show how it comes along, and give it."""
    return rx.el.section(
        rx.el.div(
            heading("Your data"),
            rx.el.p(
                "One ZIP with everything that we hold about you: your videos and pictures, and your account, purchases, "
                "credits and prompts as JSON and CSV.",
                class_name=f"max-w-xl text-pretty {theme.TEXT}",
            ),
            class_name="flex flex-col gap-2",
        ),
        rx.el.div(
            rx.match(
                Takeout.archive.state,
                ("queued", _under_way()),
                ("making", _under_way()),
                ("ready", _ready()),
                ("failed", _failed()),
                _offer(),
            ),
            class_name=f"{theme.CARD} {theme.PADDED}",
            custom_attrs={"data-export": Takeout.archive.state},
        ),
        alert(Takeout.error, name="export"),
        class_name="flex flex-col gap-5",
    )


def _start(name: str) -> rx.Component:
    return button(icon("folder-down", 16), name, on_click=Takeout.start)


def _offer() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "It is made in the background, which takes a minute or two. You can close this page meanwhile.",
            class_name=f"min-w-56 flex-1 {theme.TEXT}",
        ),
        _start("Prepare my archive"),
        class_name=theme.ARCHIVE,
    )


def _under_way() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p("Your archive is being made", class_name=theme.SUBHEADING),
            rx.el.span(Takeout.archive.said, class_name=f"{theme.NOTE} {theme.FIGURES}"),
            class_name="flex flex-wrap items-baseline justify-between gap-x-4",
            role="status",
        ),
        rx.el.progress(
            value=Takeout.archive.share.to_string(),
            max="100",
            class_name=theme.ARCHIVE_BAR,
            aria_label="How much of your archive is made",
        ),
        class_name="flex flex-col gap-3",
    )


def _ready() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p("Your archive is ready", class_name=theme.SUBHEADING, role="status"),
            rx.el.p(
                Takeout.archive.size,
                " · kept until ",
                moment(Takeout.archive.kept_until),
                class_name=theme.NOTE,
            ),
            class_name="flex min-w-56 flex-1 flex-col gap-1",
        ),
        rx.el.div(
            rx.cond(
                Takeout.archive.again_from,
                rx.el.span("A new one from ", moment(Takeout.archive.again_from), class_name=theme.NOTE),
                button("Make a new one", kind="plain", on_click=Takeout.start),
            ),
            download_button("Download", href=routes.EXPORT_FILE),
            class_name="flex flex-wrap items-center gap-3",
        ),
        class_name=theme.ARCHIVE,
    )


def _failed() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p("Your archive did not come", class_name=theme.SUBHEADING),
            rx.el.p(Takeout.archive.error, class_name=theme.TEXT, role="status"),
            class_name="flex min-w-56 flex-1 flex-col gap-1",
        ),
        _start("Try again"),
        class_name=theme.ARCHIVE,
    )
