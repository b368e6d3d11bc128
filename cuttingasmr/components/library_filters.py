"""The head of the library: search, what to show, and how many there are. Every choice stands in the page's address."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, icon
from cuttingasmr.states.library import DELETED, FAVOURITES, Library
from cuttingasmr.states.views import MADE_FROM

VIEWS = {
    "": ("All", Library.counts.total),
    "ready": ("Ready", Library.counts.ready),
    FAVOURITES: ("Favourites", Library.counts.favourites),
    "running": ("On their way", Library.counts.running),
    "failed": ("Failed", Library.counts.failed),
    "canceled": ("Canceled", Library.counts.canceled),
    DELETED: ("Recently deleted", Library.counts.deleted),
}
RARE_VIEWS = ("running", "failed", "canceled", DELETED)
"""Offered only while there is something in them, or they are open."""

SHAPES = {"": "Any shape", "16:9": "Wide, 16:9", "9:16": "Tall, 9:16"}
SOURCES = {
    "": "Made from anything",
    **dict(zip(("text", "frames", "references"), MADE_FROM.values(), strict=True)),
}


def library_head() -> rx.Component:
    """Name the page, and look for words."""
    return rx.el.div(
        rx.el.div(
            rx.el.h1("Library", class_name="font-display text-4xl sm:text-5xl tracking-[-0.02em]"),
            rx.el.p(
                rx.cond(Library.is_loaded, Library.counts.found, "\N{NO-BREAK SPACE}"),
                class_name=f"{theme.NOTE} {theme.FIGURES}",
                role="status",
                custom_attrs={"data-found": ""},
            ),
            class_name="flex flex-1 flex-col gap-1",
        ),
        _search(),
        class_name=theme.LIBRARY_HEAD,
    )


def library_filters() -> rx.Component:
    """Choose what to show."""
    return rx.el.div(
        rx.el.div(
            *(_view(name) for name in VIEWS),
            class_name=theme.CHIPS,
            role="group",
            aria_label="Show",
        ),
        rx.el.div(
            _select("ratio", "Shape", SHAPES, Library.wanted.ratio),
            _select("kind", "Made from", SOURCES, Library.wanted.kind),
            _day("since", "From", Library.wanted.since),
            _day("until", "To", Library.wanted.until),
            rx.el.span(class_name="flex-1"),
            rx.el.button(
                icon("square-check-big", 15),
                "Select",
                type="button",
                class_name=f"{theme.CHIP} inline-flex items-center gap-1.5",
                custom_attrs={"data-picks": "toggle"},
            ),
            class_name=theme.CHIPS,
        ),
        class_name=theme.FILTERS,
    )


def clear_button(name: str) -> rx.Component:
    """Lead back to all there is."""
    return button(name, kind="primary", on_click=Library.clear, custom_attrs={"data-clears": ""})


def _search() -> rx.Component:
    """Search while somebody types; the field is the browser's own, and begins with what the address says."""
    field = rx.el.input(
        type="search",
        default_value=Library.wanted.words,
        placeholder="Search prompts and names",
        class_name=theme.SEARCH_FIELD,
        on_change=Library.search.debounce(220),
        auto_complete="off",
        max_length=200,
        aria_label="Search your videos",
        custom_attrs={"data-search": ""},
    )
    return rx.el.div(
        rx.el.span(icon("search", 17), class_name=theme.SEARCH_ICON),
        rx.cond(Library.is_loaded, field, rx.el.div(class_name=theme.SEARCH_FIELD)),
        class_name=theme.SEARCH,
        role="search",
    )


def _view(name: str) -> rx.Component:
    said, count = VIEWS[name]
    is_chosen = Library.wanted.view == name
    chip = rx.el.button(
        said,
        rx.cond(count, rx.el.span(count.to_string(), class_name=theme.COUNT)),
        type="button",
        class_name=theme.CHIP,
        on_click=Library.choose("view", name),
        aria_pressed=rx.cond(is_chosen, "true", "false"),
        custom_attrs={"data-view": name or "all"},
    )
    return rx.cond(count | is_chosen, chip) if name in RARE_VIEWS else chip


def _select(name: str, label: str, options: dict[str, str], chosen: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        rx.el.select(
            *(rx.el.option(said, value=value) for value, said in options.items()),
            value=chosen,
            on_change=Library.choose(name),  # pyright: ignore[reportArgumentType] - the value joins it
            class_name=theme.SELECT,
            aria_label=label,
            custom_attrs={"data-set": _set(chosen)},
        ),
        rx.el.span(icon("chevron-down", 14), class_name=theme.SELECT_ARROW),
        class_name=theme.SELECT_BOX,
    )


def _day(name: str, label: str, chosen: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name=theme.NOTE),
        rx.el.input(
            type="date",
            value=chosen,
            on_change=Library.choose(name),  # pyright: ignore[reportArgumentType] - the value joins it
            class_name=theme.DAY,
            custom_attrs={"data-day": name},
        ),
        class_name="inline-flex shrink-0 items-center gap-2",
    )


def _set(chosen: rx.Var[str]) -> rx.Var[str]:
    """Mark what has been chosen."""
    return rx.cond(chosen, "", rx.Var("undefined"))
