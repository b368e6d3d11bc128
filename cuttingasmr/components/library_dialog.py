"""One video of the library, large: the player, its words and settings, and everything that can be done with it.

The server says what is open; assets/library.js opens and closes the dialog accordingly, and walks with the arrow keys.
"""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import tending, theme
from cuttingasmr.components.basics import button, hues, icon, moment
from cuttingasmr.components.tending import CardVar
from cuttingasmr.components.video_card import running
from cuttingasmr.generation.shelving import TITLE_LIMIT
from cuttingasmr.states.library import Library
from cuttingasmr.states.material import Material
from cuttingasmr.states.shelving import DELETE, RESTORE, Shelving
from cuttingasmr.states.studio import Studio


def library_dialog() -> rx.Component:
    """Show the video that is open."""
    return rx.fragment(
        rx.el.dialog(
            rx.foreach(Library.opened, _video),
            class_name=theme.SHEET,
            aria_label="Video",
            custom_attrs={"data-dialog": "video", "data-shows": Library.opened.length().to_string()},
        ),
        rx.el.button(
            type="button",
            hidden=True,
            on_click=Library.open(""),
            aria_hidden="true",
            custom_attrs={"data-shut": ""},
        ),
    )


def _video(card: CardVar) -> rx.Component:
    return rx.el.div(
        rx.match(
            card.stage,
            ("ready", _player(card)),
            ("failed", _ended(card, "circle-alert")),
            ("canceled", _ended(card, "x")),
            _making(card),
        ),
        rx.el.div(
            _top(),
            rx.cond(card.deleted, _bin(card), _details(card)),
            class_name=theme.SHEET_SIDE,
        ),
        key=card.id,
        class_name=theme.SHEET_INSIDE,
        custom_attrs={"data-opened": card.id, "data-stage": card.stage, "tabIndex": -1},
    )


def _player(card: CardVar) -> rx.Component:
    return rx.el.div(
        rx.cond(
            card.deleted,
            rx.el.img(src=card.poster, alt="", class_name=theme.SHEET_PLAYER),
            rx.el.video(
                src=card.file,
                poster=card.poster,
                controls=True,
                auto_play=True,
                loop=True,
                plays_inline=True,
                preload="metadata",
                class_name=theme.SHEET_PLAYER,
                aria_label=card.title,
                custom_attrs={"style": {"aspectRatio": card.ratio.replace(":", "/")}},
            ),
        ),
        class_name=theme.SHEET_STAGE,
        custom_attrs=hues(card.material.to(Material)),
    )


def _making(card: CardVar) -> rx.Component:
    return rx.el.div(
        running(card),
        class_name="shrink-0 overflow-y-auto max-lg:w-full lg:min-w-0 lg:flex-1",
    )


def _ended(card: CardVar, look: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    icon(look, 28),
                    rx.el.p(rx.cond(card.error, card.error, "You canceled it."), class_name="text-balance"),
                    rx.cond(card.returned, rx.el.p(card.returned, class_name=theme.PILL)),
                    class_name="flex max-w-sm flex-col items-center gap-3 px-6 text-center text-white",
                ),
                class_name=theme.CENTERED,
            ),
            class_name=theme.SHEET_WAITING,
        ),
        class_name=theme.SHEET_STAGE,
        custom_attrs=hues(card.material.to(Material)),
    )


def _top() -> rx.Component:
    return rx.el.div(
        _round("chevron-left", "Newer video", {"data-step": "-1"}),
        _round("chevron-right", "Older video", {"data-step": "1"}),
        rx.el.span(class_name="flex-1"),
        _round("x", "Close", {"data-closes": ""}),
        class_name=theme.SHEET_TOP,
    )


def _round(look: str, name: str, attrs: dict[str, str]) -> rx.Component:
    return rx.el.button(
        icon(look, 18), type="button", class_name=theme.ROUND, aria_label=name, title=name, custom_attrs=attrs
    )


