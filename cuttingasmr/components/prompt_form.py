"""The form in which a video is asked for: what it shows, in which shape, and what it costs.

Its fields are the browser's own. assets/site.js counts, remembers what is typed, and marks the form as busy.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, icon, slab
from cuttingasmr.components.picture_tray import picture_buttons, picture_tray
from cuttingasmr.generation.prompts import PROMPT_LIMIT, RATIOS
from cuttingasmr.generation.start import VARIATIONS
from cuttingasmr.generation.templates import (
    MAX_VALUE_LENGTH,
    QUICK,
    Template,
    all_templates,
    find_template,
)
from cuttingasmr.states.material import Material
from cuttingasmr.states.shelf import Shelf
from cuttingasmr.states.studio import Studio
from cuttingasmr.states.views import Part
from cuttingasmr.states.visitor import Visitor
from cuttingasmr.states.wishes import BLANK

SHAPES = {"16:9": ("rectangle-horizontal", "Wide"), "9:16": ("rectangle-vertical", "Tall")}
NUMBERS = range(1, VARIATIONS + 1)
ALL_TEMPLATES = "all-templates"
PLACEHOLDER = (
    "A knife sinks through a block of frosted blue glass on dark slate. Macro lens, low side light. "
    "A thin singing note, then one clean crack."
)


def prompt_form() -> rx.Component:
    """Ask for a video."""
    return rx.el.section(
        _quick_templates(),
        rx.el.form(
            rx.el.input(type="hidden", name="key", value=Studio.key, read_only=True),
            rx.el.input(type="hidden", name="template", value=Studio.template_id, read_only=True),
            _own_words(),
            rx.cond(Studio.template_id, _template()),
            picture_tray(),
            _toolbar(),
            on_submit=Studio.start,
            class_name=theme.FORM,
            aria_label="New video",
            custom_attrs={"data-studio": "", "data-answer": Studio.answer, "data-wish": Studio.wish},
        ),
        alert(rx.cond(Studio.error_at == "form", Studio.error, ""), name="form"),
        rx.cond(Studio.is_short & (Studio.error_at == "form"), _way_to_credits()),
        class_name="flex flex-col gap-4",
    )


def _way_to_credits() -> rx.Component:
    return rx.el.p(
        rx.el.a("Get more credits", href=routes.PRICING, class_name=theme.LINK), class_name=theme.TEXT
    )


def _quick_templates() -> rx.Component:
    found = [template for name in QUICK if (template := find_template(name))]
    return rx.el.div(
        _tile("Custom", rx.el.span(icon("pencil-line", 22), class_name=theme.TILE_ICON), ""),
        *(_template_tile(template) for template in found),
        rx.el.button(
            rx.el.span(icon("layout-grid", 22), class_name=theme.TILE_ICON),
            f"All {len(all_templates())}",
            type="button",
            class_name=theme.TILE,
            on_click=Shelf.open,
            aria_label=f"All {len(all_templates())} templates",
            aria_haspopup="dialog",
            custom_attrs={"data-opens": ALL_TEMPLATES},
        ),
        class_name=theme.SHELF,
        role="group",
        aria_label="Templates",
    )


def _template_tile(template: Template) -> rx.Component:
    name = template.name.removesuffix(" ASMR").removesuffix(" Cutting")
    return _tile(name, slab(Material.of(template), theme.TILE_SLAB), template.id)


def _tile(name: str, picture: rx.Component, template_id: str) -> rx.Component:
    return rx.el.button(
        picture,
        name,
        type="button",
        class_name=theme.TILE,
        on_click=Studio.choose(template_id),
        aria_pressed=rx.cond(Studio.template_id == template_id, "true", "false"),
        custom_attrs={"data-chooses": ""},
    )


def _own_words() -> rx.Component:
    return rx.el.div(
        rx.el.textarea(
            name="prompt",
            placeholder=PLACEHOLDER,
            class_name=theme.PROMPT,
            aria_label="Describe what we see and what we hear",
            spell_check=True,
            custom_attrs={"data-prompt": ""},
        ),
        class_name=rx.cond(Studio.template_id, "hidden", ""),
    )


def _template() -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.foreach(Studio.parts, _part), class_name=theme.PROSE),
        rx.el.div(rx.foreach(Studio.parts, _suggestions), class_name=theme.SUGGESTIONS),
        key=Studio.template_id,
        role="group",
        aria_label=Studio.template_name,
        custom_attrs={"data-template": Studio.template_id, "data-ratio": Studio.ratio},
    )


def _part(part: rx.vars.ObjectVar[Part]) -> rx.Component:
    blank = rx.el.input(
        name=BLANK + part.name.to(str),
        placeholder=part.text,
        max_length=MAX_VALUE_LENGTH,
        auto_complete="off",
        class_name=theme.BLANK,
        aria_label=part.label,
        custom_attrs={"data-blank": part.name},
    )
    return rx.cond(part.name, blank, rx.el.span(part.text))


def _suggestions(part: rx.vars.ObjectVar[Part]) -> rx.Component:
    row = rx.el.div(
        rx.el.span(part.label, class_name=theme.SUGGESTION_LABEL),
        rx.foreach(part.suggestions, lambda text: _suggestion(part, text)),
        class_name=theme.SUGGESTION_ROW,
        role="group",
        aria_label=part.label,
    )
    return rx.cond(part.name, row)


def _suggestion(part: rx.vars.ObjectVar[Part], text: rx.Var[str]) -> rx.Component:
    return rx.el.button(text, type="button", class_name=theme.CHIP, custom_attrs={"data-fills": part.name})


def _toolbar() -> rx.Component:
    return rx.el.div(
        _ratio_switch(),
        picture_buttons(),
        _variations(),
        rx.el.span(
            f"0 / {PROMPT_LIMIT:,}", class_name=f"{theme.NOTE} {theme.FIGURES}", custom_attrs=_counter()
        ),
        rx.el.span(class_name="flex-1"),
        rx.el.span("Ctrl Enter", class_name=f"hidden lg:inline {theme.NOTE}", aria_hidden="true"),
        button(
            rx.el.span(
                *(_for(number, "Generate" if number == 1 else f"Make {number}") for number in NUMBERS),
                custom_attrs={"data-idle": ""},
            ),
            rx.el.span("Starting…", custom_attrs={"data-pending": ""}),
            rx.el.span("·", aria_hidden="true"),
            *(_for(number, (Visitor.cost * number).to_string(), " credits") for number in NUMBERS),
            kind="primary",
            type="submit",
            class_name=theme.GENERATE,
        ),
        class_name=theme.TOOLBAR,
    )


def _for(number: int, *words: str | rx.Var[str]) -> rx.Component:
    """Say something while so many variations are chosen (assets/site.css hides it while they are not)."""
    return rx.el.span(*words, custom_attrs={"data-for": str(number)})


def _variations() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Variations", class_name=theme.HIDDEN),
        *(_variation(number) for number in NUMBERS),
        class_name=theme.SWITCH,
        title="How many variations to make",
    )


def _variation(number: int) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="count",
            value=str(number),
            default_checked=number == 1,
            class_name=theme.HIDDEN,
            aria_label="1 video" if number == 1 else f"{number} variations",
        ),
        f"{number}\N{MULTIPLICATION SIGN}",
        class_name=theme.VARIATION,
    )


def _counter() -> dict[str, Any]:
    return {"data-count": str(PROMPT_LIMIT)}


def _ratio_switch() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Shape", class_name=theme.HIDDEN),
        *(_ratio_choice(ratio) for ratio in RATIOS),
        class_name=theme.SWITCH,
    )


def _ratio_choice(ratio: str) -> rx.Component:
    look, name = SHAPES[ratio]
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="ratio",
            value=ratio,
            default_checked=ratio == RATIOS[0],
            class_name=theme.HIDDEN,
            aria_label=f"{name}, {ratio}",
        ),
        icon(look, 16),
        ratio,
        class_name=theme.SWITCH_CHOICE,
    )
