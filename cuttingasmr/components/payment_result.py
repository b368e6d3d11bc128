"""What the page after paying says, stage by stage."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import link_button, title
from cuttingasmr.states.returned import CREDITED, PEOPLE, STRANGER, TAKEN_BACK, UNKNOWN, WAITING, Returned
from cuttingasmr.states.visitor import Visitor

HONEY = "[--a:82] [--b:52]"


def payment_result() -> rx.Component:
    """Say how far the purchase is."""
    return rx.el.div(
        rx.match(
            Returned.stage,
            (CREDITED, _credited()),
            (WAITING, _waiting()),
            (PEOPLE, _people()),
            (TAKEN_BACK, _taken_back()),
            (STRANGER, _stranger()),
            (UNKNOWN, _unknown()),
            rx.el.p("One moment…", class_name=theme.TEXT),
        ),
        class_name=theme.RESULT,
        aria_live="polite",
        custom_attrs={"data-stage": Returned.stage},
    )


def _waiting() -> rx.Component:
    return _told(
        _block(),
        title("Waiting for the payment to be confirmed…"),
        _lead("This usually takes a few seconds. You can leave this page; the credits arrive without it."),
    )


def _credited() -> rx.Component:
    return _told(
        _stage(rx.el.span(class_name=f"{theme.IDEA_SLAB} {HONEY}")),
        title(Returned.credits, " are yours."),
        _lead("You now have ", _balance(), " credits to spend."),
        _ways(
            link_button("Make a video", kind="primary", href=routes.HOME),
            link_button("See your purchases", href=routes.PROFILE),
        ),
    )


def _people() -> rx.Component:
    return _told(
        title("Your payment arrived, and a person is looking at it."),
        _lead(
            "Something about it is not as agreed, so its credits were not added by themselves. Nothing is lost: "
            "they are added, or the money is given back."
        ),
        _ways(link_button("See your purchases", href=routes.PROFILE)),
    )


def _taken_back() -> rx.Component:
    return _told(
        title("This purchase was refunded or disputed."),
        _lead("Your profile says what was given back, and how many credits that took with it."),
        _ways(link_button("See your purchases", href=routes.PROFILE)),
    )


def _stranger() -> rx.Component:
    """Ask to sign in, and come back to this very address."""
    return _told(
        title("Who has paid?"),
        _lead("Sign in to see what became of your purchase. If you have paid, the credits come either way."),
        _ways(
            link_button("Sign in", kind="primary", href=routes.SIGN_IN, custom_attrs={"data-next": "whole"}),
            link_button("Sign up", href=routes.SIGN_UP, custom_attrs={"data-next": "whole"}),
        ),
    )


def _unknown() -> rx.Component:
    came = _lead(
        "You came here from the payment page, but word of the payment has not reached us yet. If you have paid, the credits "
        "arrive by themselves, and this page will say so. Nothing needs to be paid twice."
    )
    wandered = _lead(
        "This address names no purchase of your account. If you have paid with another account of yours, sign in with that one; "
        "if you have just paid, the credits arrive by themselves."
    )
    return _told(
        title("We have not heard of this payment."),
        rx.cond(Returned.is_signed, came, wandered),
        _ways(
            link_button("See your purchases", href=routes.PROFILE),
            link_button("Back to the prices", kind="plain", href=routes.PRICING),
        ),
    )


def _told(*children: rx.Component) -> rx.Component:
    return rx.el.div(*children, class_name="flex w-full flex-col items-start gap-6")


def _lead(*words: str | rx.Component) -> rx.Component:
    return rx.el.p(*words, class_name=theme.LEAD)


def _ways(*links: rx.Component) -> rx.Component:
    return rx.el.div(*links, class_name=theme.WRAP)


def _balance() -> rx.Component:
    return rx.el.strong(
        Visitor.credits.to_string(),
        class_name=f"{theme.STRONG} {theme.FIGURES}",
        custom_attrs={"data-figure": "left"},
    )


def _stage(*children: rx.Component) -> rx.Component:
    return rx.el.div(*children, class_name=f"{theme.RESULT_STAGE} {HONEY}", aria_hidden="true")


def _block() -> rx.Component:
    """Show a block with the blade above it, going to and fro: nobody knows how long it takes."""
    block = rx.el.div(
        rx.el.span(class_name=theme.UNCUT),
        rx.el.span(class_name=theme.BLADE),
        class_name=f"block waiting t-cells {theme.BLOCK} {theme.WAITING_BLOCK}",
    )
    return _stage(block)
