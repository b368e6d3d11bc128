"""A stranger that answers like Creem (`providers.md` 1). For now: moderation (1.10).

One rule: errors have Creem's shape (1.4), whoever makes them.
"""

import json
import math
import secrets
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .screening import decide
from .stranger import Operation

_UNIT_CHARACTERS = 1000


def creem_error(status: int, *messages: str) -> JSONResponse:
    """Build an error as 1.4 shows it; `message` is a list, or absent."""
    body: dict[str, Any] = {
        "trace_id": secrets.token_hex(16),
        "status": status,
        "error": HTTPStatus(status).phrase,
        "timestamp": round(time.time() * 1000),
    }
    return JSONResponse(body | ({"message": list(messages)} if messages else {}), status_code=status)


class Creem:
    """The stranger at `/creem`. Any API key is accepted, except one with `bad` in it."""

    name = "creem"

    def __init__(self) -> None:
        self._screened: set[str] = set()

    def operations(self) -> Sequence[Operation]:
        """List what Creem can be asked."""
        return [Operation("POST", "/v1/moderation/prompt", "moderation", self._screen)]

    def refuse(self, status: int, message: str) -> Response:
        """Build an error in Creem's shape."""
        return creem_error(status, message)

    def key_of(self, request: Request) -> str:
        """Creem's own header."""
        return request.headers.get("x-api-key", "")

    async def _screen(self, request: Request) -> Response:
        """Screen a prompt (1.10)."""
        if not self.key_of(request) or "bad" in self.key_of(request):
            return creem_error(403)
        try:
            told = json.loads(await request.body())
        except ValueError:
            return creem_error(400, "Unexpected token in JSON")
        if wrong := _what_is_wrong(told):
            return creem_error(400, *wrong)
        return JSONResponse(self._result(told["prompt"], told.get("external_id")))

    def _result(self, prompt: str, external_id: str | None) -> dict[str, object]:
        """Give the verdict; repeats cost nothing."""
        units = 0 if prompt in self._screened else math.ceil(len(prompt) / _UNIT_CHARACTERS)
        self._screened.add(prompt)
        reference = {} if external_id is None else {"external_id": external_id}
        return {
            "id": secrets.token_hex(16),
            "object": "moderation_result",
            "prompt": prompt,
            **reference,
            "decision": decide(prompt),
            "usage": {"units": units},
        }


def _what_is_wrong(told: object) -> list[str]:
    body: dict[str, object] = told if isinstance(told, dict) else {}
    wrong: list[str] = []
    if not isinstance(body.get("prompt"), str):
        wrong.append("prompt must be a string")
    if not body.get("prompt"):
        wrong.append("prompt should not be empty")
    if not isinstance(body.get("external_id", ""), str | None):
        wrong.append("external_id must be a string")
    return wrong
