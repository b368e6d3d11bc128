"""A rehearsal of everything that can happen to a payment, for testers. In test mode only; what it buys it refunds.

The generator tells of each step twice: when it begins, and when it is over. Without the sandbox, the steps that need a
person or a broken Creem are left to the tester.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import structlog

from cuttingasmr.errors import AppError, NotFound
from cuttingasmr.models import User
from cuttingasmr.payments.rehearsal_acts import Act, NeedsHands, Rehearsal, Wrong
from cuttingasmr.settings import get_settings

RUNNING, PASSED, FAILED, BY_HAND = "running", "passed", "failed", "by hand"

log = structlog.get_logger()


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Step:
    """One step: what it shows, how it stands, how long it took, and what was seen."""

    id: str
    title: str
    state: str
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=_nothing)


TITLES = {
    "configuration": "Configuration and health",
    "signed-in": "Signed in",
    "advanced": "Order by the advanced road",
    "fallback": "The advanced road broken on purpose: falls back, still matched",
    "pay": "Paid",
    "webhook": "Webhook received and verified",
    "matched": "Matched by order id",
    "once": "Credits granted exactly once",
    "replay": "Event replayed: nothing changes",
    "forged": "Forged events refused",
    "lost": "Event lost, found by asking Creem",
    "refund": "Refunds clawed back",
}
NOT_BEGUN = tuple(Step(name, title, "") for name, title in TITLES.items())


async def rehearse(*, user: User) -> AsyncGenerator[Step]:
    """Walk through the whole flow as this person. Raises `NotFound` in live mode. Ends at the first step that fails."""
    if get_settings().creem_mode != "test":
        raise NotFound
    for name, act in zip(TITLES, Rehearsal(user).acts(), strict=True):
        yield Step(name, TITLES[name], RUNNING)
        step = await _take(name, act)
        yield step
        if step.state == FAILED:
            return


async def _take(name: str, act: Act) -> Step:
    began = time.perf_counter()
    try:
        state, facts = PASSED, await act()
    except NeedsHands as task:
        state, facts = BY_HAND, {"toDo": str(task)}
    except (Wrong, AppError) as error:
        state, facts = FAILED, {"error": str(error), "code": type(error).__name__}
        log.warning("rehearsal.failed", step=name, error=str(error))
    return Step(name, TITLES[name], state, round(time.perf_counter() - began, 3), facts)
