# pyright: reportUnknownMemberType=false, reportGeneralTypeIssues=false
# (redis types its own client no closer)
"""Whether the site works, part by part: what `/api/health` tells everybody, and the console tells operators."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import redis.asyncio
from sqlmodel import Session, col, func, select

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import key_desk
from cuttingasmr.models import EngineBeat
from cuttingasmr.providers.clerk import get_clerk
from cuttingasmr.providers.creem import get_creem
from cuttingasmr.providers.video import get_video_provider
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import StorageUnavailable, get_store

SILENCE = timedelta(seconds=15)
"""An engine that has not beaten for so long is none."""

VITAL = ("database",)
Check = dict[str, Any]


async def all_checks() -> dict[str, Check]:
    """Check every part."""
    return {
        "database": await database(),
        "redis": await _timed(_redis),
        "worker": await _timed(_worker),
        "storage": await _timed(_storage),
        "creem": _provider(is_resting=get_creem().is_resting),
        "clerk": _clerk(),
        "veo3": await _veo3(),
    }


async def database() -> Check:
    """Check that without which nothing works."""
    return await _timed(_database)


def overall(checks: dict[str, Check]) -> str:
    """Say it in one word: unhealthy when something without which nothing works does not."""
    if any(checks[name]["status"] == "down" for name in VITAL):
        return "unhealthy"
    return (
        "degraded" if any(check["status"] in {"down", "resting"} for check in checks.values()) else "healthy"
    )


async def _timed(check: Callable[[], Awaitable[str]]) -> Check:
    began = time.perf_counter()
    status = await check()
    return {"status": status, "latencyMs": round((time.perf_counter() - began) * 1000, 1)}


async def _database() -> str:
    try:
        await db.read(db.ping)
    except DatabaseUnavailable:
        return "down"
    return "ok"


async def _worker() -> str:
    """Ask whether an engine has beaten lately, in whichever process."""
    try:
        last = await db.read(_last_beat)
    except DatabaseUnavailable:
        return "down"
    return "ok" if last is not None and db.utc_now() - last < SILENCE else "down"


def _last_beat(session: Session) -> Any:  # noqa: ANN401 - sqlmodel types an aggregate no closer
    return session.exec(select(func.max(col(EngineBeat.beat_at)))).one()


async def _redis() -> str:
    url = get_settings().redis_url
    if not url:
        return "unused"
    try:
        async with redis.asyncio.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            await client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


async def _storage() -> str:
    try:
        await get_store().check()
    except StorageUnavailable:
        return "down"
    return "ok"


def _clerk() -> Check:
    return _provider(is_resting=get_clerk().is_resting) if get_settings().has_clerk else {"status": "unused"}


def _provider(*, is_resting: bool) -> Check:
    return {"status": "resting" if is_resting else "ok", "breaker": "open" if is_resting else "closed"}


async def _veo3() -> Check:
    """Tell whether any key may be used now, and whether an account runs low."""
    check = _provider(is_resting=getattr(get_video_provider(), "is_resting", False))
    try:
        keys = await db.read(key_desk.all_keys)
    except DatabaseUnavailable:
        return check
    usable = sum(key.state is key_desk.KeyState.USABLE for key in keys)
    counts = {"keys": len(keys), "usableKeys": usable, "creditsLow": any(key.is_low for key in keys)}
    return check | counts | ({} if usable else {"status": "resting"})
