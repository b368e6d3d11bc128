"""Clerk without a browser or a dashboard: the sandbox's own door below `/clerk/sandbox`.

One rule: nothing here is Clerk's; it needs no key, is never broken, and answers with what was made.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Operation

from .frontend import issuer_of
from .keys import Keys
from .people import OVER, People
from .post import ALTERS, Event, Post
from .refusal import Refused, read_json, spoken
from .tokens import KINDS, Tokens, Wanted


class Door:
    """Making users, sessions, tokens and events of every kind."""

    def __init__(self, keys: Keys, people: People, tokens: Tokens, post: Post) -> None:
        self._keys, self._people, self._tokens, self._post = keys, people, tokens, post

    def operations(self) -> Sequence[Operation]:
        """List what can be told and asked."""
        table = [
            ("POST", "/sandbox/users", self._join),
            ("POST", "/sandbox/users/{id}", self._change),
            ("POST", "/sandbox/users/{id}/delete", self._leave),
            ("POST", "/sandbox/users/{id}/sessions", self._sign_in),
            ("POST", "/sandbox/sessions/{id}/{what}", self._mark),
            ("POST", "/sandbox/tokens", self._mint),
            ("POST", "/sandbox/keys/rotate", self._rotate),
            ("GET", "/sandbox/events", self._list),
            ("POST", "/sandbox/events", self._tell),
            ("POST", "/sandbox/events/{id}/deliver", self._deliver),
        ]
        return [
            Operation(method, path, "", spoken(endpoint), breaks="never") for method, path, endpoint in table
        ]

    async def _join(self, request: Request) -> Response:
        told = await read_json(request)
        user = self._people.join(told)
        return self._made("user.created", user, told, user=user)

    async def _change(self, request: Request) -> Response:
        told = await read_json(request)
        user = self._people.change(request.path_params["id"], told)
        return self._made("user.updated", user, told, user=user)

    async def _leave(self, request: Request) -> Response:
        told = await read_json(request)
        return self._made("user.deleted", self._people.leave(request.path_params["id"]), told)

    async def _sign_in(self, request: Request) -> Response:
        told = await read_json(request)
        session = self._people.sign_in(request.path_params["id"])
        return self._made("session.created", session, told, session=session)

    async def _mark(self, request: Request) -> Response:
        """End, remove or revoke a session, or let it be pending or active."""
        told, what = await read_json(request), request.path_params["what"]
        status = OVER.get(what, what)
        if status not in {*OVER.values(), "pending", "active"}:
            raise Refused(404, "resource_not_found", f"A session cannot be {what}")
        session = self._people.mark(request.path_params["id"], status)
        return self._made(f"session.{status}", session, told, session=session)

    async def _mint(self, request: Request) -> Response:
        """Make a token of any kind, with any claims put over the usual ones."""
        told = await read_json(request)
        user, session, kind = told.get("user", ""), told.get("session", ""), told.get("kind", "good")
        if kind not in KINDS:
            raise Refused(400, "kind_invalid", f"kind is one of {', '.join(KINDS)}")
        wanted = Wanted(user, session, told.get("origin", ""), issuer_of(request))
        return JSONResponse({"token": self._tokens.mint(wanted, kind=kind, more=told.get("claims"))})

    async def _rotate(self, request: Request) -> Response:
        told = await read_json(request)
        self._keys.rotate(str(told.get("name") or ""))
        return JSONResponse({"name": self._keys.name})

    async def _tell(self, request: Request) -> Response:
        """Tell any event at all: `{"type": …, "data": …}`."""
        told = await read_json(request)
        return self._made(str(told.get("type", "")), told.get("data", {}), told)

    async def _list(self, _request: Request) -> Response:
        events = [_shown(event) for event in reversed(self._post.events.values())]
        return JSONResponse({"events": events, "webhookUrl": self._post.address})

    async def _deliver(self, request: Request) -> Response:
        told = await read_json(request)
        event, alter = self._post.find(request.path_params["id"]), told.get("alter")
        if alter not in (None, *ALTERS):
            raise Refused(400, "alter_invalid", f"alter is one of {', '.join(ALTERS)}")
        times = int(told.get("times", 1))
        return JSONResponse({"statuses": await self._post.send_now(event, alter=alter, times=times)})

    def _made(self, kind: str, data: dict[str, Any], told: dict[str, Any], **made: object) -> Response:
        is_sent = told.get("deliver", "once") == "once"
        event = self._post.tell(kind, data, instance=self._keys.name, is_sent=is_sent)
        return JSONResponse({**made, "event": event.id})


def _shown(event: Event) -> dict[str, Any]:
    return {"id": event.id, "type": event.type, "body": event.body, "statuses": event.statuses}
