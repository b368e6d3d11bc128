"""The rehearsal of the whole payment flow, as testers see it. In live mode there is nothing here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

import reflex as rx
from reflex_base.event import EventSpec

from cuttingasmr.errors import AppError
from cuttingasmr.payments.rehearsal import BY_HAND, FAILED, NOT_BEGUN, PASSED, Step, rehearse
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import asker

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True)
class Shown:
    """One step; `facts` is JSON."""

    id: str
    title: str
    state: str
    took: str
    facts: str

    @classmethod
    def of(cls, step: Step) -> Self:
        """Show a step."""
        took = f"{step.seconds:.2f} s" if step.state in {PASSED, FAILED, BY_HAND} else ""
        facts = json.dumps(step.facts, indent=2, default=str) if step.facts else ""
        return cls(step.id, step.title, step.state, took, facts)


def not_begun() -> list[Shown]:
    """Show all steps before the first one."""
    return [Shown.of(step) for step in NOT_BEGUN]


class Flow(rx.State):
    """How far the rehearsal is."""

    access: rx.Field[str] = rx.field("")
    steps: rx.Field[list[Shown]] = rx.field(default_factory=not_begun)
    is_running: rx.Field[bool] = rx.field(default=False)
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def arrive(self) -> None:
        """Open the page in test mode alone."""
        self.access = OPEN if get_settings().creem_mode == "test" else CLOSED

    @rx.event(background=True)
    async def run(self) -> None:
        """Run everything that needs no human, once at a time; `rehearse` refuses in live mode."""
        async with self:
            if self.is_running:
                return
            self.is_running, self.error, self.steps = True, "", not_begun()
        error = ""
        try:
            user = await asker(self)
            async for step in rehearse(user=user):
                async with self:
                    self.steps = [Shown.of(step) if shown.id == step.id else shown for shown in self.steps]
        except AppError as reason:
            error = reason.message
        finally:
            async with self:
                self.is_running, self.error = False, error

    @rx.event
    async def copy(self) -> EventSpec | None:
        """Put what was seen into the clipboard, as a report."""
        return rx.set_clipboard(report(self.steps)) if get_settings().creem_mode == "test" else None


def report(steps: list[Shown]) -> str:
    """Write the steps down for an e-mail or an issue."""
    blocks = [
        "\n".join(
            filter(None, (f"[{step.state or 'not begun'}] {step.title} {step.took}".rstrip(), step.facts))
        )
        for step in steps
    ]
    return "\n\n".join(["CuttingASMR payment flow", *blocks])
