"""Two lists of the profile: the newest videos, and every change of the balance."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, download_button, heading, hues, link_button, moment, number
from cuttingasmr.states.history import History
from cuttingasmr.states.material import Material
from cuttingasmr.states.views import Line, Tile

LATELY = 4


def videos() -> rx.Component:
    """Show the newest videos small, and lead to the library."""
    return rx.el.section(
        rx.el.div(
            heading("Newest videos"),
            rx.el.span(class_name="flex-1"),
            rx.cond(
                History.videos.length() > 0,
                rx.el.a("Open your library", href=routes.LIBRARY, class_name=theme.LINK),
            ),
            class_name="flex items-baseline gap-3",
        ),
        rx.cond(
            History.videos.length() > 0,
            rx.el.ul(rx.foreach(History.videos, _teaser), class_name=theme.TEASER),
            rx.el.div(
                rx.el.p("Nothing made yet."),
                link_button("Make the first one", kind="primary", href=routes.HOME),
                class_name=theme.EMPTY,
            ),
        ),
        class_name="flex flex-col gap-5",
    )


def _teaser(tile: rx.vars.ObjectVar[Tile]) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.cond(
                tile.poster,
                rx.el.img(src=tile.poster, alt="", loading="lazy", class_name=theme.COVER),
                rx.el.span(tile.said, class_name=f"{theme.TILE_STATE} text-xs"),
            ),
            rx.el.span(tile.title, class_name=theme.HIDDEN),
            href=routes.library_at("") + tile.id.to(str),
            class_name="absolute inset-0",
        ),
        key=tile.id,
        class_name=theme.TEASER_TILE,
        custom_attrs={
            **hues(tile.material.to(Material)),
            "data-card": tile.id,
            "data-stage": tile.stage,
        },
    )


def latest_lines() -> rx.Component:
    """Show the newest changes of the balance, and lead to all of them."""
    return rx.el.section(
        rx.el.div(
            heading("Lately"),
            rx.el.span(class_name="flex-1"),
            rx.el.a(
                "All of your credit history",
                href="#credits",
                class_name=theme.LINK,
                custom_attrs={"data-leads": ""},
            ),
            class_name="flex flex-wrap items-baseline gap-3",
        ),
        rx.el.ul(
            rx.foreach(History.lines[:LATELY], _latest_line),
            class_name=f"{theme.CARD} px-5",
        ),
        class_name="flex flex-col gap-5",
    )


def credit_lines() -> rx.Component:
    """List every change of the balance."""
    return rx.el.section(
        rx.el.div(
            heading("Credit history"),
            rx.el.span(class_name="flex-1"),
            download_button("Download CSV", href=routes.CREDITS_CSV),
            class_name=theme.ROW,
        ),
        rx.el.ul(rx.foreach(History.lines, _line), class_name=f"{theme.CARD} px-5"),
        rx.cond(
            History.has_more_lines,
            button(
                "Show more entries",
                on_click=History.show_more_lines,
                class_name=f"{theme.button_look('quiet')} self-center",
            ),
        ),
        class_name="flex flex-col gap-5",
    )


def _line(line: rx.vars.ObjectVar[Line]) -> rx.Component:
    return _row(line, "line")


def _latest_line(line: rx.vars.ObjectVar[Line]) -> rx.Component:
    return _row(line, "latest")


def _row(line: rx.vars.ObjectVar[Line], name: str) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.cond(
                line.video,
                rx.el.a(
                    line.what,
                    href=routes.library_at("") + line.video.to(str),
                    class_name=theme.LINK,
                ),
                rx.el.span(line.what),
            ),
            class_name="flex-1 text-sm",
        ),
        moment(line.at),
        number(
            line.credits,
            is_signed=True,
            class_name=rx.cond(
                line.is_gain,
                f"w-14 text-right text-sm text-good {theme.FIGURES}",
                f"w-14 text-right text-sm text-soft {theme.FIGURES}",
            ),
        ),
        key=line.id.to_string(),
        class_name=theme.TABLE_ROW,
        custom_attrs={f"data-{name}": ""},
    )
