"""The page at an address that leads nowhere."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components.frame import frame
from cuttingasmr.components.nothing_here import nothing_here


def not_found() -> rx.Component:
    """Say that there is no such page, and lead back."""
    return frame(nothing_here())
