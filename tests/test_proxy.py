"""The proxy of `make cluster`: it takes turns, goes round a server that is dead, and passes both directions on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from tests.support.ports import free_port

sys.path.insert(0, "scripts")

from proxy import Proxy  # pyright: ignore[reportMissingImports] - a script, not a package


async def named(name: str) -> tuple[asyncio.Server, int]:
    """Run a server that answers each line with its name and the line."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(name.encode() + b" " + line)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def ask(port: int, *lines: bytes) -> list[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for line in lines:
        writer.write(line)
        answers.append(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return answers


async def is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


@pytest.fixture
async def servers() -> AsyncIterator[tuple[int, list[asyncio.Server]]]:
    (first, one), (second, other) = await named("first"), await named("second")
    port = free_port()
    proxy = asyncio.create_task(Proxy([one, other]).serve(port))
    while not await is_open(port):  # noqa: ASYNC110 - another task opens it, and tells nobody
        await asyncio.sleep(0.01)
    yield port, [first, second]
    for server in (first, second):
        server.close()
        await server.wait_closed()
    proxy.cancel()
    await asyncio.gather(proxy, return_exceptions=True)
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


async def test_each_connection_goes_to_the_next_server(servers: tuple[int, list[asyncio.Server]]) -> None:
    port, _ = servers

    answers = [await ask(port, b"a\n", b"b\n") for _ in range(2)]

    assert sorted(answers) == [[b"first a\n", b"first b\n"], [b"second a\n", b"second b\n"]]


async def test_a_dead_server_is_gone_round(servers: tuple[int, list[asyncio.Server]]) -> None:
    port, (first, _) = servers
    first.close()

    answers = [await ask(port, b"a\n") for _ in range(3)]

    assert answers == [[b"second a\n"]] * 3


async def test_without_any_server_the_line_is_closed(servers: tuple[int, list[asyncio.Server]]) -> None:
    port, both = servers
    for server in both:
        server.close()

    assert await ask(port, b"a\n") == [b""]
