"""How often somebody may try to sign in or sign up. Counted by the `limits` library, in Redis where there is one."""

from __future__ import annotations

import hashlib
import time
from functools import cache

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from cuttingasmr.auth.local import checked_email
from cuttingasmr.errors import InvalidEmail, TooManyRequests
from cuttingasmr.settings import get_settings

PER_ACCOUNT = parse("10 per 15 minutes")
"""Tries on one account from anywhere: a guesser's budget."""

PER_ADDRESS = parse("60 per 15 minutes")
"""Tries from one network address, which a school or an office may share."""

SIGN_UPS_PER_ADDRESS: RateLimitItem = RateLimitItemPerMinute(20)


log = structlog.get_logger()


@cache
def _limiter() -> MovingWindowRateLimiter:
    url = get_settings().redis_url
    if not url:
        return _limiter_here()
    storage = RedisStorage(f"async+{url}", implementation="redispy", wrap_exceptions=True)
    return MovingWindowRateLimiter(storage)


@cache
def _limiter_here() -> MovingWindowRateLimiter:
    """Count in this process alone: where there is no Redis, and while it is away."""
    return MovingWindowRateLimiter(MemoryStorage())


async def count(limit: RateLimitItem, name: str, who: str) -> None:
    """Count one try, or raise `TooManyRequests` with the seconds to wait (`retryAfter`)."""
    subject = hashlib.sha256(who.encode(errors="backslashreplace")).hexdigest()
    try:
        await _count(_limiter(), limit, name, subject)
    except StorageError as error:
        log.warning("attempts.without-redis", error=type(error.storage_error).__name__)
        await _count(_limiter_here(), limit, name, subject)


async def _count(limiter: MovingWindowRateLimiter, limit: RateLimitItem, name: str, subject: str) -> None:
    if await limiter.hit(limit, name, subject):
        return
    window = await limiter.get_window_stats(limit, name, subject)
    raise TooManyRequests(retryAfter=max(1, round(window.reset_time - time.time())))


async def count_sign_in(email: str, address: str) -> None:
    """Count one sign-in, right or wrong, on the account and from the address."""
    await count(PER_ADDRESS, "sign-in-address", address)
    await count(PER_ACCOUNT, "sign-in-account", _account(email))


async def count_sign_up(address: str) -> None:
    """Count one new account from an address."""
    await count(SIGN_UPS_PER_ADDRESS, "sign-up-address", address)


def _account(email: str) -> str:
    """Give the form in which the account is found: other spellings of one address share its budget."""
    try:
        return checked_email(email)
    except InvalidEmail:
        return email
