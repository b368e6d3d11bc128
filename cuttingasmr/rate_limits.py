"""How often anything may be done, in one table, counted by the `limits` library in Redis where there is one.

Embedded is one process, so its memory is the place to count; production has Redis, and while that is away each process
counts alone (docs/decisions/0012). Nothing is counted before it has proved to be well-formed.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter as Limiter
from limits.errors import StorageError

from cuttingasmr.errors import TooManyRequests
from cuttingasmr.settings import MANY, get_settings

P = ParamSpec("P")
R = TypeVar("R")

ONE_PRESS = parse("1 per 10 minutes")
PEOPLE_WHO_PRESS = 20
"""So many people at one network address may start videos as fast as each may alone: more than an office has at its keys at once."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Limit:
    """One line of the table. `rule` gives how many in how long; `refusal` is what a person reads, before how long to wait."""

    name: str
    rule: Callable[[], str]
    refusal: str = "That was a lot at once."


@dataclass(frozen=True)
class Spent:
    """What is left of a limit after one more use; `seconds` until some of it comes back."""

    name: str
    quota: int
    window: int
    left: int
    seconds: int


def _always(rule: str) -> Callable[[], str]:
    return lambda: rule


def _strictly(rule: str) -> Callable[[], str]:
    return lambda: rule if get_settings().strict_limits else MANY


def _together() -> str:
    alone = parsed(get_settings().generation_limit)
    return f"{alone.amount * PEOPLE_WHO_PRESS} per {alone.get_expiry()} seconds"


GENERATE = Limit(
    "generate",
    lambda: get_settings().generation_limit,
    "You have started as many videos as can be started in so short a time.",
)
"""New videos of one person: a press of the button is one, however many variations it makes; a repeat is none."""

GENERATE_ADDRESS = Limit(
    "generate-address",
    _together,
    "From where you are, as many videos have been started as can be in so short a time.",
)
"""New videos from one network address, whoever presses: many accounts of one person's gain them little."""

SIGN_IN_ACCOUNT = Limit("sign-in-account", _always("10 per 15 minutes"), "That were many tries to sign in.")
"""Tries on one account from anywhere: a guesser's budget."""

SIGN_IN_ADDRESS = Limit("sign-in-address", _always("60 per 15 minutes"), "That were many tries to sign in.")
"""Tries from one network address, which a school or an office may share."""

SIGN_UP = Limit("sign-up-address", _always("20 per minute"), "That were many new accounts from one place.")
SIGN_UP_DAY = Limit("sign-up-day", _strictly("50 per day"), "That were many new accounts from one place.")
"""Tries to open an account from one network address, each of which may bring welcome credits, and a letter to somebody: a
whole office comes in on one day, and a script does not get far."""

LETTERS_TO = Limit("letters-to", _always("5 per hour"), "That were many letters to one address.")
"""Letters to one mailbox that were asked for, by whomever, with new accounts among them: nobody's is filled by us."""

LETTERS_FROM = Limit("letters-from", _always("30 per hour"), "That were many letters from one place.")
"""Letters that were asked for from one network address; those to new accounts are bounded by `SIGN_UP_DAY`."""

PASSWORD_TRIES = Limit("password-tries", _always("10 per 15 minutes"), "That were many tries.")
"""Tries at the present password of somebody who is signed in: a session that is left open is no way to guess it."""

REFUSED_TOKENS = Limit("refused-tokens", _strictly("120 per minute"), "That were many tries to sign in.")
"""Tokens of Clerk's that were brought from one address and refused. A good one is taken whatever was before it."""

SYNC = Limit("sync", _always("10 per minute"))
"""Questions of one person who they are at Clerk now: each is one of ours to Clerk, of which it takes so many from all of us."""

CHECKOUT = Limit("checkout", _strictly("30 per 10 minutes"), "That were many visits to the payment page.")
PICTURES = Limit("pictures", _always("40 per hour"), "That were many pictures in one hour.")
"""Pictures that one person may bring, good or bad: each costs a second of work, and space for a day."""

FEEDBACK = Limit("feedback", _always("20 per hour"), "That was a lot of feedback in one hour. Thank you!")
"""Messages of one person, or of one network address without a session."""

