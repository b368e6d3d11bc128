"""What somebody has agreed to, and what has changed in our texts since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import reflex as rx

from cuttingasmr.payments import agreement
from cuttingasmr.payments.agreement import NAMES, Edition, Standing
from cuttingasmr.states.views import moment


@dataclass(frozen=True)
class Change:
    """What changed in one of the texts; `path` is its page."""

    name: str
    path: str
    changed: str

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """Show an edition."""
        return cls(NAMES[edition.text], f"/{edition.text}", edition.changed)


class Consent(rx.State):
    """When somebody agreed last, and to which version; `is_old` when the texts are others by now."""

    at: rx.Field[str] = rx.field("")
    version: rx.Field[str] = rx.field("")
    current: rx.Field[str] = rx.field("")
    is_old: rx.Field[bool] = rx.field(default=False)
    changes: rx.Field[list[Change]] = rx.field(default_factory=list)


def show_consent(consent: Consent, standing: Standing | None) -> None:
    """Show where somebody stands."""
    latest = standing.latest if standing else None
    consent.at = moment(latest.agreed_at) if latest else ""
    consent.version = latest.version if latest else ""
    consent.current = agreement.version()
    consent.is_old = bool(standing and latest and not standing.is_current)
    consent.changes = [Change.of(edition) for edition in standing.changes] if standing else []
