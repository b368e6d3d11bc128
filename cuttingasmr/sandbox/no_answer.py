"""Answers that are none: the connection is cut, or nobody ever speaks.

One rule: the client sees a broken transport, never a made-up HTTP status. To the traffic these count as status 0.
"""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SILENT_SECONDS = 120


class Hangup(Response):
    """Cut the connection at once."""

    def __init__(self) -> None:
        super().__init__(status_code=500)
        self.status_code = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Reset the connection; wait until the server has noticed, so that it does not answer for us."""
        scope["sandbox.transport"].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class Silence(Hangup):
    """Say nothing until the client gives up, then cut the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the client to leave, for two minutes at most."""
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:  # the sandbox stops
            scope["sandbox.transport"].abort()
            raise
