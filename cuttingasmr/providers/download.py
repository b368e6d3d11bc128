"""Fetching a provider's result: streamed to a file, bounded in size and time."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path

import httpx

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.http import client

LARGEST_BYTES = 300_000_000
SECONDS = 300


class WrongAnswer(ProviderUnavailable):
    """The link of the finished video did not give a file."""


async def download(url: str, path: Path) -> int:
    """Write what `url` holds to `path` and give its size; or raise `ProviderUnavailable` or `WrongAnswer`.

    `OSError` is let through: a full disk is not the provider's fault.
    """
    try:
        async with (
            asyncio.timeout(SECONDS),
            client().stream("GET", url, timeout=httpx.Timeout(30, connect=5)) as answer,
        ):
            if answer.status_code != HTTPStatus.OK:
                raise WrongAnswer
            return await _write(answer, path)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        raise ProviderUnavailable from error


async def _write(answer: httpx.Response, path: Path) -> int:
    size = 0
    with path.open("wb") as file:
        async for block in answer.aiter_bytes(256 * 1024):
            size += len(block)
            if size > LARGEST_BYTES:
                raise WrongAnswer
            await asyncio.to_thread(file.write, block)
    return size
