"""Clerk's backend API, as far as a site of this kind asks it (`providers.md` 3.6). One rule: without a secret key, nothing."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Endpoint, Operation

from .keys import Keys
from .people import People
from .refusal import Refused, spoken

Tell = Callable[[str, dict[str, Any]], object]


class Api:
    """Users, sessions and keys, for those with a secret key."""

    def __init__(self, keys: Keys, people: People, tell: Tell) -> None:
        self._keys, self._people, self._tell = keys, people, tell

    def operations(self) -> Sequence[Operation]:
        """List what can be asked."""
        table = [
            ("GET", "/v1/jwks", "jwks", self._jwks),
            ("GET", "/v1/users/{id}", "users", self._user),
            ("DELETE", "/v1/users/{id}", "deletions", self._leave),
            ("GET", "/v1/sessions/{id}", "sessions", self._session),
            ("POST", "/v1/sessions/{id}/revoke", "revocations", self._revoke),
        ]
        return [Operation(method, path, name, _admitted(endpoint)) for method, path, name, endpoint in table]

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(self._keys.published())

    async def _user(self, request: Request) -> Response:
        return JSONResponse(self._people.user(request.path_params["id"]))

    async def _leave(self, request: Request) -> Response:
        """Delete a user, as the dashboard would; their sessions are removed with them."""
        identity = request.path_params["id"]
        self._people.user(identity)
        for session in [one for one in self._people.sessions.values() if one["user_id"] == identity]:
            if session["status"] == "active":
                self._tell("session.removed", self._people.mark(session["id"], "removed"))
        stub = self._people.leave(identity)
        self._tell("user.deleted", stub)
        return JSONResponse(stub)

    async def _session(self, request: Request) -> Response:
        return JSONResponse(self._people.session(request.path_params["id"]))

    async def _revoke(self, request: Request) -> Response:
        session = self._people.session(request.path_params["id"])
        if session["status"] == "active":
            session = self._people.mark(session["id"], "revoked")
            self._tell("session.revoked", session)
        return JSONResponse(session)


def secret_in(request: Request) -> str:
    """Return the secret key that came with a request, or an empty string."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key if scheme == "Bearer" and key.startswith("sk_") else ""


def _admitted(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        key = secret_in(request)
        if not key or "bad" in key:
            raise Refused(401, "secret_key_invalid", "The provided Clerk Secret Key is invalid.")
        return await endpoint(request)

    return spoken(answer)
