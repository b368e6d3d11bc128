"""The pictures of the form: how they are added, and the tray in which they lie, cut as the video will show them.

assets/pictures.js fills the tray from the two moulds, sends files to the API, and keeps what is there through reloads.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import icon
from cuttingasmr.models import VideoKind

SWITCH = {VideoKind.FRAMES: "Frames", VideoKind.REFERENCES: "References"}


def picture_buttons() -> rx.Component:
    """Offer to add pictures: from the device, and where there is a touch screen from its camera."""
    return rx.fragment(
        _adder("image-plus", "Picture", "Add a picture", multiple=True),
        _adder("camera", "", "Take a photo", capture="environment", class_name=theme.ADD_PHOTO),
    )


def picture_tray() -> rx.Component:
    """Show the pictures that were added, what they mean, and what was refused."""
    hint = rx.el.p("Drop it here", class_name=theme.DROP_HINT, aria_hidden="true")
    return rx.fragment(_tray(), hint)


def _tray() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _kind_switch(),
            rx.el.p(class_name=theme.NOTE, custom_attrs={"data-pictures-hint": ""}),
            class_name=theme.TRAY_HEAD,
        ),
        rx.el.ol(class_name=theme.TRAY, aria_label="Pictures", custom_attrs={"data-tray": ""}),
        rx.el.ul(class_name=theme.REFUSALS, custom_attrs={"data-refusals": ""}),
        rx.el.p(class_name=theme.HIDDEN, role="status", custom_attrs={"data-pictures-said": ""}),
        rx.el.input(type="hidden", name="pictures"),
        rx.el.div(_picture_mould(), _refusal_mould(), hidden=True),
        class_name=theme.PICTURES,
        custom_attrs={"data-pictures": ""},
    )


def _adder(look: str, name: str, said: str, **props: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="file",
            accept="image/*",
            class_name=theme.HIDDEN,
            aria_label=said,
            custom_attrs={
                "data-adds": "",
                **({"capture": "environment"} if props.pop("capture", "") else {}),
            },
            multiple=props.pop("multiple", False),
        ),
        icon(look, 16),
        name,
        class_name=props.pop("class_name", theme.ADD),
        title=said,
    )


def _kind_switch() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("What the pictures are", class_name=theme.HIDDEN),
        *(_kind_choice(kind, name) for kind, name in SWITCH.items()),
        class_name=theme.SWITCH,
    )


def _kind_choice(kind: str, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="kind",
            value=str(kind),
            default_checked=kind == VideoKind.FRAMES,
            class_name=theme.HIDDEN,
        ),
        name,
        class_name=theme.SWITCH_CHOICE,
    )


def _picture_mould() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.img(alt="", class_name=theme.PICTURE_IMAGE, custom_attrs={"draggable": "false"}),
                class_name=f"cut {theme.PICTURE_CUT}",
                custom_attrs={"data-cut": ""},
            ),
            _act("remove", "Remove", "x", look=theme.PICTURE_REMOVE),
            rx.el.progress(class_name=theme.PICTURE_PROGRESS, max="1", aria_label="Sending"),
            class_name=theme.PICTURE_STAGE,
        ),
        rx.el.div(
            _act("earlier", "Earlier", "arrow-right", "rotate-180"),
            rx.el.span(class_name=theme.PICTURE_NAME, custom_attrs={"data-means": ""}),
            _act("later", "Later", "arrow-right"),
            class_name=theme.PICTURE_FOOT,
        ),
        class_name=theme.PICTURE,
        custom_attrs={"data-mould": "picture"},
    )


def _act(
    what: str, name: str, look_of_icon: str, turn: str = "", *, look: str = theme.PICTURE_ACT
) -> rx.Component:
    return rx.el.button(
        rx.el.span(icon(look_of_icon, 15), class_name=turn),
        type="button",
        class_name=look,
        title=name,
        custom_attrs={"data-act": what},
    )


def _refusal_mould() -> rx.Component:
    return rx.el.div(
        rx.el.img(alt="", class_name=theme.REFUSED_IMAGE),
        rx.el.p(
            rx.el.span(class_name=theme.REFUSED_NAME, custom_attrs={"data-file": ""}),
            rx.el.span(class_name="block text-bad", custom_attrs={"data-reason": ""}),
            role="alert",
            class_name="min-w-0 flex-1 text-sm",
        ),
        _act("dismiss", "Dismiss", "x"),
        class_name=theme.REFUSED,
        custom_attrs={"data-mould": "refusal"},
    )
