"""What every stranger is made of: a table of operations, and the gate that each request passes.

One rule: a request is broken, answered, counted and remembered here, so that a stranger only speaks its own language.
"""

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .breakage import Breakage, Breakages
from .no_answer import Hangup
from .traffic import Traffic

Endpoint = Callable[[Request], Awaitable[Response]]


class Operation(NamedTuple):
    """One thing a provider can be asked. An endpoint may set `request.state.operation` to be counted as another."""

    method: str
    path: str
    name: str
    endpoint: Endpoint


class Stranger(Protocol):
    """A provider's stand-in."""

    name: str

    def operations(self) -> Sequence[Operation]:
        """All that it can be asked, below `/{name}`."""
        ...

    def refuse(self, status: int, message: str) -> Response:
        """Build an error in the provider's own shape."""
        ...

    def key_of(self, request: Request) -> str:
        """Return the API key that came with a request, or an empty string."""
        ...


def fingerprint(key: str) -> str:
    """Return a key's short name that does not give the key away."""
    return hashlib.sha256(key.encode()).hexdigest()[:10] if key else ""


def routes(stranger: Stranger, breakages: Breakages, traffic: Traffic) -> list[Route]:
    """Put the stranger's operations behind the gate, and a refusal for every other path."""
    gate = _Gate(stranger, breakages, traffic)
    known = [
        Route(f"/{stranger.name}{path}", gate.guard(name, endpoint), methods=[method])
        for method, path, name, endpoint in stranger.operations()
    ]
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [
        *known,
        Route(f"/{stranger.name}/{{rest:path}}", gate.guard("unknown", gate.not_found), methods=every),
    ]


class _Gate:
    def __init__(self, stranger: Stranger, breakages: Breakages, traffic: Traffic) -> None:
        self._stranger, self._breakages, self._traffic = stranger, breakages, traffic

    def guard(self, operation: str, endpoint: Endpoint) -> Endpoint:
        """Return the endpoint, as the outside meets it."""

        async def guarded(request: Request) -> Response:
            began = time.perf_counter()
            request.state.operation = operation
            answer = await self._broken_answer(request, operation) or await endpoint(request)
            counted, provider = request.state.operation, self._stranger.name
            self._traffic.count(provider, counted)
            key = fingerprint(self._stranger.key_of(request))
            self._traffic.note(provider, counted, status=answer.status_code, began=began, key=key)
            return answer

        return guarded

    async def not_found(self, _request: Request) -> Response:
        """Refuse what is not in the table."""
        return self._stranger.refuse(404, "Not Found")

    async def _broken_answer(self, request: Request, operation: str) -> Response | None:
        broken = self._breakages.find(self._stranger.name, operation)
        if broken is None:
            return None
        if broken.mode == "slow":
            await asyncio.sleep(broken.delay)
            return None
        request.state.operation = f"{operation}-broken"
        return self._answer_of(broken)

    def _answer_of(self, broken: Breakage) -> Response:
        if broken.mode == "down":
            return Hangup()
        if broken.mode == "500":
            return self._stranger.refuse(
                500, "Server Error - An unexpected error occurred while processing the request"
            )
        answer = self._stranger.refuse(429, "Too many requests, please try again later.")
        answer.headers["retry-after"] = str(max(1, math.ceil(self._breakages.seconds_left(broken))))
        return answer
