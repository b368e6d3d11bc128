"""Screening of prompts (`providers.md` 1.10). One rule: a repeat costs nothing."""

import math
import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.screening import decide
from cuttingasmr.sandbox.stranger import Operation

from .refusal import Refused
from .speech import admitted, read_json

_UNIT_CHARACTERS = 1000


class Moderation:
    """Verdicts, and which prompts were screened already."""

    def __init__(self) -> None:
        self._screened: set[str] = set()

    def operations(self) -> Sequence[Operation]:
        """List what can be asked."""
        return [Operation("POST", "/v1/moderation/prompt", "moderation", admitted(self._screen))]

    def forget(self) -> None:
        """Every prompt is new again."""
        self._screened.clear()

    async def _screen(self, request: Request) -> Response:
        told = await read_json(request)
        if wrong := _what_is_wrong(told):
            raise Refused(400, *wrong)
        return JSONResponse(self._result(told["prompt"], told.get("external_id")))

    def _result(self, prompt: str, external_id: str | None) -> dict[str, object]:
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


def _what_is_wrong(told: dict[str, object]) -> list[str]:
    wrong: list[str] = []
    if not isinstance(told.get("prompt"), str):
        wrong.append("prompt must be a string")
    if not told.get("prompt"):
        wrong.append("prompt should not be empty")
    if not isinstance(told.get("external_id", ""), str | None):
        wrong.append("external_id must be a string")
    return wrong
