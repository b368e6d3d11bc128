"""What people have told us, for operators: read it, thank for it, mark it as done. Every act takes a reason."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, icon, moment
from cuttingasmr.feedback.desk import THANKS
from cuttingasmr.states.feedback_desk import FeedbackDesk, Told

VIEWS = {"open": "Open", "done": "Done", "all": "All"}


def feedback_desk() -> rx.Component:
    """List the messages, newest first."""
    return rx.el.section(
        rx.el.div(
            *(_view(view, name) for view, name in VIEWS.items()),
            rx.el.span(class_name="flex-1"),
            button("Look again", on_click=FeedbackDesk.arrive),
            class_name=theme.WRAP,
        ),
        rx.el.div(
            rx.el.p(FeedbackDesk.said, role="status", class_name=theme.SAVED),
            alert(FeedbackDesk.error, name="feedback-desk"),
            class_name="empty:hidden",
        ),
        rx.cond(
            FeedbackDesk.rows.length() > 0,
            rx.el.ul(rx.foreach(FeedbackDesk.rows, _message), class_name=theme.STACK),
            rx.el.p("Nothing here.", class_name=theme.EMPTY),
        ),
        rx.cond(
            FeedbackDesk.has_more,
            button(
                "Show more",
                on_click=FeedbackDesk.show_more,
                class_name=f"{theme.button_look('quiet')} self-center",
            ),
        ),
        class_name="flex flex-col gap-5",
        aria_label="Feedback",
    )


def _view(view: str, name: str) -> rx.Component:
    return rx.el.button(
        name,
        rx.cond(view == "open", rx.el.span(FeedbackDesk.waiting.to_string(), class_name=theme.COUNT)),
        type="button",
        class_name=theme.CHIP,
        on_click=FeedbackDesk.choose(view),
        aria_pressed=rx.cond(FeedbackDesk.view == view, "true", "false"),
    )


def _message(told: rx.vars.ObjectVar[Told]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(told.kind, class_name=theme.TAG),
            rx.el.span(
                told.writer, class_name=f"{theme.TEXT} [overflow-wrap:anywhere]", custom_attrs={"dir": "auto"}
            ),
            rx.el.span(class_name="flex-1"),
            rx.cond(
                told.is_thanked,
                rx.el.span(icon("heart", 13), f"Thanked, {THANKS} credits", class_name=theme.GOOD_TAG),
            ),
            rx.cond(told.is_done, rx.el.span(icon("check", 13), "Done", class_name=theme.GOOD_TAG)),
            moment(told.at),
            class_name=theme.WRAP,
        ),
        rx.el.p(told.message, class_name=theme.MESSAGE, custom_attrs={"dir": "auto"}),
        rx.cond(told.about, rx.el.p(told.about, class_name=f"{theme.NOTE} [overflow-wrap:anywhere]")),
        _acts(told),
        key=told.id,
        class_name=theme.MESSAGE_CARD,
        custom_attrs={"data-feedback-id": told.id},
    )


def _acts(told: rx.vars.ObjectVar[Told]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            told.can_be_thanked,
            _act(
                told,
                "thank",
                _reason(),
                button(icon("heart", 15), f"Thank with {THANKS} credits", type="submit"),
            ),
        ),
        rx.el.span(class_name="flex-1"),
        rx.cond(
            told.is_done,
            _act(
                told,
                "open",
                _because("Opened again."),
                button(icon("undo-2", 15), "Open again", type="submit"),
            ),
            _act(
                told,
                "done",
                _because("Dealt with."),
                button(icon("check", 15), "Mark as done", type="submit"),
            ),
        ),
        class_name="flex flex-wrap items-center gap-2 border-t border-line/60 pt-4",
    )


def _act(told: rx.vars.ObjectVar[Told], what: str, *parts: rx.Component) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="feedback", value=told.id, read_only=True),
        rx.el.input(type="hidden", name="act", value=what, read_only=True),
        *parts,
        on_submit=FeedbackDesk.act,
        class_name=theme.WRAP,
        custom_attrs={"data-act": what},
    )


def _reason() -> rx.Component:
    return rx.el.label(
        rx.el.span("Reason", class_name=theme.HIDDEN),
        rx.el.input(
            name="reason",
            type="text",
            required=True,
            default_value="Helpful feedback.",
            max_length=500,
            auto_complete="off",
            class_name=f"{theme.FIELD} h-9 py-0 text-sm sm:w-64",
        ),
    )


def _because(reason: str) -> rx.Component:
    return rx.el.input(type="hidden", name="reason", value=reason, read_only=True)
