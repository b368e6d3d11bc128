"""What every stranger is made of: a table of operations, and the gate that each request passes.

One rule: a request is broken, answered, counted and remembered here, so that a stranger only speaks its own language.
"""

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NamedTuple, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .breakage import Breakage, Breakages
from .no_answer import Hangup
from .traffic import Traffic

Endpoint = Callable[[Request], Awaitable[Response]]


class Operation(NamedTuple):
    """One thing a provider can be asked; without a name it is not counted.

    An endpoint may set `request.state.operation` to be counted as another.
    `breaks`: with the whole provider, only when it is named itself (what runs on another machine), or never.
    """

    method: str
    path: str
    name: str
    endpoint: Endpoint
    breaks: Literal["together", "alone", "never"] = "together"


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
        Route(f"/{stranger.name}{one.path}", gate.guard(one), methods=[one.method])
        for one in stranger.operations()
    ]
    other = Operation("", "/{rest:path}", "unknown", gate.not_found)
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [*known, Route(f"/{stranger.name}{other.path}", gate.guard(other), methods=every)]


class _Gate:
    def __init__(self, stranger: Stranger, breakages: Breakages, traffic: Traffic) -> None:
        self._stranger, self._breakages, self._traffic = stranger, breakages, traffic

    def guard(self, operation: Operation) -> Endpoint:
        """Return the endpoint, as the outside meets it."""

        async def guarded(request: Request) -> Response:
            began = time.perf_counter()
            request.state.operation = operation.name
            answer = await self._broken_answer(request, operation) or await operation.endpoint(request)
            if operation.name:
                self._note(request, answer, began)
            return answer

        return guarded

    async def not_found(self, _request: Request) -> Response:
        """Refuse what is not in the table."""
        return self._stranger.refuse(404, "Not Found")

    def _note(self, request: Request, answer: Response, began: float) -> None:
        counted, provider = request.state.operation, self._stranger.name
        self._traffic.count(provider, counted)
        key = fingerprint(self._stranger.key_of(request))
        self._traffic.note(provider, counted, status=answer.status_code, began=began, key=key)

    async def _broken_answer(self, request: Request, operation: Operation) -> Response | None:
        alone = operation.breaks == "alone"
        key = fingerprint(self._stranger.key_of(request))
        broken = self._breakages.find(self._stranger.name, operation.name, key=key, alone=alone)
        if broken is None or operation.breaks == "never":
            return None
        if broken.mode == "slow":
            await asyncio.sleep(broken.delay)
            return None
        request.state.operation = f"{operation.name}-broken"
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
