"""The one way Clerk's stranger says no (`providers.md` 3.6). One rule: whoever notices raises it; `spoken` words it."""

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Endpoint


class Refused(Exception):
    """An HTTP status, Clerk's code for it, and what is wrong."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def not_found(what: str, identity: str) -> Refused:
    """Nothing of that id is known."""
    return Refused(404, "resource_not_found", f"No {what} was found with id {identity}")


def clerk_error(status: int, code: str, message: str) -> JSONResponse:
    """Build an error as 3.6 shows it."""
    error = {"message": message, "long_message": message, "code": code, "meta": {}}
    body = {"errors": [error], "clerk_trace_id": secrets.token_hex(8)}
    return JSONResponse(body, status_code=status, headers=OPEN)


OPEN = {"access-control-allow-origin": "*"}
"""Clerk's frontend API answers pages of other origins."""


def spoken(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, with refusals in Clerk's shape."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refusal:
            request.state.operation = request.state.operation and f"{request.state.operation}-refused"
            return clerk_error(refusal.status, refusal.code, refusal.message)

    return answer


async def read_json(request: Request) -> dict[str, Any]:
    """Read the JSON object that was sent; nothing is an empty one."""
    body = await request.body()
    try:
        told = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as reason:
        raise Refused(400, "request_body_invalid", "Request body invalid") from reason
    if not isinstance(told, dict):
        raise Refused(400, "request_body_invalid", "Request body invalid")
    return told
