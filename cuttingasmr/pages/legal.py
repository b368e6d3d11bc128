"""The texts that buyers agree to."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.frame import frame
from cuttingasmr.components.prose import prose
from cuttingasmr.payments import agreement


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
        prose(agreement.text_of(name)),
        rx.el.p(f"Version of {agreement.VERSION}.", class_name=f"mt-10 {theme.NOTE}"),
        width=theme.READING,
    )
