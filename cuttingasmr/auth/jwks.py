"""The keys that Clerk signs with, kept here so that a token is checked without asking anybody.

A key's name at Clerk is its instance's, so it stays when the key changes (providers.md §3.1): a signature that does not
fit is a reason to look again. Forged ones are no reason to look often: whatever arrives, one look a minute is the most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from cuttingasmr.errors import SignInUnavailable

FRESH_SECONDS = 300.0
"""After this long the keys are read anew beside the requests, as Clerk's own libraries do."""
PAUSE_SECONDS = 60.0
"""Between two looks, whatever asks for them."""
AFTER_FAILURE_SECONDS = 5.0
"""After a look that failed: until one succeeds, nobody can sign in."""
PATIENCE_SECONDS = 3600.0
"""How long the keys still count while Clerk cannot be asked."""
SMALLEST_KEY_BITS = 2048

Fetch = Callable[[], Awaitable[list[dict[str, Any]]]]

log = structlog.get_logger()


class KeyRing:
    """Clerk's keys by their names. Whoever needs a look at the same moment shares it."""

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the keys with `fetch`, which raises `SignInUnavailable`."""
        self._fetch, self._clock = fetch, clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._read_at = self._next_look = float("-inf")
        self._looking = asyncio.Lock()
        self._beside: asyncio.Task[None] | None = None

    async def find(self, name: str) -> RSAPublicKey | None:
        """Give the key of this name, after a look if one is due; `None` if Clerk has none. Raises `SignInUnavailable`."""
        age = self._clock() - self._read_at
        if age > PATIENCE_SECONDS:
            await self._look()
            if self._clock() - self._read_at > PATIENCE_SECONDS:
                raise SignInUnavailable
        elif name not in self._keys:
            await self._look()
        elif age > FRESH_SECONDS and (self._beside is None or self._beside.done()):
            self._beside = asyncio.create_task(self._look(), name="clerk-keys")
        return self._keys.get(name)

    async def find_other(self, name: str, than: RSAPublicKey) -> RSAPublicKey | None:
        """Give the key that has taken this one's place, if there is one and a look is allowed."""
        if self._keys.get(name) == than:
            await self._look()
        key = self._keys.get(name)
        return None if key == than else key

    async def _look(self) -> None:
        async with self._looking:
            if self._clock() < self._next_look:
                return
            self._next_look = self._clock() + PAUSE_SECONDS
            try:
                published = await self._fetch()
            except SignInUnavailable:
                self._next_look = self._clock() + AFTER_FAILURE_SECONDS
                log.warning("clerk.keys-unreachable")
                return
            self._keys, self._read_at = usable(published), self._clock()


def usable(published: list[dict[str, Any]]) -> dict[str, RSAPublicKey]:
    """Pick the keys that can have signed a session's token; whatever else is published is left alone."""
    found: dict[str, RSAPublicKey] = {}
    for entry in published:
        name = entry.get("kid")
        is_kind = entry.get("kty") == "RSA" and entry.get("alg", "RS256") == "RS256"
        if not isinstance(name, str) or not is_kind or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry, algorithm="RS256").key
        except (jwt.PyJWTError, ValueError, TypeError):
            log.warning("clerk.key-unreadable")
            continue
        if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_KEY_BITS:
            found[name] = key
    return found
