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
from cuttingasmr.storage.pictures import LARGEST_BYTES, TOO_LARGE

LARGEST_BODY = 1_000_000
LARGEST_UPLOAD = LARGEST_BYTES + 64 * 1024
"""A picture, and what a form puts around it."""

UPLOADS = "/api/pictures"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOWHERE = "/nowhere"
CALLED_BY_PROVIDERS = "/api/webhooks/"


def refusal(error: AppError) -> JSONResponse:
    """Turn an error into the answer that the contract promises."""
    body = {"success": False, "error": error.message, "code": error.code, **error.facts}
    headers = {"Retry-After": str(error.facts["retryAfter"])} if "retryAfter" in error.facts else None
    return JSONResponse(body, status_code=error.status, headers=headers)


class Guards:
    """Refuses bodies that are too large, and writes that another site's page has sent."""

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
        elif int(headers.get(b"content-length", b"0")) > (most := largest_body(scope["path"])):
            await refusal(too_large(most))(scope, receive, send)
        else:
            await self._app(scope, _Counted(receive, most), send)


def largest_body(path: str) -> int:
    """Tell how many bytes may be sent there."""
    return LARGEST_UPLOAD if path == UPLOADS else LARGEST_BODY


def too_large(most: int) -> TooLarge:
    """Say that there is more."""
    return TooLarge(TOO_LARGE if most == LARGEST_UPLOAD else "")


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

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._size = 0

    async def __call__(self) -> Message:
        message: MutableMapping[str, Any] = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            raise too_large(self._most)
        return message
