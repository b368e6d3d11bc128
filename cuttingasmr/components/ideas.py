"""What this makes, for somebody who has not made anything yet: some of the templates, with what each sounds like."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import heading, hues, slab
from cuttingasmr.generation.templates import Template, find_template
from cuttingasmr.states.material import Material
from cuttingasmr.states.studio import Studio

IDEAS = ("honeycomb-cutting", "rain-window", "keyboard", "cosmic-cutting", "bread-spread", "glass-tapping")


def ideas() -> rx.Component:
    """Show six things to make; a press puts one into the form."""
    found = [template for name in IDEAS if (template := find_template(name))]
    return rx.el.section(
        heading("What it sounds like"),
        rx.el.div(
            *(_idea(template) for template in found),
            class_name="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-3",
        ),
        class_name="mt-20 flex flex-col gap-5",
    )


def _idea(template: Template) -> rx.Component:
    material = Material.of(template)
    return rx.el.button(
        rx.el.span(
            slab(material, theme.IDEA_SLAB),
            class_name=theme.IDEA_STAGE,
            custom_attrs=hues(material),
        ),
        rx.el.span(template.name, class_name=f"block px-4 sm:px-5 pt-4 {theme.SUBHEADING}"),
        rx.el.span(template.summary, class_name=f"block px-4 sm:px-5 pb-5 pt-1 {theme.NOTE}"),
        type="button",
        class_name=theme.IDEA,
        on_click=Studio.choose(template.id),
        custom_attrs={"data-chooses": "top"},
    )
