"""The operator's lists and forms. Every act needs a reason."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import EventType

from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, heading, moment
from cuttingasmr.states.office import Arrived, Office, Waiting


def outcome() -> rx.Component:
    """Say what became of the last act."""
    return rx.el.div(
        rx.el.p(Office.said, role="status", class_name="text-sm text-good empty:hidden"),
        alert(Office.error, name="office"),
    )


def waiting_payments() -> rx.Component:
    """List the payments that wait."""
    return rx.el.section(
        rx.el.div(
            heading("Payments that wait"),
            rx.el.span(class_name="flex-1"),
            button("Look again", on_click=Office.arrive),
            class_name=theme.ROW,
        ),
        rx.cond(
            Office.waiting.length() > 0,
            rx.el.ul(rx.foreach(Office.waiting, _payment), class_name=f"{theme.CARD} px-5"),
            rx.el.p("Nothing waits.", class_name=theme.EMPTY),
        ),
        class_name="flex flex-col gap-5",
    )


def by_hand() -> rx.Component:
    """Offer the acts that need an id or an address."""
    return rx.el.section(
        heading("By hand"),
        rx.el.div(
            _panel(
                "Ask Creem about an order",
                Office.ask,
                _field("Order id", "order", max_length=32),
                submit="Ask",
            ),
            _panel(
                "Replay an event", Office.replay, _field("Event id", "event", max_length=128), submit="Replay"
            ),
            _panel(
                "Adjust credits",
                Office.adjust,
                _field("E-mail of the account", "email", type="email"),
                _field("Credits, negative to take", "credits", type="number"),
                submit="Adjust",
            ),
            class_name="grid gap-5 lg:grid-cols-3",
        ),
        class_name="flex flex-col gap-5",
    )


def events() -> rx.Component:
    """List what has arrived lately."""
    return rx.el.section(
        heading("Events, newest first"),
        rx.cond(
            Office.events.length() > 0,
            rx.el.ul(rx.foreach(Office.events, _event), class_name=f"{theme.CARD} px-5"),
            rx.el.p("Nothing has arrived.", class_name=theme.EMPTY),
        ),
        class_name="flex flex-col gap-5",
    )


def _payment(order: rx.vars.ObjectVar[Waiting]) -> rx.Component:
    owner = rx.cond(order.has_owner, "Account (empty: its owner)", "Account (nobody is known)")
    return rx.el.li(
        rx.el.div(
            rx.el.p(order.what, class_name="text-sm"),
            rx.el.p(order.state, ": ", order.reason, class_name=theme.NOTE),
            rx.el.p(order.payer, " · ", order.provider_order, class_name=f"{theme.NOTE} break-all"),
            moment(order.at),
            class_name="min-w-60 flex-1",
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="order", value=order.id, read_only=True),
            _field(owner, "email", type="email", required=False),
            _field("Reason", "reason", max_length=500),
            button("Credit it", type="submit"),
            on_submit=Office.assign,
            class_name=theme.OFFICE_ROW,
        ),
        key=order.id,
        class_name=theme.PURCHASE,
        custom_attrs={"data-waiting": order.id},
    )


def _event(event: rx.vars.ObjectVar[Arrived]) -> rx.Component:
    return rx.el.li(
        rx.el.span(event.kind, class_name="min-w-44 text-sm"),
        rx.el.span(event.id, class_name=f"flex-1 break-all {theme.NOTE}"),
        rx.el.span(event.outcome, title=event.detail, class_name=theme.NOTE),
        moment(event.at),
        key=event.id,
        class_name=theme.PURCHASE,
    )


def _panel(name: str, act: EventType[Any], *fields: rx.Component, submit: str) -> rx.Component:
    return rx.el.form(
        rx.el.h3(name, class_name=theme.SUBHEADING),
        *fields,
        _field("Reason", "reason", max_length=500),
        rx.el.span(class_name="flex-1"),
        button(submit, type="submit"),
        on_submit=act,
        class_name=f"{theme.CARD} {theme.PADDED} {theme.STACK}",
        aria_label=name,
    )


def _field(label: str | rx.Var[str], name: str, *, required: bool = True, **props: Any) -> rx.Component:
    props.setdefault("type", "text")
    return rx.el.label(
        label,
        rx.el.input(name=name, required=required, auto_complete="off", class_name=theme.FIELD, **props),
        class_name=theme.LABEL,
    )
