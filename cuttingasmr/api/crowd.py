"""What keeps one caller from taking a whole process for themselves: so much of the API a minute, and what fails counts more.

A page's line, its websocket, counts when it is opened; what comes over it is paced in guards.py.

Counted in this process alone, since it is this process that it protects: the answer that says "too many" is made before
anything is parsed, looked up or asked of Redis. What people may do in all is in rate_limits.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cuttingasmr.api.guards import CALLED_BY_PROVIDERS, refusal
from cuttingasmr.api.proxies import network_of
from cuttingasmr.auth import sessions
from cuttingasmr.errors import TooManyRequests
from cuttingasmr.rate_limits import API_READ, WEBHOOK_JUNK, parsed, spend, wait
from cuttingasmr.settings import get_settings

PEOPLE_AT_ONE_ADDRESS = 10
REFUSED = frozenset({401, 403, 429})
COST_OF_REFUSED = 5
COUNTED = ("/api/", "/_event")
NEVER_SHUT = ("/api/health",)
BEGINNINGS = frozenset({"http.response.start", "websocket.accept", "websocket.close"})
TRY_AGAIN_LATER = 1013
"""The websocket's own 429 (RFC 6455's registry of close codes)."""

JUNK = range(400, 500)


class Crowd:
    """Counts points by minute for each caller: a browser that we have signed in, whatever became of that, or an address."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        """Stand before `app`."""
        self._app, self._clock = app, clock
        self._points: dict[str, int] = {}
        self._ends = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        path: str = scope.get("path", "")
        if not path.startswith(COUNTED) or path.startswith(NEVER_SHUT):
            await self._app(scope, receive, send)
        elif path.startswith(CALLED_BY_PROVIDERS):
            await self._app(scope, receive, _Unmasking(send, scope, receive))
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._turn_over()
        who = _caller(scope)
        if self._points.get(who, 0) >= self._budget:
            await self._refuse(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] in BEGINNINGS:
                cost = COST_OF_REFUSED if message.get("status") in REFUSED else 1
                self._points[who] = self._points.get(who, 0) + cost
            await send(message)

        await self._app(scope, receive, counted)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        seconds = max(1, round(self._ends - self._clock()))
        sentence = f"{API_READ.refusal} Please try again {wait(seconds)}."
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": sentence})
        else:
            await refusal(TooManyRequests(sentence, retryAfter=seconds))(scope, receive, send)

    def _turn_over(self) -> None:
        if self._clock() >= self._ends:
            item = parsed(get_settings().api_limit)
            self._points, self._budget = {}, item.amount * PEOPLE_AT_ONE_ADDRESS
            self._ends = self._clock() + item.get_expiry()


class _Unmasking:
    """Sends the answer to a webhook; one that proved to be no provider's counts, and one too many is told so."""

    def __init__(self, send: Send, scope: Scope, receive: Receive) -> None:
        self._send, self._scope, self._receive = send, scope, receive
        self._is_told = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in JUNK:
            try:
                await spend(WEBHOOK_JUNK, network_of(self._scope))
            except TooManyRequests as error:
                self._is_told = True
                await refusal(error)(self._scope, self._receive, self._send)
        if not self._is_told:
            await self._send(message)


def _caller(scope: Scope) -> str:
    """Name who calls: a cookie that only we can have made names its browser, anything else the network address."""
    token = sessions.token_in(Headers(scope=scope).get("cookie", ""))
    return token if token and sessions.is_ours(token) else network_of(scope)
