"""The pages that letters lead to, and the one that asks for a letter."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.frame import frame
from cuttingasmr.components.mailed_forms import (
    forgot_form,
    letters_script,
    letters_script_at_once,
    reset_form,
    verify_form,
)


def forgot_password() -> rx.Component:
    """Ask for a new password."""
    return _page(letters_script(), forgot_form())


def reset_password() -> rx.Component:
    """Set a new password."""
    return _page(letters_script_at_once(), reset_form())


def verify_email() -> rx.Component:
    """Confirm an address."""
    return _page(letters_script_at_once(), verify_form())


def _page(*parts: rx.Component) -> rx.Component:
    return frame(rx.el.div(*parts, class_name="py-14 sm:py-20"), width=theme.NARROW)
