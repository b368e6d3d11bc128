"""What every request to the API passes first: its size, and where it comes from."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cuttingasmr import routes
from cuttingasmr.api.asking import comes_from_here
from cuttingasmr.errors import AppError, Forbidden, TooLarge
from cuttingasmr.settings import get_settings

LARGEST_BODY = 1_000_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOWHERE = "/nowhere"
CALLED_BY_PROVIDERS = "/api/webhooks/"


def refusal(error: AppError) -> JSONResponse:
    """Turn an error into the answer that the contract promises."""
    body = {"success": False, "error": error.message, "code": error.code, **error.facts}
    headers = {"Retry-After": str(error.facts["retryAfter"])} if "retryAfter" in error.facts else None
    return JSONResponse(body, status_code=error.status, headers=headers)


class Guards:
    """Refuses bodies over `LARGEST_BODY` bytes, and writes that another site's page has sent."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/") or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not scope["path"].startswith(CALLED_BY_PROVIDERS) and not comes_from_here(headers):
            await refusal(Forbidden())(scope, receive, send)
        elif int(headers.get(b"content-length", b"0")) > LARGEST_BODY:
            await refusal(TooLarge())(scope, receive, send)
        else:
            await self._app(scope, _Counted(receive), send)


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
            scope = scope if is_there else {**scope, "path": NOWHERE, "raw_path": NOWHERE.encode()}
        await self._app(scope, receive, send)


class _Counted:
    """Counts a body that does not tell its length, as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0

    async def __call__(self) -> Message:
        message: MutableMapping[str, Any] = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > LARGEST_BODY:
            raise TooLarge
        return message