def _details(card: CardVar) -> rx.Component:
    return rx.fragment(
        rx.el.div(_name(card), moment(card.began), class_name="flex flex-col gap-1"),
        rx.match(
            card.stage,
            ("ready", _actions(card)),
            ("failed", _second_chance(card)),
            ("canceled", _second_chance(card)),
            rx.fragment(tending.cancel(card), tending.discard_dialog(card)),
        ),
        rx.cond(Shelving.about == card.id, rx.el.p(Shelving.error, role="alert", class_name=theme.ERROR)),
        rx.cond(Studio.error_at == card.id, rx.el.p(Studio.error, role="alert", class_name=theme.ERROR)),
        _prompt(card),
        rx.cond(card.stage == "ready", _share(card)),
        _settings(card),
    )


def _name(card: CardVar) -> rx.Component:
    """Rename it in place: Enter or leaving the field keeps the name."""
    return rx.el.form(
        rx.el.input(type="hidden", name="video", value=card.id, read_only=True),
        rx.el.input(
            name="title",
            default_value=card.name,
            placeholder=card.heading,
            max_length=TITLE_LIMIT,
            auto_complete="off",
            class_name=theme.NAME_FIELD,
            aria_label="Name",
            custom_attrs={"data-name": card.name},
        ),
        key=card.id.to(str) + card.name.to(str),
        on_submit=Shelving.rename,
        custom_attrs={"data-rename": ""},
    )


def _actions(card: CardVar) -> rx.Component:
    return rx.el.div(
        tending.downloads(card),
        tending.into_form(card, "repeat-2", "Use again"),
        rx.el.span(class_name="flex-1"),
        tending.star(card),
        tending.delete(card, on_click=[Shelving.act(DELETE, card.id), Library.open("")]),
        class_name=theme.ACTIONS,
    )


def _second_chance(card: CardVar) -> rx.Component:
    return rx.el.div(
        tending.try_again(card),
        tending.into_form(card, "pencil-line", "Edit"),
        rx.el.span(class_name="flex-1"),
        tending.delete(card, on_click=[Shelving.act(DELETE, card.id), Library.open("")]),
        class_name=theme.ACTIONS,
    )


def _prompt(card: CardVar) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h3("Prompt", class_name=theme.SUBHEADING),
            rx.el.span(class_name="flex-1"),
            button(
                icon("copy", 15),
                "Copy",
                kind="plain",
                aria_label="Copy the prompt",
                custom_attrs={"data-copies": card.prompt},
            ),
            class_name=theme.ROW,
        ),
        rx.el.p(card.prompt, class_name=theme.PROMPT_BOX, custom_attrs={"data-prompt-text": ""}),
        class_name="flex flex-col gap-1.5",
    )


def _share(card: CardVar) -> rx.Component:
    link = rx.el.div(
        rx.el.input(
            value=card.share_url,
            read_only=True,
            class_name=theme.LINK_FIELD,
            aria_label="Link for others",
            custom_attrs={"data-link": ""},
        ),
        button(
            icon("copy", 15), "Copy", aria_label="Copy the link", custom_attrs={"data-copies": card.share_url}
        ),
        button("Stop", kind="plain", aria_label="Stop sharing", on_click=Shelving.unshare(card.id)),
        class_name="flex items-center gap-1.5",
    )
    offer = button(icon("link", 16), "Share by link", on_click=Shelving.share(card.id))
    return rx.el.div(rx.cond(card.is_shared, link, offer), custom_attrs={"data-share": ""})


def _settings(card: CardVar) -> rx.Component:
    return rx.el.dl(
        *_setting("Shape", card.ratio),
        rx.cond(card.picture, rx.fragment(*_setting("Picture", card.picture))),
        *_setting("Made from", card.made_from),
        *_setting("Length", "8 s, with sound"),
        *_setting("Credits", rx.cond(card.returned, card.returned, card.price)),
        class_name=theme.SETTINGS,
    )


def _setting(name: str, value: str | rx.Var[str]) -> tuple[rx.Component, rx.Component]:
    return rx.el.dt(name), rx.el.dd(value, class_name=theme.SETTING)


def _bin(card: CardVar) -> rx.Component:
    return rx.fragment(
        rx.el.h2(card.heading, class_name=theme.HEADING),
        rx.el.p(
            "It is deleted, and gone for good on ",
            moment(card.deleted),
            ". Until then you can take it back.",
            class_name=theme.TEXT,
        ),
        rx.el.div(
            button(icon("undo-2", 16), "Take back", kind="primary", on_click=Shelving.act(RESTORE, card.id)),
            class_name=theme.WRAP,
        ),
        _prompt(card),
    )
