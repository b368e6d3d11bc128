"""The library's grid: pictures in their own shapes, without gaps, and the ways on from where there are none."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, hues, icon, link_button
from cuttingasmr.components.library_filters import clear_button
from cuttingasmr.states.library import DELETED, Library
from cuttingasmr.states.material import Material
from cuttingasmr.states.views import Tile

TileVar = rx.vars.ObjectVar[Tile]

BONES = ("16:9", "9:16", "16:9", "9:16", "16:9", "16:9", "16:9", "9:16", "16:9", "16:9", "9:16", "16:9")


def library_grid() -> rx.Component:
    """Show what fits, and more of it as it is scrolled to (assets/library.js presses the button)."""
    return rx.el.section(
        rx.cond(Library.has_newer, _newest()),
        rx.cond(
            Library.is_loaded,
            rx.cond(Library.tiles.length() > 0, _tiles(), _nothing()),
            _bones(),
        ),
        rx.cond(
            Library.has_more,
            rx.el.div(
                button("Load more", on_click=Library.show_more, custom_attrs={"data-more": ""}),
                class_name=theme.SENTINEL,
            ),
        ),
        class_name=theme.TILES_ROOM,
        aria_label="Videos",
    )


def _tiles() -> rx.Component:
    return rx.el.ul(rx.foreach(Library.tiles, _tile), class_name=theme.TILES, custom_attrs={"data-tiles": ""})


def _tile(tile: TileVar) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.cond(
                tile.poster,
                rx.el.img(src=tile.poster, alt="", loading="lazy", decoding="async", class_name=theme.COVER),
                _state(tile),
            ),
            rx.el.span(class_name=theme.PREVIEW, custom_attrs={"data-plays": tile.preview}),
            rx.el.span(rx.el.span(tile.title, class_name=theme.TILE_TITLE), class_name=theme.TILE_SHADE),
            type="button",
            class_name=theme.TILE_COVER,
            on_click=Library.open(tile.id),
            custom_attrs={"data-opens-video": tile.id},
        ),
        rx.cond(tile.poster & (tile.said != ""), rx.el.span(tile.said, class_name=theme.TILE_SAID)),
        rx.cond(tile.is_favourite, rx.el.span(icon("heart", 16), class_name=theme.TILE_HEART)),
        rx.el.label(
            rx.el.span("Select ", tile.title, class_name=theme.HIDDEN),
            rx.el.input(type="checkbox", class_name=theme.PICK_BOX, custom_attrs={"data-pick": tile.id}),
            class_name=theme.PICK,
        ),
        key=tile.id,
        class_name=theme.LIBRARY_TILE,
        custom_attrs={
            **hues(tile.material.to(Material)),
            "data-card": tile.id,
            "data-stage": tile.stage,
            "data-ratio": tile.ratio,
        },
    )


def _state(tile: TileVar) -> rx.Component:
    look = rx.cond(tile.stage == "failed", "circle-alert", "x")
    is_running = (tile.stage != "failed") & (tile.stage != "canceled") & (tile.stage != "ready")
    return rx.el.span(
        rx.el.span(
            rx.cond(
                is_running,
                rx.el.span(class_name=theme.SPINNER),
                icon(look, 20),
            ),
            rx.el.span(tile.said, class_name=theme.FIGURES),
            class_name=theme.TILE_STATE_INSIDE,
        ),
        class_name=theme.TILE_STATE,
    )


def _bones() -> rx.Component:
    return rx.el.div(
        *(rx.el.div(class_name=theme.BONE, custom_attrs={"data-ratio": ratio}) for ratio in BONES),
        class_name=theme.TILES,
        aria_label="Fetching your videos",
        role="status",
    )


def _nothing() -> rx.Component:
    """Say why there is nothing, with a way out."""
    return rx.cond(
        Library.address,
        rx.cond(Library.wanted.view == DELETED, _empty_bin(), _no_match()),
        _no_videos(),
    )


def _no_videos() -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name=f"{theme.IDEA_SLAB} [--a:82] [--b:30]", aria_hidden="true"),
        rx.el.p("Nothing cut yet.", class_name=theme.HEADING),
        rx.el.p("Every video you make is kept here, with its words and its settings.", class_name=theme.TEXT),
        link_button("Make the first one", kind="primary", href=routes.HOME),
        class_name=theme.EMPTY,
    )


def _no_match() -> rx.Component:
    return rx.el.div(
        rx.el.p("Nothing like that here.", class_name=theme.HEADING),
        rx.el.p("Try fewer words, or look through everything.", class_name=theme.TEXT),
        clear_button("Show all videos"),
        class_name=theme.EMPTY,
    )


def _empty_bin() -> rx.Component:
    return rx.el.div(
        rx.el.p("Nothing was deleted lately.", class_name=theme.HEADING),
        rx.el.p(
            "What you delete waits here for some days before it is gone for good.", class_name=theme.TEXT
        ),
        button(
            "Back to your videos",
            kind="primary",
            on_click=Library.choose("view", ""),
            custom_attrs={"data-clears": ""},
        ),
        class_name=theme.EMPTY,
    )


def _newest() -> rx.Component:
    return rx.el.div(
        button("Back to the newest", on_click=Library.choose("view", Library.wanted.view)),
        class_name=theme.SENTINEL,
    )
