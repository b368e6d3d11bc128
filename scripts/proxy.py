"""A proxy in front of several servers on this machine: each connection goes to the next one that takes it.

It passes bytes, so that requests and websockets go through alike; what it does not do is read or add headers.
`python scripts/proxy.py 3000 4001 4002`: listen on the first port, pass on to the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence

CONNECT_SECONDS = 3
BLOCK = 64 * 1024


class Proxy:
    """Passes connections on, in turn."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Pass on to these ports of this machine."""
        self._ports = list(ports)
        self._turn = 0

    async def serve(self, port: int) -> None:
        """Listen until cancelled."""
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await self._reach_any()
        if server is None:
            await _hang_up(writer)
            return
        there, back = _copy(reader, server[1]), _copy(server[0], writer)
        await asyncio.gather(there, back)

    async def _reach_any(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Reach the server whose turn it is, or the next one that answers."""
        self._turn += 1
        for number in range(len(self._ports)):
            port = self._ports[(self._turn + number) % len(self._ports)]
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection("127.0.0.1", port)
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends; then the other one hears of it."""
    with contextlib.suppress(OSError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
    await _hang_up(writer)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        writer.close()
        await writer.wait_closed()


if __name__ == "__main__":
    listen, *servers = (int(argument) for argument in sys.argv[1:])
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Proxy(servers).serve(listen))
