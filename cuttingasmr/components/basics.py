"""The smallest parts: icons, buttons, the cut slab, moments in time."""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.theme import Kind
from cuttingasmr.states.material import Material

SPRITE = "/icons.svg"

Text = str | rx.Var[str]
AnyMaterial = Material | rx.vars.ObjectVar[Material]


def icon(name: Text, size: int = 18) -> rx.Component:
    """Draw one of the icons of assets/icons.svg. It says nothing to a screen reader: the words beside it do."""
    return rx.el.svg(
        rx.el.svg.use(href=f"{SPRITE}#{name}"),
        width=str(size),
        height=str(size),
        fill="none",
        stroke="currentColor",
        stroke_width="1.75",
        stroke_linecap="round",
        stroke_linejoin="round",
        aria_hidden="true",
        class_name="shrink-0",
    )


def button(*children: rx.Component | Text, kind: Kind = "quiet", **props: Any) -> rx.Component:
    """Make a button; it submits nothing unless it says so."""
    return rx.el.button(
        *children,
        type=props.pop("type", "button"),
        class_name=props.pop("class_name", theme.button_look(kind)),
        **props,
    )


def link_button(*children: rx.Component | Text, kind: Kind = "quiet", **props: Any) -> rx.Component:
    """Make a link that looks like a button."""
    return rx.el.a(*children, class_name=theme.button_look(kind), **props)


def download_button(name: str, *, href: Text) -> rx.Component:
    """Offer a file. Without `reload_document` the router would look for a page at its address."""
    return link_button(icon("download", 16), name, href=href, download=True, reload_document=True)


def slab(material: AnyMaterial, look: str) -> rx.Component:
    """Show a material as a slab, cut once."""
    return rx.el.span(class_name=[look, material.texture], aria_hidden="true", custom_attrs=hues(material))


def hues(material: AnyMaterial, **more: object) -> dict[str, Any]:
    """Hand a material's hues, and other figures, to the stylesheet."""
    figures = {f"--{name}": value for name, value in more.items()}
    return {"style": {"--a": material.hue, "--b": material.second_hue, **figures}}


def moment(at: Text) -> rx.Component:
    """Say when something was, in the reader's own time zone (assets/site.js writes it)."""
    return rx.el.time(class_name=theme.NOTE, custom_attrs={"dateTime": at, "data-at": at})


def number(value: rx.Var[int], *, is_signed: bool = False, **props: Any) -> rx.Component:
    """Write a number as its reader's region does (assets/profile.js writes it)."""
    attributes = {"data-number": value.to_string(), **({"data-signed": ""} if is_signed else {})}
    return rx.el.span(custom_attrs={**attributes, **props.pop("custom_attrs", {})}, **props)


def money(cents: rx.Var[int], **props: Any) -> rx.Component:
    """Write an amount of US dollars as its reader's region does (assets/profile.js writes it)."""
    return rx.el.span(
        custom_attrs={"data-cents": cents.to_string(), **props.pop("custom_attrs", {})}, **props
    )


def day(at: Text, **props: Any) -> rx.Component:
    """Say on which day something was, in the reader's own time zone (assets/profile.js writes it)."""
    return rx.el.time(custom_attrs={"dateTime": at, "data-day": at}, **props)


def alert(message: Text, *, name: str = "") -> rx.Component:
    """Say what went wrong; a screen reader says it at once."""
    return rx.el.p(message, role="alert", class_name=theme.ERROR, custom_attrs={"data-error": name})


def title(*children: rx.Component | Text) -> rx.Component:
    """Give a page its one headline."""
    return rx.el.h1(*children, class_name=f"{theme.TITLE} text-ink")


def heading(*children: rx.Component | Text, **props: Any) -> rx.Component:
    """Begin a section."""
    return rx.el.h2(*children, class_name=props.pop("class_name", theme.HEADING), **props)
