"""From where a request comes. Only our own proxies (`TRUSTED_PROXIES`) may say; what anybody else says is not read."""

from __future__ import annotations

from typing import cast

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cuttingasmr.rate_limits import network
from cuttingasmr.settings import get_settings

SAID = (
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-real-ip",
    b"forwarded",
)

log = structlog.get_logger()


class Proxies:
    """Sets the caller's address and scheme from the headers of trusted proxies, and takes the headers of all others away.

    Of several addresses the last that is none of ours counts (uvicorn's own reading): those before it anybody can make up.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app
        self._trusting = cast("ASGIApp", ProxyHeadersMiddleware(app, get_settings().proxy_networks))  # pyright: ignore[reportArgumentType] - uvicorn types ASGI closer than Starlette
        self._trusted = self._trusting.trusted_hosts  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who calls, and let the call through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        peer = (scope.get("client") or ("", 0))[0]
        if peer in self._trusted:
            await self._trusting(scope, receive, send)
            return
        if any(name in SAID for name, _ in scope["headers"]):
            self._warn(peer)
            scope = {**scope, "headers": [line for line in scope["headers"] if line[0] not in SAID]}
        await self._app(scope, receive, send)

    def _warn(self, peer: str) -> None:
        """Tell the operator once: with a proxy that is not trusted, all visitors seem to come from one address."""
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "proxies.untrusted", peer=peer, hint="set TRUSTED_PROXIES if this is a proxy of yours"
            )


def network_of(scope: Scope) -> str:
    """Give the caller's address as it counts for limits."""
    return network(str((scope.get("client") or ("unknown", 0))[0]))
