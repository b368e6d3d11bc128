"""What lives as long as the process does: the relay of wake-ups, and the workflow engine where it is embedded."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from cuttingasmr import live
from cuttingasmr.chores import CHORES
from cuttingasmr.generation.supervisor import Supervisor
from cuttingasmr.providers.http import close_client
from cuttingasmr.settings import get_settings


@contextlib.asynccontextmanager
async def lifespan() -> AsyncGenerator[None, None]:
    """Run what the web process needs beside its requests."""
    supervisor = Supervisor(CHORES) if get_settings().worker == "embedded" else None
    async with live.relaying():
        if supervisor:
            supervisor.start()
        try:
            yield
        finally:
            if supervisor:
                await asyncio.to_thread(supervisor.stop)
            await close_client()
