"""How often somebody may try to sign in or sign up. Counted by the `limits` library, in Redis where there is one."""

from __future__ import annotations

import hashlib
import time
from functools import cache

from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from cuttingasmr.errors import TooManyRequests
from cuttingasmr.settings import get_settings

PER_ACCOUNT = parse("10 per 15 minutes")
"""Tries on one account from anywhere: a guesser's budget."""

PER_ADDRESS = parse("60 per 15 minutes")
"""Tries from one network address, which a school or an office may share."""

SIGN_UPS_PER_ADDRESS: RateLimitItem = RateLimitItemPerMinute(20)


@cache
def _limiter() -> MovingWindowRateLimiter:
    url = get_settings().redis_url
    return MovingWindowRateLimiter(RedisStorage(f"async+{url}") if url else MemoryStorage())


async def count(limit: RateLimitItem, name: str, who: str) -> None:
    """Count one try, or raise `TooManyRequests` with the seconds to wait (`retryAfter`)."""
    subject = hashlib.sha256(who.encode()).hexdigest()
    if await _limiter().hit(limit, name, subject):
        return
    window = await _limiter().get_window_stats(limit, name, subject)
    raise TooManyRequests(retryAfter=max(1, round(window.reset_time - time.time())))


async def count_sign_in(email: str, address: str) -> None:
    """Count one sign-in, right or wrong, on the account and from the address."""
    await count(PER_ADDRESS, "sign-in-address", address)
    await count(PER_ACCOUNT, "sign-in-account", email.strip().lower())


async def count_sign_up(address: str) -> None:
    """Count one new account from an address."""
    await count(SIGN_UPS_PER_ADDRESS, "sign-up-address", address)
