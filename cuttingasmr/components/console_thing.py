"""One thing in the console: its facts, what can be done about it, and what belongs to it."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, icon
from cuttingasmr.components.console_table import at, listing, mark
from cuttingasmr.console.screens.views import Act, Fact, Input, Opened
from cuttingasmr.states.console import Hands

OpenedVar = rx.vars.ObjectVar[Opened]
ActVar = rx.vars.ObjectVar[Act]
REASON_LIMIT = 500


def thing(name: str, opened: OpenedVar) -> rx.Component:
    """Show one thing of a view of this name."""
    return rx.el.article(
        _top(name, opened),
        rx.el.div(
            rx.el.div(
                rx.el.dl(rx.foreach(opened.facts, _fact), class_name=theme.DESK_FACTS),
                class_name=theme.DESK_CARD,
            ),
            _aside(opened),
            rx.el.div(
                rx.cond(opened.text, _text(opened)),
                rx.foreach(opened.listings, listing),
                class_name=theme.DESK_REST,
            ),
            class_name=theme.DESK_THING,
        ),
        class_name="flex flex-col gap-5",
        custom_attrs={"data-thing": opened.id},
    )


def not_there(name: str, path: str) -> rx.Component:
    """Say that there is no such thing."""
    return rx.el.div(
        rx.el.p("There is nothing with this id. It may have been deleted.", class_name=theme.DESK_EMPTY),
        rx.el.a(icon("chevron-left", 15), name, href=path, class_name=theme.DESK_QUIET),
        class_name="flex flex-col items-center gap-3",
    )


def _top(name: str, opened: OpenedVar) -> rx.Component:
    return rx.el.div(
        rx.el.a(
            icon("chevron-left", 14),
            name,
            href=opened.back,
            class_name="inline-flex items-center gap-1 self-start text-xs text-faint hover:text-ink",
        ),
        rx.el.div(
            rx.el.h1(opened.title, class_name=f"{theme.DESK_TITLE} break-all"),
            rx.el.span(
                rx.foreach(opened.marks, mark), class_name="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]"
            ),
            class_name="flex flex-wrap items-center gap-x-4 gap-y-1.5",
        ),
        rx.el.span(
            rx.el.span(opened.id, class_name=theme.DESK_ID),
            button(
                icon("copy", 13),
                kind="plain",
                class_name="cursor-pointer text-faint hover:text-ink",
                aria_label="Copy the id",
                custom_attrs={"data-copies": opened.id},
            ),
            class_name="flex items-center gap-2",
        ),
        class_name="flex flex-col gap-1.5",
    )


def _fact(fact: rx.vars.ObjectVar[Fact]) -> rx.Component:
    looks = {"data-tone": fact.tone, "data-code": rx.cond(fact.is_code, "", rx.Var("undefined"))}
    text = rx.el.span(fact.text, class_name=theme.DESK_FACT, custom_attrs=looks)
    link = rx.el.a(text, href=fact.href, class_name=f"{theme.DESK_LINK} underline decoration-line")
    told = rx.cond(fact.at, at(fact.at, theme.DESK_FACT), rx.cond(fact.href, link, text))
    return rx.el.div(
        rx.el.dt(fact.name, class_name=theme.DESK_FACT_NAME),
        rx.el.dd(told, rx.cond(fact.note, rx.el.span(fact.note, class_name="block text-xs text-faint"))),
        class_name="min-w-0",
    )


def _text(opened: OpenedVar) -> rx.Component:
    return rx.el.section(
        rx.el.h2(opened.text_name, class_name=theme.DESK_SECTION_NAME),
        rx.el.div(
            rx.el.pre(
                opened.text,
                class_name=theme.DESK_PRE,
                custom_attrs={"tabIndex": 0},
                aria_label=opened.text_name,
            ),
            class_name=theme.DESK_CARD,
        ),
        class_name=theme.DESK_SECTION,
    )


def _aside(opened: OpenedVar) -> rx.Component:
    """Offer what can be done, and say what became of what was done last."""
    offers = rx.el.div(rx.foreach(opened.acts, _act), class_name=theme.DESK_ACTS)
    return rx.el.aside(
        _said(),
        rx.cond(opened.acts.length() > 0, offers),
        class_name=theme.DESK_ASIDE,
        aria_label="What can be done",
    )


def _said() -> rx.Component:
    shown = rx.el.div(
        rx.el.p(Hands.said),
        rx.cond(
            Hands.text,
            rx.el.pre(
                Hands.text,
                class_name=f"{theme.DESK_PRE} rounded-lg bg-ground",
                custom_attrs={"data-words": ""},
            ),
        ),
        rx.foreach(Hands.undo, _undo),
        class_name=theme.DESK_SAID,
    )
    return rx.el.div(rx.cond(Hands.said, shown), role="status", class_name="empty:-mb-3")


def _undo(act: ActVar) -> rx.Component:
    return rx.el.form(
        *_hidden(act),
        rx.el.p(act.tells, class_name="text-xs text-faint"),
        _reason(act),
        _refusal(act),
        _submit(act),
        on_submit=Hands.act,
        class_name="flex flex-col gap-3",
        custom_attrs={"data-undo": act.name},
    )


def _act(act: ActVar) -> rx.Component:
    """Offer an act: opened by its name, done by its form."""
    return rx.el.details(
        rx.el.summary(
            act.label,
            rx.el.span(icon("chevron-down", 15), class_name=theme.DESK_ACT_ARROW),
            class_name=theme.DESK_ACT_NAME,
            custom_attrs={"data-grave": rx.cond(act.is_grave, "", rx.Var("undefined"))},
        ),
        rx.el.form(
            *_hidden(act),
            rx.el.p(act.tells, class_name="text-xs leading-relaxed text-faint"),
            rx.foreach(act.inputs, _input),
            _reason(act),
            _refusal(act),
            _submit(act),
            on_submit=Hands.act,
            class_name=theme.DESK_ACT_FORM,
        ),
        key=act.name.to(str) + act.subject.to(str) + act.seen.to(str),
        class_name=theme.DESK_ACT,
        custom_attrs={"name": "act", "data-act": act.name},
    )


def _hidden(act: ActVar) -> tuple[rx.Component, ...]:
    """Say what is to be done about what; `seen` is empty where it does not matter."""
    facts = {"act": act.name, "subject": act.subject, "seen": act.seen.to_string()}
    return tuple(
        rx.el.input(type="hidden", name=name, value=value, read_only=True) for name, value in facts.items()
    )


def _input(field: rx.vars.ObjectVar[Input]) -> rx.Component:
    filled_in = rx.el.input(
        name=field.name,
        type=field.kind,
        placeholder=field.hint,
        required=field.is_required,
        auto_complete="off",
        class_name=theme.DESK_INPUT,
    )
    chosen = rx.el.select(
        rx.foreach(field.options, lambda option: rx.el.option(option.name, value=option.value)),
        name=field.name,
        default_value=field.value,
        class_name=theme.DESK_INPUT,
    )
    return rx.el.label(
        field.label,
        rx.cond(field.options.length() > 0, chosen, filled_in),
        class_name=theme.DESK_LABEL,
    )


def _reason(act: ActVar) -> rx.Component:
    return rx.el.label(
        "Reason",
        rx.el.input(
            name="reason",
            type="text",
            default_value=act.reason,
            required=True,
            max_length=REASON_LIMIT,
            auto_complete="off",
            class_name=theme.DESK_INPUT,
        ),
        class_name=theme.DESK_LABEL,
    )


def _refusal(act: ActVar) -> rx.Component:
    """Say beside the form why it was not done."""
    return rx.cond(
        Hands.error_at == _name(act),
        rx.el.p(Hands.error, role="alert", class_name=theme.ERROR, custom_attrs={"data-error": "act"}),
    )


def _submit(act: ActVar) -> rx.Component:
    is_busy = Hands.busy == _name(act)
    return button(
        rx.cond(is_busy, rx.el.span(class_name=theme.SPINNER, aria_hidden="true")),
        act.label,
        type="submit",
        disabled=Hands.busy != "",
        class_name=theme.DESK_BUTTON,
        custom_attrs={"data-grave": rx.cond(act.is_grave, "", rx.Var("undefined"))},
    )


def _name(act: ActVar) -> rx.Var[str]:
    return act.name.to(str) + ":" + act.subject.to(str)
