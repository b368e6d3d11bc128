"""What the texts that buyers agree to take from the settings: the pages are built once, for sites that are set differently."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.payments import agreement


class Texts(rx.State):
    """What stands in place of each name in braces."""

    facts: rx.Field[dict[str, str]] = rx.field(default_factory=agreement.facts)
