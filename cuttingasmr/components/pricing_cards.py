"""The cards of the pricing page. assets/shop.js does what their buttons say."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, heading, hues, icon
from cuttingasmr.states.material import Material
from cuttingasmr.states.shop import Pack, Shop

MOST_SLICES = 3

PackVar = rx.vars.ObjectVar[Pack]


def pricing_cards() -> rx.Component:
    """Offer every package."""
    return rx.el.div(rx.foreach(Shop.packs, _card), class_name=theme.PACKS)


def busy_label(idle: str | rx.Component, pending: str) -> tuple[rx.Component, rx.Component]:
    """Say what a button does, and, while it is at it, that it is."""
    return (
        rx.el.span(idle, custom_attrs={"data-idle": ""}),
        rx.el.span(
            rx.el.span(
                rx.el.span(class_name=theme.SPINNER, aria_hidden="true"), pending, class_name=theme.BUSY
            ),
            custom_attrs={"data-pending": ""},
        ),
    )


def _card(pack: PackVar, place: rx.vars.NumberVar[int]) -> rx.Component:
    return rx.el.article(
        _stage(pack, place),
        rx.el.div(
            rx.el.div(
                heading(pack.name),
                rx.el.span(class_name="flex-1"),
                rx.el.span(pack.saved, class_name=theme.GOOD),
                class_name=theme.ROW,
            ),
            _price(pack),
            _facts(pack),
            rx.el.span(class_name="flex-1"),
            alert("", name="checkout"),
            _buy(pack),
            class_name=theme.PACK_BODY,
        ),
        key=pack.id,
        class_name=theme.PACK,
        aria_label=pack.name,
        custom_attrs={"data-plan": pack.id},
    )


def _stage(pack: PackVar, place: rx.vars.NumberVar[int]) -> rx.Component:
    """Show as many slices as the package's place in the row: the more credits, the more of it."""
    material = pack.material.to(Material)
    slices = [
        rx.el.span(
            class_name=[theme.SLICE, material.texture],
            custom_attrs={"style": {"--a": material.hue, "--b": material.second_hue, "--at": at}},
        )
        for at in range(MOST_SLICES)
    ]
    shown = [slices[0], *(rx.cond(place >= at, slices[at]) for at in range(1, MOST_SLICES))]
    return rx.el.div(
        rx.el.div(*shown, class_name=theme.SLICES),
        class_name=theme.PACK_STAGE,
        aria_hidden="true",
        custom_attrs=hues(material),
    )


def _price(pack: PackVar) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span(pack.price, class_name=f"{theme.PRICE} {theme.FIGURES}"),
            " ",
            rx.el.s(
                rx.el.span("instead of ", class_name=theme.HIDDEN),
                pack.list_price,
                class_name=f"{theme.STRUCK} {theme.FIGURES}",
            ),
        ),
        rx.el.p("Paid once. Nothing renews.", class_name=theme.NOTE),
        class_name="flex flex-col gap-2",
    )


def _facts(pack: PackVar) -> rx.Component:
    return rx.el.ul(
        _fact("coins", rx.el.strong(pack.credits, class_name=theme.STRONG), " credits"),
        _fact("clapperboard", pack.videos),
        _fact("scissors", pack.per_video),
        class_name=theme.FACTS,
    )


def _fact(look: str, *words: str | rx.Var[str] | rx.Component) -> rx.Component:
    return rx.el.li(icon(look, 17), rx.el.span(*words), class_name=f"{theme.FACT} {theme.FIGURES}")


def _buy(pack: PackVar) -> rx.Component:
    return rx.el.button(
        *busy_label(rx.el.span("Get ", pack.credits, " credits"), "Opening the payment page…"),
        rx.el.span("Retry", custom_attrs={"data-again": ""}),
        type="button",
        class_name=theme.WIDE_BUTTON,
        custom_attrs={"data-buy": ""},
    )
