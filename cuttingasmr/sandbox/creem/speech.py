"""How Creem is spoken to, and how it says no (`providers.md` 1.1, 1.4).

One rule: errors have Creem's shape, whoever makes them, and a refused request is counted as refused.
"""

import json
import secrets
import time
from http import HTTPStatus
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Endpoint

from .refusal import Refused


def creem_error(status: int, *messages: str) -> JSONResponse:
    """Build an error as 1.4 shows it: `message` is a list, or absent; a 404 calls itself a bad request."""
    body: dict[str, Any] = {
        "trace_id": secrets.token_hex(16),
        "status": status,
        "error": HTTPStatus(400 if status == HTTPStatus.NOT_FOUND else status).phrase,
        "timestamp": round(time.time() * 1000),
    }
    return JSONResponse(body | ({"message": list(messages)} if messages else {}), status_code=status)


def key_in(request: Request) -> str:
    """Return what came in Creem's own header (1.1), or an empty string."""
    return request.headers.get("x-api-key", "")


def spoken(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, with refusals in Creem's shape."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refusal:
            request.state.operation += "-refused"
            return creem_error(refusal.status, *refusal.messages)

    return answer


def admitted(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint for those with a key: any, but none with `bad` in it (1.4: 403, without a message)."""

    async def answer(request: Request) -> Response:
        if not key_in(request) or "bad" in key_in(request):
            raise Refused(403)
        return await endpoint(request)

    return spoken(answer)


async def read_json(request: Request, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Read the JSON object that was sent; what cannot be sent on as JSON is no JSON here either."""
    body = await request.body()
    if may_be_empty and not body.strip():
        return {}
    try:
        told = json.loads(body, parse_constant=_refuse_constant)
        json.dumps(told, ensure_ascii=False).encode()  # halves of surrogate pairs end here
    except (ValueError, RecursionError) as reason:
        raise Refused(400, "Unexpected token in JSON") from reason
    if not isinstance(told, dict):
        raise Refused(400, "The request body must be a JSON object")
    return told


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
