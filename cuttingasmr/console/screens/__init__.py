"""What each view of the console shows, in words and numbers: a unit of work that reads, and gives a `Screen`."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.console import checks
from cuttingasmr.console.screens import inbox, machinery, orders, people, rulings, trails, videos
from cuttingasmr.console.screens.views import Query, Screen

HEALTH = "health"
VIEWS: dict[str, Callable[[Session, Query], Screen]] = {
    "overview": machinery.show_overview,
    "users": people.show,
    "orders": orders.show,
    "videos": videos.show,
    "keys": machinery.show_keys,
    "inbox": inbox.show,
    "audit": trails.show,
    "moderation": rulings.show,
}


async def show(view: str, query: Query) -> Screen:
    """Give what a view shows; for a view that there is none of, nothing."""
    if view == HEALTH:
        return await db.read(machinery.show_health, await checks.all_checks())
    if view not in VIEWS:
        return Screen()
    return await db.read(VIEWS[view], query)
