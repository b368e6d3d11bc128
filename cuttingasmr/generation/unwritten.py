"""What a provider has said and is not written down yet: it does not say it again, so a database that is away is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable

P = ParamSpec("P")
R = TypeVar("R")

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 5.0
"""Between two tries."""

log = structlog.get_logger()


async def surely(unit: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do `transact` until the database takes it."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await db.transact(unit, *args, **kwargs)
        except DatabaseUnavailable:
            log.warning("provider.not-written-down", task=kwargs.get("task_id"), seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
