"""The dialog with all the templates: search, nine categories, and one press to take one."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, heading, icon, slab
from cuttingasmr.components.prompt_form import ALL_TEMPLATES
from cuttingasmr.generation.templates import all_templates, categories
from cuttingasmr.states.material import Material
from cuttingasmr.states.shelf import Shelf
from cuttingasmr.states.studio import Studio
from cuttingasmr.states.views import Offer

TITLE = "all-templates-title"


def template_dialog() -> rx.Component:
    """Offer every template (assets/site.js opens and closes it)."""
    return rx.el.dialog(
        rx.el.div(
            _head(),
            _search(),
            _categories(),
            _offers(),
            class_name="flex h-[85dvh] flex-col gap-4 p-5 sm:p-6",
        ),
        class_name=f"{theme.DIALOG} max-w-3xl",
        aria_labelledby=TITLE,
        custom_attrs={"data-dialog": ALL_TEMPLATES},
    )


def _head() -> rx.Component:
    return rx.el.div(
        heading(f"{len(all_templates())} things to listen to", custom_attrs={"id": TITLE}),
        rx.el.span(class_name="flex-1"),
        button(
            rx.el.span("Close", class_name=theme.HIDDEN),
            icon("x"),
            kind="plain",
            custom_attrs={"data-closes": ""},
        ),
        class_name=theme.ROW,
    )


def _search() -> rx.Component:
    return rx.el.input(
        type="search",
        placeholder="Search: glass, rain, slow, crunchy…",
        class_name=theme.FIELD,
        on_change=Shelf.search.debounce(120),
        aria_label="Search the templates",
        auto_complete="off",
        custom_attrs={"data-first": ""},
    )


def _categories() -> rx.Component:
    shelves = [("", "All"), *((shelf.id, shelf.name) for shelf in categories())]
    return rx.el.div(
        *(_category(shelf_id, name) for shelf_id, name in shelves),
        class_name="flex gap-2 overflow-x-auto sm:flex-wrap [scrollbar-width:none]",
        role="group",
        aria_label="Categories",
    )


def _category(shelf_id: str, name: str) -> rx.Component:
    return rx.el.button(
        name,
        type="button",
        class_name=theme.CHIP,
        on_click=Shelf.take(shelf_id),
        aria_pressed=rx.cond(Shelf.category == shelf_id, "true", "false"),
    )


def _offers() -> rx.Component:
    nothing = rx.el.p("Nothing by that name. Write it in your own words instead.", class_name=theme.EMPTY)
    waiting = rx.el.p("Fetching the templates…", class_name=theme.EMPTY)
    return rx.el.div(
        rx.cond(
            Shelf.offers.length() > 0,
            rx.el.div(rx.foreach(Shelf.offers, _offer), class_name=theme.OFFERS),
            rx.cond(Shelf.is_filled, nothing, waiting),
        ),
        class_name="-mx-2 min-h-64 flex-1 overflow-y-auto px-2",
        aria_live="polite",
    )


def _offer(offer: rx.vars.ObjectVar[Offer]) -> rx.Component:
    return rx.el.button(
        rx.el.span(
            slab(offer.material.to(Material), theme.SMALL_SLAB),
            rx.el.span(icon(offer.icon, 18), class_name=f"{theme.CENTERED} text-white"),
            class_name="relative",
        ),
        rx.el.span(
            rx.el.span(offer.name, class_name=f"block {theme.SUBHEADING}"),
            rx.el.span(offer.summary, class_name=f"block {theme.NOTE}"),
        ),
        type="button",
        class_name=theme.OFFER,
        on_click=Studio.choose(offer.id),
        key=offer.id,
        custom_attrs={"data-closes": "", "data-chooses": "", "data-offer": offer.id},
    )