API_READ = Limit("api-read", lambda: get_settings().api_limit)
API_WRITE = Limit("api-write", lambda: get_settings().api_write_limit)
WEBHOOK_JUNK = Limit("webhook-junk", _strictly("60 per minute"))
"""Calls of one address to the webhooks that prove not to be a provider's. A genuine one is taken whatever was before it."""

TABLE = (
    GENERATE,
    GENERATE_ADDRESS,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_UP,
    SIGN_UP_DAY,
    LETTERS_TO,
    LETTERS_FROM,
    PASSWORD_TRIES,
    REFUSED_TOKENS,
    SYNC,
    CHECKOUT,
    PICTURES,
    FEEDBACK,
    API_READ,
    API_WRITE,
    WEBHOOK_JUNK,
)

spent: ContextVar[dict[str, Spent] | None] = ContextVar("spent", default=None)
"""What this request has used up; the API tells it in its headers (api/headers.py). `None` where nobody asks."""


async def spend(limit: Limit, who: str) -> Spent:
    """Use a limit once, or raise `TooManyRequests` with the seconds to wait (`retryAfter`)."""
    is_left, used = await _ask(_use, limit, _subject(who))
    if (told := spent.get()) is not None:
        told[limit.name] = used
    if not is_left:
        sentence = f"{limit.refusal} Please try again {wait(used.seconds)}."
        raise TooManyRequests(sentence, retryAfter=used.seconds)
    return used


async def start_video(user_id: str, key: str | None, *, fingerprint: str, address: str) -> None:
    """Use `GENERATE` and `GENERATE_ADDRESS` once for one press: a repeat of one that was let through uses nothing more.

    It is a repeat by the same key with the same `fingerprint`, which tells what is asked for. `address`: where on the network.
    """
    press = _subject(f"{user_id} {fingerprint} {key}") if key else ""
    if press and not await _ask(_is_fresh, press):
        return
    await spend(GENERATE, user_id)  # first: who is over their own limit takes nothing from their neighbours
    await spend(GENERATE_ADDRESS, address)
    if press:
        await _ask(_remember, press)


def wait(seconds: int) -> str:
    """Say when: "in 40 seconds", "in 4 minutes", "in 3 hours"."""
    if seconds == 1:
        return "in a second"
    if seconds < 90:  # noqa: PLR2004 - from there on nobody counts seconds
        return f"in {seconds} seconds"
    if seconds <= 5400:  # noqa: PLR2004 - an hour and a half
        return f"in {math.ceil(seconds / 60)} minutes"
    return f"in {math.ceil(seconds / 3600)} hours"


def network(host: str) -> str:
    """Give the address that counts for limits: of IPv6 the first half, since the other is anybody's own to choose."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


async def _ask(
    question: Callable[Concatenate[Limiter, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Put a question to Redis, or to this process's memory where there is none or while it is away."""
    try:
        return await question(_limiter(), *args, **kwargs)
    except StorageError as error:
        log.warning("limits.without-redis", error=type(error.storage_error).__name__)
        return await question(_limiter_here(), *args, **kwargs)


async def _use(limiter: Limiter, limit: Limit, subject: str) -> tuple[bool, Spent]:
    item = parsed(limit.rule())
    is_left = await limiter.hit(item, limit.name, subject)
    window = await limiter.get_window_stats(item, limit.name, subject)
    seconds = max(1, math.ceil(window.reset_time - time.time()))
    return is_left, Spent(limit.name, item.amount, item.get_expiry(), max(0, window.remaining), seconds)


async def _is_fresh(limiter: Limiter, press: str) -> bool:
    return await limiter.test(ONE_PRESS, "press", press)


async def _remember(limiter: Limiter, press: str) -> bool:
    return await limiter.hit(ONE_PRESS, "press", press)


def _subject(who: str) -> str:
    """Name somebody in a form that says nothing to whoever reads the counters."""
    return hashlib.sha256(who.encode(errors="backslashreplace")).hexdigest()


@cache
def parsed(rule: str) -> RateLimitItem:
    """Read "5 per 10 minutes"."""
    return parse(rule)


@cache
def _limiter() -> Limiter:
    url = get_settings().redis_url
    if not url:
        return _limiter_here()
    storage = RedisStorage(f"async+{url}", implementation="redispy", wrap_exceptions=True)
    return Limiter(storage)


@cache
def _limiter_here() -> Limiter:
    """Count in this process alone: where there is no Redis, and while it is away."""
    return Limiter(MemoryStorage())
