"""A video's card, from the press of the button to the picture: one card, whose inside changes as the video comes."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import tending, theme
from cuttingasmr.components.basics import hues, icon, moment
from cuttingasmr.components.tending import CardVar
from cuttingasmr.states.material import Material
from cuttingasmr.states.studio import Studio

STAGES = ("queued", "rendering", "saving", "ready")


def video_card(card: CardVar, *, is_large: bool | rx.Var[bool] = False) -> rx.Component:
    """Show a video wherever it is; the newest one may be shown large."""
    large = rx.cond(is_large, "", rx.Var("undefined")) if isinstance(is_large, rx.Var) else None
    return rx.el.article(
        rx.match(
            card.stage,
            ("ready", _finished(card)),
            ("failed", _failed(card)),
            ("canceled", _failed(card)),
            running(card),
        ),
        rx.cond(card.is_running & ~card.is_unsent, tending.discard_dialog(card)),
        key=card.id,
        class_name=theme.VIDEO_CARD,
        aria_label=card.title,
        custom_attrs={
            "id": card.id,
            "tabIndex": -1,
            "data-card": card.id,
            "data-stage": card.stage,
            "data-large": large,
        },
    )


def _finished(card: CardVar) -> rx.Component:
    return rx.el.div(
        _stage(
            card,
            rx.el.video(
                src=card.file,
                poster=card.poster,
                controls=True,
                plays_inline=True,
                preload="none",
                class_name=theme.PLAYER,
                aria_label=card.title,
            ),
            rx.el.span(class_name=theme.CARD_PREVIEW, custom_attrs={"data-plays": card.preview}),
        ),
        _body(
            card,
            rx.el.span(class_name="flex-1"),
            rx.el.div(
                tending.downloads(card),
                tending.into_form(card, "repeat-2", "Use again"),
                rx.el.span(class_name="flex-1"),
                tending.star(card),
                tending.delete(card),
                class_name=theme.ACTIONS,
            ),
        ),
        class_name=theme.CARD_INSIDE,
    )


def running(card: CardVar) -> rx.Component:
    """Show a video on its way: the block that is being cut, its stages, its clock."""
    return rx.el.div(
        _stage(card, rx.el.div(_block(card), class_name=theme.CENTERED)),
        _body(
            card,
            rx.cond(card.notice, rx.el.p(card.notice, class_name=theme.TEXT, role="status")),
            rx.el.span(class_name="flex-1"),
            rx.el.div(rx.el.div(class_name=theme.BAR), class_name=theme.TRACK, aria_hidden="true"),
            rx.el.ol(*(_step(card, place) for place in range(len(STAGES))), class_name=theme.STEPS),
            rx.el.div(
                rx.el.div(_place(card), _clock(card), class_name="min-w-44 flex-1"),
                tending.cancel(card),
                class_name="flex flex-wrap items-center gap-x-3 gap-y-2",
            ),
        ),
        key=f"{card.id}{card.stage}{card.elapsed}",
        class_name=theme.MAKING,
        custom_attrs=hues(card.material.to(Material), elapsed=card.elapsed, expected=card.expected),
    )


def _failed(card: CardVar) -> rx.Component:
    return rx.el.div(
        _stage(
            card,
            rx.el.div(
                rx.el.div(
                    icon("circle-alert", 26),
                    rx.el.p(card.error, class_name="text-sm text-balance"),
                    rx.cond(card.returned, rx.el.p(card.returned, class_name=theme.PILL)),
                    class_name="flex max-w-[17rem] flex-col items-center gap-3 text-center text-white",
                ),
                class_name=theme.CENTERED,
            ),
        ),
        _body(
            card,
            rx.cond(Studio.error_at == card.id, rx.el.p(Studio.error, role="alert", class_name=theme.ERROR)),
            rx.el.span(class_name="flex-1"),
            rx.el.div(
                tending.try_again(card),
                tending.into_form(card, "pencil-line", "Edit"),
                rx.el.span(class_name="flex-1"),
                tending.delete(card),
                class_name=theme.ACTIONS,
            ),
        ),
        class_name=theme.CARD_INSIDE,
    )


def _stage(card: CardVar, *children: rx.Component) -> rx.Component:
    return rx.el.div(*children, class_name=theme.STAGE, custom_attrs=hues(card.material.to(Material)))


def _body(card: CardVar, *children: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h3(card.title, class_name=theme.SUBHEADING),
            rx.el.span(class_name="flex-1"),
            moment(card.began),
            class_name="flex items-baseline gap-3",
        ),
        rx.el.p(card.prompt, class_name=theme.CARD_TEXT, title=card.prompt),
        *children,
        class_name=theme.CARD_BODY,
    )


def _block(card: CardVar) -> rx.Component:
    """Show the block that is being cut: as much as the time that has passed, never all of it."""
    return rx.el.div(
        rx.el.span(class_name=theme.UNCUT),
        rx.el.span(class_name=theme.BLADE),
        class_name=["block", theme.BLOCK, card.material.to(Material).texture],
        aria_hidden="true",
        custom_attrs={"style": {"aspectRatio": card.ratio.replace(":", "/")}},
    )


def _step(card: CardVar, place: int) -> rx.Component:
    name = STAGES[place]
    is_past = rx.Var.create(list(STAGES[place + 1 :])).contains(card.stage)
    return rx.el.li(
        rx.el.span(class_name=theme.DOT),
        name.capitalize(),
        class_name=f"group/step {theme.STEP}",
        aria_current=rx.cond(card.stage == name, "step", "false"),
        custom_attrs={"data-at": rx.cond(card.stage == name, "now", rx.cond(is_past, "past", "later"))},
    )


def _clock(card: CardVar) -> rx.Component:
    return rx.el.p(
        rx.el.span(custom_attrs={"data-elapsed": card.elapsed.to_string()}),
        ", ",
        card.usually,
        class_name=f"{theme.NOTE} {theme.FIGURES}",
    )


def _place(card: CardVar) -> rx.Component:
    return rx.cond(
        card.place,
        rx.el.p(card.place, class_name=f"text-sm text-ink {theme.FIGURES}", custom_attrs={"data-place": ""}),
    )
