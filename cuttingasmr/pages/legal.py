"""The texts that buyers agree to."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.frame import frame
from cuttingasmr.components.prose import prose
from cuttingasmr.payments import agreement
from cuttingasmr.states.texts import Texts


def terms() -> rx.Component:
    """Show the terms of service."""
    return _text("terms")


def privacy() -> rx.Component:
    """Show the privacy policy."""
    return _text("privacy")


def refund() -> rx.Component:
    """Show the refund policy."""
    return _text("refund")


def _text(name: str) -> rx.Component:
    return frame(
        prose(agreement.text_of(name), Texts.facts),
        _editions(name),
        width=theme.READING,
    )


def _editions(name: str) -> rx.Component:
    """List what has changed in a text, newest first."""
    listed = [
        rx.el.li(f"{edition.since:%-d %B %Y}: {edition.changed}")
        for edition in reversed(agreement.editions(name))
    ]
    return rx.el.section(
        rx.el.h2("Editions of this text", class_name=theme.SUBHEADING),
        rx.el.ul(*listed, class_name=theme.BULLETS),
        class_name=f"mt-12 flex flex-col gap-3 border-t border-line/60 pt-6 {theme.TEXT}",
    )
