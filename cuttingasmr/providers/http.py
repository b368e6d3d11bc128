"""How this site talks to a provider: time limits, a breaker, reads retried, and every failure given its name.

Writes are never repeated here: whether that is harmless is for the caller to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import httpx
import stamina
import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.messages.base import Event
from purgatory.domain.messages.events import ContextChanged
from purgatory.domain.model import OpenedState

from cuttingasmr import __version__
from cuttingasmr.errors import ProviderUnavailable

USER_AGENT = f"Mozilla/5.0 (compatible; CuttingASMR/{__version__})"
"""kie.ai's front refuses clients that do not look like a browser (providers.md §2.1)."""

LARGEST_ANSWER = 2_000_000
"""Bytes. What a provider answers is a few kilobytes; what goes on and on is not read to its end."""

READ_TRIES = 3
BREAKER_FAILURES = 8
BREAKER_REST = timedelta(seconds=15)

log = structlog.get_logger()

Opening = Callable[[], httpx.AsyncClient]

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Opening, httpx.AsyncClient]] = WeakKeyDictionary()


class AnswerLost(ProviderUnavailable):
    """The video service did not answer in time. It may or may not have done what was asked."""


class Resting(ProviderUnavailable):
    """The video service has failed again and again, and is left in peace for some seconds. Nothing was asked of it."""


def client(opening: Opening | None = None) -> httpx.AsyncClient:
    """Give this event loop's connections; the web server's loop and the engine's each have their own.

    Connections of another kind are opened by `opening`, once for each loop.
    """
    mine, opening = _clients.setdefault(asyncio.get_running_loop(), {}), opening or _open
    if opening not in mine:
        mine[opening] = opening()
    return mine[opening]


async def close_client() -> None:
    """Close this event loop's connections."""
    for each in _clients.pop(asyncio.get_running_loop(), {}).values():
        await each.aclose()


def _open() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
    return httpx.AsyncClient(limits=limits, headers={"User-Agent": USER_AGENT}, follow_redirects=False)


class Provider:
    """One company's API: where it is, how it is spoken to, and whether it is resting after failures."""

    name = "provider"

    def __init__(self, base_url: str, *, seconds: float) -> None:
        """Speak to `base_url`, waiting at most `seconds` for an answer."""
        self.base_url = base_url.rstrip("/")
        self._seconds = seconds
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=BREAKER_FAILURES, default_ttl=BREAKER_REST.total_seconds()
        )
        self._breakers.add_listener(self._on_change)
        self.is_resting = False

    def _on_change(self, name: str, _kind: str, event: Event) -> None:
        if isinstance(event, ContextChanged):
            self.is_resting = event.state == "opened"
            log.warning("provider.breaker", provider=self.name, breaker=name, state=event.state)

    def check(self, answer: httpx.Response) -> None:
        """Raise `ProviderUnavailable` for an answer that means "not now". The breaker counts it."""

    async def read(
        self, path: str, *, headers: dict[str, str], params: dict[str, str], part: str = ""
    ) -> httpx.Response:
        """GET, again after a failure that may pass. Raises `ProviderUnavailable`.

        `part` names the breaker: one part of an API can rest while the others work.
        """
        async for attempt in stamina.retry_context(on=ProviderUnavailable, attempts=READ_TRIES, wait_max=2):
            with attempt:
                return await self._send("GET", path, part, headers=headers, params=params)
        raise AssertionError  # pragma: no cover - stamina returns or raises

    async def write(
        self, path: str, *, headers: dict[str, str], body: dict[str, Any], part: str = ""
    ) -> httpx.Response:
        """POST once. Raises `AnswerLost` when it may have arrived, `ProviderUnavailable` when it did not."""
        return await self._send("POST", path, part, headers=headers, json=body)

    async def remove(self, path: str, *, headers: dict[str, str], part: str = "") -> httpx.Response:
        """DELETE once; fails as `write` does."""
        return await self._send("DELETE", path, part, headers=headers)

    async def write_file(
        self,
        path: str,
        *,
        headers: dict[str, str],
        fields: dict[str, str],
        file: tuple[str, bytes, str],
        base_url: str = "",
    ) -> httpx.Response:
        """POST a file (its name, its bytes, its type) as a form once; fails as `write` does."""
        form = {"data": fields, "files": {"file": file}}
        return await self._send("POST", path, "files", headers=headers, base_url=base_url, **form)

    async def _send(self, method: str, path: str, part: str, **options: Any) -> httpx.Response:
        try:
            async with await self._breakers.get_breaker(f"{self.name}.{part}"):
                answer = await self._ask(method, path, **options)
                self.check(answer)
                return answer
        except OpenedState as error:
            raise Resting from error

    async def _ask(self, method: str, path: str, *, base_url: str = "", **options: Any) -> httpx.Response:
        """Ask once, for at most `seconds` in all: an answer that comes by the byte keeps nobody waiting."""
        limit = httpx.Timeout(self._seconds, connect=min(self._seconds, 5))
        options["headers"] = {**options["headers"], "Accept-Encoding": "identity"}
        url = f"{base_url or self.base_url}{path}"
        try:
            async with (
                asyncio.timeout(self._seconds),
                client().stream(method, url, timeout=limit, **options) as answer,
            ):
                return await _whole(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            log.warning("provider.unreachable", provider=self.name, path=path, error=type(error).__name__)
            raise ProviderUnavailable from error
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("provider.answer-lost", provider=self.name, path=path, error=type(error).__name__)
            raise AnswerLost from error


async def _whole(answer: httpx.Response) -> httpx.Response:
    """Read an answer to its end, as it comes and up to `LARGEST_ANSWER`: nothing is unpacked that may grow without end."""
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise httpx.DecodingError("too large", request=answer.request)
    kept = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    return httpx.Response(answer.status_code, headers=kept, content=bytes(body), request=answer.request)
