"""Fetching a provider's result: streamed to a file, bounded in size and time, and only from where results may lie.

A connection that breaks is taken up where it broke, if the server lets us ask for the rest of the same file; else the
file is fetched whole again.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import AbstractAsyncContextManager
from functools import cache
from http import HTTPStatus
from pathlib import Path

import httpcore
import httpx
import stamina

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.addresses import PrivateAddress, PublicOnly, place_of
from cuttingasmr.providers.http import USER_AGENT, client
from cuttingasmr.settings import get_settings

LARGEST_BYTES = 300_000_000
SECONDS = 300
SILENCE_SECONDS = 30
REDIRECTS = 3
TRIES = 5
BLOCK = 256 * 1024

PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that mean "not now", beside every 5xx."""

PART = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)")


class WrongAnswer(ProviderUnavailable):
    """The link of the finished video did not give a file."""


class UnsafeLink(WrongAnswer):
    """The link of the finished video leads to a place that is not fetched from."""


class Broken(Exception):
    """The line broke while the file was coming."""


async def download(url: str, path: Path, *, largest: int = LARGEST_BYTES, seconds: float = SECONDS) -> int:
    """Write what `url` holds to `path` and give its size; or raise `ProviderUnavailable`, `WrongAnswer` or `UnsafeLink`.

    It takes `seconds` at most, however the file comes. `OSError` is let through: a full disk is not the provider's fault.
    """
    try:
        async with asyncio.timeout(seconds):
            fetch = _Fetch(client(_open), url, path, largest)
            async for attempt in stamina.retry_context(on=Broken, attempts=TRIES, wait_max=3, timeout=None):
                with attempt:
                    await fetch.go_on()
            return fetch.size
    except PrivateAddress as error:
        raise UnsafeLink from error
    except httpx.TooManyRedirects as error:
        raise WrongAnswer from error
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, Broken) as error:
        raise ProviderUnavailable from error


class _Fetch:
    """One file on its way: how much of it has come, and how the rest of the same file is asked for."""

    def __init__(self, line: httpx.AsyncClient, url: str, path: Path, largest: int) -> None:
        self._line, self._url, self._path, self._largest = line, url, path, largest
        self.size = 0
        self._mark = ""

    async def go_on(self) -> None:
        """Fetch the rest, or the whole again; raises `Broken` when it may be gone on with."""
        async with self._ask() as answer:
            self._check(answer)
            try:
                await self._write(answer)
            except httpx.TransportError as error:
                raise Broken from error

    def _ask(self) -> AbstractAsyncContextManager[httpx.Response]:
        headers = {"Accept-Encoding": "identity"}
        if self.size and self._mark:
            headers |= {"Range": f"bytes={self.size}-", "If-Range": self._mark}
        return self._line.stream("GET", self._url, headers=headers)

    def _check(self, answer: httpx.Response) -> None:
        """Tell the rest from the whole, and refuse what is neither, or too much."""
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and self._mark:
            self._mark = ""  # whatever the server thinks we have: it comes whole, or not at all
            raise Broken
        if answer.status_code in PASSING or answer.is_server_error:
            raise ProviderUnavailable
        if answer.status_code == HTTPStatus.PARTIAL_CONTENT and self._mark:
            self._check_part(answer)
        elif answer.status_code == HTTPStatus.OK:
            self.size = 0
        else:
            raise WrongAnswer
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise WrongAnswer
        length = answer.headers.get("content-length", "0")
        if self.size + int(length) > self._largest:
            raise WrongAnswer
        self._mark = _mark_of(answer)

    def _check_part(self, answer: httpx.Response) -> None:
        told = PART.fullmatch(answer.headers.get("content-range", ""))
        if told is None or int(told[1]) != self.size:
            self._mark = ""
            raise Broken

    async def _write(self, answer: httpx.Response) -> None:
        with self._path.open("r+b" if self.size else "wb") as file:
            file.seek(self.size)
            async for block in answer.aiter_raw(BLOCK):
                if self.size + len(block) > self._largest:
                    raise WrongAnswer
                await asyncio.to_thread(file.write, block)
                self.size += len(block)


def _mark_of(answer: httpx.Response) -> str:
    """Give what names this very version of the file, if the server does: only then can a rest be asked for."""
    if answer.headers.get("accept-ranges", "bytes") == "none":
        return ""
    tag = answer.headers.get("etag", "")
    return tag if tag.startswith('"') else answer.headers.get("last-modified", "")


def _open() -> httpx.AsyncClient:
    """Open connections that reach public addresses and the configured provider alone. No proxy stands in between."""
    transport = httpx.AsyncHTTPTransport(verify=_tls())
    network = PublicOnly([place_of(get_settings().veo3_api_base_url)])
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - httpx has no other way in
        ssl_context=_tls(), max_connections=64, keepalive_expiry=5, network_backend=network
    )
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(SILENCE_SECONDS, connect=5),
        headers={"User-Agent": USER_AGENT},
        follow_redirects=True,
        max_redirects=REDIRECTS,
    )


@cache
def _tls() -> ssl.SSLContext:
    """Read the world's certificates once: it takes longer than a download."""
    return httpx.create_ssl_context()
