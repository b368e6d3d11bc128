"""The HTTP server around the strangers. One rule: a connection can be cut without an answer, as real ones are.

uvicorn has no public way to drop a connection, but it takes a protocol class; ours shows each request the
connection it came on (`scope["sandbox.transport"]`).
"""

import asyncio
import logging
import signal
import socket
import sys
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import build_app
from .settings import Settings

GRACE_SECONDS = 1


class PortTaken(Exception):
    """Somebody else listens on the port."""


class _CuttableProtocol(H11Protocol):
    """HTTP/1.1 whose requests know their connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        served = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope["sandbox.transport"] = self.transport
            await served(scope, receive, send)  # pyright: ignore[reportArgumentType] - uvicorn and Starlette spell ASGI differently

        self.app = with_transport  # pyright: ignore[reportAttributeAccessIssue] - the same


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop quietly: requests that are cut now are cut on purpose."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; hanging requests are cut after a moment."""
    listener = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        build_app(settings), http=_CuttableProtocol, ws="none", lifespan="on", log_level="warning",
        access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=30,
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # uvicorn raises the signal again once everything is closed
    sys.stdout.write(f"Sandbox on http://{settings.host}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    asyncio.run(_Server(config).serve(sockets=[listener]))


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), backlog=2048)
    except OSError as reason:
        message = f"The sandbox cannot listen on {host}:{port}: {reason.strerror or reason}."
        raise PortTaken(message) from reason
    # Connections inherit it. asyncio, which usually sets it, does not for a socket made this way (its `proto` is 0),
    # and then every answer waits 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
