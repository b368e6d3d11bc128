"""The steps of the rehearsal, each with its state, its time and what was seen."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, icon, link_button
from cuttingasmr.payments.rehearsal import BY_HAND, FAILED, PASSED, RUNNING
from cuttingasmr.states.flow import Flow, Shown
from cuttingasmr.states.visitor import Visitor


def flow_steps() -> rx.Component:
    """Show the steps, and the button that runs them."""
    return rx.el.div(
        rx.el.div(rx.cond(Visitor.email, _run(), _sign_in()), _copy(), class_name=theme.WRAP),
        alert(Flow.error, name="flow"),
        rx.el.ol(
            rx.foreach(Flow.steps, _step),
            class_name=f"{theme.CARD} px-5",
            aria_live="polite",
            aria_label="Steps",
        ),
        class_name="flex flex-col gap-5",
    )


def _run() -> rx.Component:
    return button(
        rx.cond(Flow.is_running, "Running…", "Run everything"),
        kind="primary",
        on_click=Flow.run,
        disabled=Flow.is_running,
    )


def _sign_in() -> rx.Component:
    return link_button(
        "Sign in to run it", kind="primary", href=f"{routes.SIGN_IN}?next={routes.PAYMENT_FLOW}"
    )


def _copy() -> rx.Component:
    return button(icon("copy", 16), "Copy as a report", on_click=Flow.copy)


def _step(step: rx.vars.ObjectVar[Shown]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            _mark(step),
            rx.el.span(step.title, class_name="flex-1 text-sm"),
            rx.el.span(step.state, class_name=theme.NOTE),
            rx.el.span(step.took, class_name=f"w-16 text-right {theme.NOTE} {theme.FIGURES}"),
            class_name=theme.ROW,
        ),
        rx.cond(step.facts, rx.el.pre(step.facts, class_name=theme.FACTS_PRE, tab_index=0)),
        key=step.id,
        class_name=theme.FLOW_STEP,
        custom_attrs={"data-step": step.id, "data-state": step.state},
    )


def _mark(step: rx.vars.ObjectVar[Shown]) -> rx.Component:
    look = rx.match(
        step.state,
        (PASSED, icon("check", 16)),
        (FAILED, icon("x", 16)),
        (BY_HAND, icon("hand", 16)),
        (RUNNING, rx.el.span(class_name=theme.SPINNER)),
        rx.el.span(class_name=theme.DOT),
    )
    return rx.el.span(look, class_name=theme.FLOW_MARK, aria_hidden="true")
