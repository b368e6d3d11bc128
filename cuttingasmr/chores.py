"""What an engine's process does now and then for the other domains, which know nothing of engines."""

from __future__ import annotations

import asyncio

from cuttingasmr import db
from cuttingasmr.generation.supervisor import Chore
from cuttingasmr.payments import webhook
from cuttingasmr.payments.reconcile import reconcile
from cuttingasmr.providers.http import close_client


def reconcile_orders() -> None:
    """Ask Creem about the orders whose time has come."""
    asyncio.run(_reconcile_orders())


async def _reconcile_orders() -> None:
    try:
        await reconcile()
        await db.transact(webhook.settle_waiting)
    finally:
        await close_client()


CHORES = (Chore(15.0, reconcile_orders),)
