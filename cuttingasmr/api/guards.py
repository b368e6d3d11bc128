"""What every request passes first: its size, how fast it comes, and where it comes from."""

from __future__ import annotations

import asyncio
import posixpath
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cuttingasmr import db, routes
from cuttingasmr.api.asking import comes_from_here, is_ours
from cuttingasmr.auth import operators, sessions
from cuttingasmr.errors import AppError, DatabaseUnavailable, Forbidden, TooLarge
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.pictures import LARGEST_BYTES, TOO_LARGE

LARGEST_BODY = 1_000_000
LARGEST_UPLOAD = LARGEST_BYTES + 64 * 1024
"""A picture, and what a form puts around it."""

UPLOADS = frozenset({"/api/pictures", "/api/user/picture"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOWHERE = "/nowhere"
OPERATORS_PAGES = (routes.ADMIN,)
"""Pages that are there for operators alone; each begins a part of the site."""

EVENTS_AT_ONCE = 100
EVENTS_A_SECOND = 20
"""How fast one page's events are taken in, over its websocket. What comes faster waits."""
CALLED_BY_PROVIDERS = "/api/webhooks/"


def refusal(error: AppError) -> JSONResponse:
    """Turn an error into the answer that the contract promises."""
    body = {"success": False, "error": error.message, "code": error.code, **error.facts}
    headers = {"Retry-After": str(error.facts["retryAfter"])} if "retryAfter" in error.facts else None
    return JSONResponse(body, status_code=error.status, headers=headers)


class Guards:
    """Refuses bodies that are too large, and whatever another site's page has sent; takes events no faster than it should."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "websocket":
            await self._open(scope, receive, send)
        elif scope["type"] == "http":
            await self._take(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        is_ours_to_check = scope["path"].startswith("/api/") and scope["method"] not in SAFE
        is_from_provider = scope["path"].startswith(CALLED_BY_PROVIDERS)
        if is_ours_to_check and not is_from_provider and not comes_from_here(headers):
            await refusal(Forbidden())(scope, receive, send)
        elif _length(headers.get(b"content-length", b"0")) > (most := largest_body(scope["path"])):
            await refusal(too_large(most))(scope, receive, send)
        else:
            await self._app(scope, _Counted(receive, most), send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a websocket for our own pages, and for what is no page: those cannot use anybody's cookie but their own."""
        headers = dict(scope["headers"])
        if is_ours(headers.get(b"origin", b""), headers):
            await self._app(scope, _Paced(receive), send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "another site's page"})


def largest_body(path: str) -> int:
    """Tell how many bytes may be sent there."""
    return LARGEST_UPLOAD if path in UPLOADS else LARGEST_BODY


def too_large(most: int) -> TooLarge:
    """Say that there is more."""
    return TooLarge(TOO_LARGE if most == LARGEST_UPLOAD else "")


def _length(said: bytes) -> int:
    return int(said) if said.isdigit() else 0


class TestPages:
    """Lets the testers' pages be there in test mode alone: in live mode they lead nowhere, like any address that is none.

    The pages themselves are files, built once for both; what they can do is refused by payments/rehearsal.py as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send those who ask for such a page to the page that says that there is none."""
        if scope["type"] == "http" and scope["path"].startswith(routes.PAYMENT_FLOW):
            is_there = get_settings().creem_mode == "test"
            scope = scope if is_there else _elsewhere(scope)
        await self._app(scope, receive, send)


class OperatorsPages:
    """Lets the operators' pages be there for operators alone; others get the page, and the status, of an address that is none.

    The pages themselves are files without any content; what they show and do, their states ask for and refuse as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look who asks for such a page."""
        if scope["type"] == "http" and _is_operators(scope["path"]) and not await _is_operator(scope):
            scope = _elsewhere(scope)
        await self._app(scope, receive, send)


def _is_operators(path: str) -> bool:
    return posixpath.normpath(f"/{path.lstrip('/')}").startswith(OPERATORS_PAGES)


async def _is_operator(scope: Scope) -> bool:
    """Tell whether an operator asks. When the records are away, the page itself says so."""
    token = sessions.token_in(Headers(scope=scope).get("cookie", ""))
    try:
        user = await db.read(sessions.find, token=token)
    except DatabaseUnavailable:
        return True
    return user is not None and operators.is_operator(user)


def _elsewhere(scope: Scope) -> Scope:
    return {**scope, "path": NOWHERE, "raw_path": NOWHERE.encode()}


class _Counted:
    """Counts a body that does not tell its length, as it comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._size = 0

    async def __call__(self) -> Message:
        message: MutableMapping[str, Any] = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            raise too_large(self._most)
        return message


class _Paced:
    """Takes events in no faster than a person makes them; a page that sends more waits, as does everything else it sends."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left, self._at = float(EVENTS_AT_ONCE), time.monotonic()

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.receive":
            moment = time.monotonic()
            self._left = min(EVENTS_AT_ONCE, self._left + (moment - self._at) * EVENTS_A_SECOND) - 1
            self._at = moment
            if self._left < 0:
                await asyncio.sleep(-self._left / EVENTS_A_SECOND)
        return message
