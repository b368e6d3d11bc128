"""The buttons of one video, alike on its card and in the library: cancel, try again, download, 1080p, star, delete."""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import Text, button, download_button, heading, icon
from cuttingasmr.states.shelving import DELETE, RESTORE, STAR, UNSTAR, Shelving
from cuttingasmr.states.studio import Studio
from cuttingasmr.states.views import Card

CardVar = rx.vars.ObjectVar[Card]

HD_TAKES = "1080p is being made, usually 1 to 3 min"


def cancel(card: CardVar) -> rx.Component:
    """Offer to cancel a video that waits, saying what comes back; or to discard one that is being made, after a question."""
    free = button(
        icon("x", 16),
        rx.el.span("Cancel · ", card.price, " come back", custom_attrs={"data-idle": ""}),
        rx.el.span("Canceling…", custom_attrs={"data-pending": ""}),
        on_click=Shelving.cancel(card.id),
    )
    asks = button(
        icon("circle-stop", 16), "Cancel", kind="plain", custom_attrs={"data-opens": question(card.id)}
    )
    return rx.cond(card.is_unsent, free, asks)


def question(video_id: rx.Var[str]) -> rx.Var[str]:
    """Name the dialog that asks about a video."""
    return "discard-" + video_id.to(str)


def discard_dialog(card: CardVar) -> rx.Component:
    """Say plainly what discarding costs, with keeping it as what is at hand."""
    return rx.el.dialog(
        rx.el.div(
            heading("It is being made already", class_name=theme.HEADING),
            rx.el.p(
                "The video service charges for a video from the moment it begins, so your ",
                card.price,
                " do not come back. You can keep it, or let it finish out of your sight: then it waits for "
                "some days in Recently deleted.",
                class_name=theme.TEXT,
            ),
            rx.el.div(
                button("Keep it", kind="primary", custom_attrs={"data-first": "", "data-closes": ""}),
                button(
                    "Discard it",
                    class_name=theme.DANGER,
                    on_click=Shelving.discard(card.id),
                    custom_attrs={"data-closes": ""},
                ),
                class_name=theme.WRAP,
            ),
            class_name=f"{theme.STACK} {theme.PADDED}",
        ),
        class_name=f"{theme.DIALOG} max-w-md",
        aria_label="It is being made already",
        custom_attrs={"data-dialog": question(card.id)},
    )


def try_again(card: CardVar) -> rx.Component:
    """Ask once more, as it was asked for; one failure is tried again once."""
    again = button(
        icon("rotate-ccw", 16),
        rx.el.span("Try again", custom_attrs={"data-idle": ""}),
        rx.el.span("Starting…", custom_attrs={"data-pending": ""}),
        on_click=Studio.retry(card.id),
        custom_attrs={"data-once": ""},
    )
    return rx.cond(card.was_retried, rx.el.span("You have tried it again.", class_name=theme.NOTE), again)


def downloads(card: CardVar) -> rx.Component:
    """Offer the file, and the 1080p version once there is one."""
    return rx.fragment(download_button("Download", href=card.download), hd(card))


def hd(card: CardVar) -> rx.Component:
    """Say where the 1080p version is, and offer what comes next."""
    return rx.el.span(
        rx.match(
            card.hd,
            ("asked", rx.el.span(HD_TAKES, class_name=theme.SOON, role="status")),
            ("ready", download_button("Download 1080p", href=card.hd_download)),
            ("unavailable", _no_hd(card)),
            button("Get 1080p", kind="plain", on_click=Shelving.ask_for_hd(card.id)),
        ),
        custom_attrs={"data-hd": card.hd},
    )


def _no_hd(card: CardVar) -> rx.Component:
    """Say why there is none, and offer to ask again once that may help."""
    again = button("Ask for 1080p again", kind="plain", on_click=Shelving.ask_for_hd(card.id))
    return rx.fragment(rx.el.span(card.hd_note, class_name=theme.NOTE), rx.cond(card.can_ask_hd, again))


def star(card: CardVar) -> rx.Component:
    """Make it a favourite, or not any more."""
    return rx.el.button(
        icon("heart", 18),
        type="button",
        class_name=theme.ROUND,
        on_click=Shelving.act(rx.cond(card.is_favourite, UNSTAR, STAR), card.id),
        aria_label="Favourite",
        aria_pressed=rx.cond(card.is_favourite, "true", "false"),
        title="Favourite",
    )


def delete(card: CardVar, **props: Any) -> rx.Component:
    """Delete it; the note that follows takes it back."""
    return rx.el.button(
        icon("trash-2", 18),
        type="button",
        class_name=f"{theme.ROUND} hover:text-bad",
        on_click=props.pop("on_click", Shelving.act(DELETE, card.id)),
        aria_label="Delete",
        title="Delete",
        **props,
    )


def into_form(card: CardVar, look: str, name: Text) -> rx.Component:
    """Put what it was made of into the form of the home page: words, shape, template and pictures."""
    return button(
        icon(look, 16),
        name,
        kind="plain",
        on_click=Studio.reuse(card.id),
    )


def act_note() -> rx.Component:
    """Say what became of the last act, with a way to take it back; it goes after ten seconds (assets/site.css)."""
    undo = button(
        icon("undo-2", 16),
        "Undo",
        class_name=theme.button_look("quiet"),
        on_click=Shelving.act(RESTORE, Shelving.undo),
    )
    return rx.el.div(
        rx.cond(
            Shelving.error,
            rx.el.div(
                rx.el.p(Shelving.error, class_name="text-bad pr-3", role="alert"),
                key=Shelving.act_id,
                class_name=f"passing {theme.NOTE_BAR}",
                custom_attrs={"data-note": "error"},
            ),
            rx.cond(
                Shelving.said,
                rx.el.div(
                    rx.el.p(Shelving.said, class_name="pr-1"),
                    rx.cond(Shelving.undo, undo, rx.el.span()),
                    key=Shelving.act_id,
                    class_name=f"passing {theme.NOTE_BAR}",
                    custom_attrs={"data-note": "said"},
                ),
            ),
        ),
        role="status",
    )
