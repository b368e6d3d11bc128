"""What every request to the API passes first: its size, and where it comes from."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cuttingasmr.api.asking import comes_from_here
from cuttingasmr.errors import AppError, Forbidden, TooLarge

LARGEST_BODY = 1_000_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
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
