"""The form for feedback. The browser posts it to the API itself (assets/feedback.js), so it works for anybody."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, heading, link_button
from cuttingasmr.components.pricing_cards import busy_label
from cuttingasmr.feedback.messages import LONGEST
from cuttingasmr.models import FeedbackKind
from cuttingasmr.states.visitor import Visitor

KINDS = {
    FeedbackKind.IDEA: "An idea",
    FeedbackKind.PROBLEM: "A problem",
    FeedbackKind.QUESTION: "A question",
    FeedbackKind.PRAISE: "Praise",
    FeedbackKind.OTHER: "Something else",
}


def feedback_script() -> rx.Component:
    """Load /feedback.js, once a page however often this stands in it."""
    return rx.el.script(src="/feedback.js", custom_attrs={"async": True})


def feedback_form() -> rx.Component:
    """Ask what somebody has to say, and thank them for it."""
    return rx.el.div(_form(), _thanks(), class_name="group/feedback", custom_attrs={"data-feedback-box": ""})


def _form() -> rx.Component:
    return rx.el.form(
        _kinds(),
        rx.el.div(
            rx.el.label("Your message", class_name="text-sm text-soft", html_for="feedback-message"),
            rx.el.textarea(
                name="message",
                required=True,
                placeholder="What happened, or what would you like?",
                class_name=theme.TEXT_AREA,
                custom_attrs={
                    "id": "feedback-message",
                    "dir": "auto",
                    "aria-describedby": "feedback-error feedback-count",
                },
            ),
            rx.el.div(
                alert("", name="feedback"),
                rx.el.span(
                    f"0 / {LONGEST:,}",
                    class_name=f"ml-auto shrink-0 {theme.NOTE} {theme.FIGURES}",
                    custom_attrs={"id": "feedback-count", "data-counts": str(LONGEST)},
                ),
                class_name=theme.FIELD_FOOT,
                custom_attrs={"id": "feedback-error"},
            ),
            class_name="flex flex-col gap-1.5",
        ),
        rx.cond(Visitor.email, _as_whom(), _email()),
        _trap(),
        rx.el.button(*busy_label("Send", "Sending…"), type="submit", class_name=theme.WIDE_BUTTON),
        class_name=f"{theme.CARD} {theme.PADDED} flex flex-col gap-6 group-data-sent/feedback:hidden",
        custom_attrs={"data-feedback": "", "noValidate": True},
    )


def _kinds() -> rx.Component:
    choices = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="kind",
                value=kind.value,
                default_checked=kind is FeedbackKind.IDEA,
                class_name=theme.HIDDEN,
            ),
            name,
            class_name=theme.KIND,
        )
        for kind, name in KINDS.items()
    ]
    return rx.el.fieldset(
        rx.el.legend("What is it about?", class_name="pb-2 text-sm text-soft"),
        rx.el.div(*choices, class_name=theme.KINDS),
    )


def _email() -> rx.Component:
    return rx.el.label(
        "Your e-mail address, if you would like an answer",
        rx.el.input(
            name="email",
            type="email",
            auto_complete="email",
            placeholder="Optional",
            max_length=320,
            class_name=theme.FIELD,
        ),
        class_name=theme.LABEL,
    )


def _as_whom() -> rx.Component:
    return rx.el.p(
        "You write as ", rx.el.strong(Visitor.name, class_name=theme.STRONG), ".", class_name=theme.TEXT
    )


def _trap() -> rx.Component:
    """Lay out a field that no person sees, and that robots fill in."""
    return rx.el.div(
        rx.el.label(
            "Leave this empty", rx.el.input(name="website", type="text", tab_index=-1, auto_complete="off")
        ),
        class_name=theme.UNSEEN,
        aria_hidden="true",
    )


def _thanks() -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name=f"{theme.IDEA_SLAB} t-cells [--a:82] [--b:52]", aria_hidden="true"),
        heading("Thank you. It has arrived.", custom_attrs={"tabIndex": -1, "data-thanks": ""}),
        rx.el.p(
            "A person reads every message. Where one helps us to make the site better, we say thank you with 30 credits: "
            "you then find them in your credit history.",
            class_name=theme.TEXT,
        ),
        rx.el.div(
            link_button(
                "Back to where you were", kind="primary", href=routes.HOME, custom_attrs={"data-back": ""}
            ),
            button("Write another one", custom_attrs={"data-another": ""}),
            class_name=theme.WRAP,
        ),
        class_name=f"group {theme.CARD} {theme.PADDED} hidden flex-col items-start gap-5 group-data-sent/feedback:flex",
        role="status",
    )
