"""What people have told us, for operators: read it, thank for it, mark it as done. Every act takes a reason."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, icon
from cuttingasmr.components.console_table import at
from cuttingasmr.feedback.desk import THANKS
from cuttingasmr.states.feedback_desk import FeedbackDesk, Told

VIEWS = {"open": "Open", "done": "Done", "all": "All"}


def feedback_desk() -> rx.Component:
    """List the messages, newest first."""
    return rx.el.section(
        rx.el.div(
            rx.el.span("Show", class_name=theme.DESK_GROUP_NAME),
            *(_view(view, name) for view, name in VIEWS.items()),
            class_name=theme.DESK_GROUP,
            role="group",
            aria_label="Show",
        ),
        rx.el.div(
            rx.el.p(FeedbackDesk.said, role="status", class_name=theme.SAVED),
            alert(FeedbackDesk.error, name="feedback-desk"),
            class_name="empty:hidden",
        ),
        rx.cond(
            FeedbackDesk.rows.length() > 0,
            rx.el.ul(
                rx.foreach(FeedbackDesk.rows, _message),
                class_name=f"{theme.DESK_CARD} divide-y divide-line/60",
            ),
            rx.el.p(_nothing(), role="status", class_name=f"{theme.DESK_CARD} {theme.DESK_EMPTY}"),
        ),
        rx.cond(
            FeedbackDesk.has_more,
            rx.el.button(
                "Show more",
                type="button",
                on_click=FeedbackDesk.show_more,
                class_name=f"{theme.DESK_QUIET} self-center",
            ),
        ),
        class_name="flex flex-col gap-5",
        aria_label="Feedback",
    )


def _nothing() -> rx.Component | rx.Var[str]:
    """Say what it means that there is nothing."""
    return rx.match(
        FeedbackDesk.view,
        ("open", "Nothing waits for an answer."),
        ("done", "Nothing is done yet."),
        "Nobody has told us anything yet.",
    )


def _view(view: str, name: str) -> rx.Component:
    return rx.el.button(
        name,
        rx.cond(view == "open", rx.el.span(FeedbackDesk.waiting.to_string(), class_name=theme.COUNT)),
        type="button",
        class_name=theme.DESK_CHOICE,
        on_click=FeedbackDesk.choose(view),
        aria_pressed=rx.cond(FeedbackDesk.view == view, "true", "false"),
    )


def _message(told: rx.vars.ObjectVar[Told]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(told.kind, class_name=f"shrink-0 {theme.DESK_MARK}"),
            rx.el.span(
                told.writer,
                class_name="line-clamp-1 min-w-0 flex-1 text-soft [overflow-wrap:anywhere]",
                title=told.writer,
                custom_attrs={"dir": "auto"},
            ),
            rx.cond(
                told.is_thanked,
                rx.el.span(icon("heart", 13), f"Thanked, {THANKS} credits", class_name=theme.DESK_THANKED),
            ),
            rx.cond(told.is_done, rx.el.span(icon("check", 13), "Done", class_name=theme.DESK_THANKED)),
            at(told.at, "shrink-0 text-xs text-faint"),
            class_name=theme.DESK_MESSAGE_HEAD,
        ),
        rx.el.p(told.message, class_name=theme.DESK_MESSAGE_TEXT, custom_attrs={"dir": "auto"}),
        rx.cond(told.about, rx.el.p(told.about, class_name=f"{theme.DESK_NOTE} [overflow-wrap:anywhere]")),
        _acts(told),
        key=told.id,
        class_name=theme.DESK_MESSAGE,
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
                _do("heart", f"Thank with {THANKS} credits"),
            ),
        ),
        rx.cond(
            told.is_done,
            _act(
                told,
                "open",
                _because("Opened again."),
                _do("undo-2", "Open again"),
            ),
            _act(
                told,
                "done",
                _because("Dealt with."),
                _do("check", "Mark as done"),
            ),
        ),
        class_name=theme.DESK_MESSAGE_ACTS,
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


def _do(look: str, name: str) -> rx.Component:
    return rx.el.button(icon(look, 14), name, type="submit", class_name=theme.DESK_QUIET)


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
            class_name=theme.DESK_REASON,
        ),
    )


def _because(reason: str) -> rx.Component:
    return rx.el.input(type="hidden", name="reason", value=reason, read_only=True)
