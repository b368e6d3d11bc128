"""Clerk's frontend API: keys for everybody, its two scripts, and what the stand-in for them asks (`providers.md` 3.1, 3.3, 3.7).

What the stand-in asks is simpler than what Clerk's own scripts do; the tokens it gets are the same. One rule: a browser is
known by the token that it keeps itself, as in Clerk's development instances.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cuttingasmr.sandbox.stranger import Operation

from .keys import Keys
from .people import OVER, People, Session
from .refusal import OPEN, Refused, spoken
from .tokens import Tokens, Wanted

Tell = Callable[[str, dict[str, Any]], object]
_SCRIPTS = Path(__file__).parent / "browser"


class Frontend:
    """What browsers see of Clerk."""

    def __init__(self, keys: Keys, people: People, tokens: Tokens, tell: Tell) -> None:
        self._keys, self._people, self._tokens, self._tell = keys, people, tokens, tell

    def operations(self) -> Sequence[Operation]:
        """List what can be asked, by anybody."""
        table = [
            ("GET", "/.well-known/jwks.json", "jwks", self._jwks),
            ("GET", "/npm/@clerk/ui@1/dist/ui.browser.js", "scripts", _script("ui.browser.js")),
            ("GET", "/npm/@clerk/clerk-js@6/dist/clerk.browser.js", "scripts", _script("clerk.browser.js")),
            ("POST", "/v1/client", "clients", self._client),
            ("POST", "/v1/client/sign_ins", "sign-ins", self._sign_in),
            ("POST", "/v1/client/sessions/{id}/tokens", "tokens", self._token),
            ("POST", "/v1/client/sessions/{id}/end", "sign-outs", self._sign_out),
        ]
        return [Operation(method, path, name, spoken(endpoint)) for method, path, name, endpoint in table]

    async def _jwks(self, _request: Request) -> Response:
        return _open(self._keys.published())

    async def _client(self, request: Request) -> Response:
        """Tell a browser who is signed in there."""
        told = await _read(request)
        return _open(self._shown(self._people.of_client(told["client"])))

    async def _sign_in(self, request: Request) -> Response:
        """Sign in with an address, which nobody has to prove: who has none yet joins."""
        told = await _read(request)
        email = told["email"].strip()
        if "@" not in email:
            raise Refused(422, "form_param_format_invalid", "Enter a valid email address.")
        user = self._people.with_address(email)
        if user is None:
            user = self._people.join({"email": email, "first_name": told["name"] or None})
            self._tell("user.created", user)
        client = told["client"] or secrets.token_hex(16)
        session = self._people.sign_in(user["id"], client)
        self._tell("session.created", session)
        return _open({"client": client, **self._shown(session)})

    async def _token(self, request: Request) -> Response:
        session = await self._mine(request)
        origin, issuer = request.headers.get("origin", ""), issuer_of(request)
        wanted = Wanted(session["user_id"], session["id"], origin, issuer, session["status"])
        return _open({"object": "token", "jwt": self._tokens.mint(wanted)})

    async def _sign_out(self, request: Request) -> Response:
        session = await self._mine(request)
        self._tell("session.ended", self._people.mark(session["id"], OVER["end"]))
        return _open(self._shown(None))

    async def _mine(self, request: Request) -> Session:
        told = await _read(request)
        session = self._people.of_client(told["client"])
        if session is None or session["id"] != request.path_params["id"]:
            raise Refused(401, "signed_out", "Signed out")
        return session

    def _shown(self, session: Session | None) -> dict[str, Any]:
        user = self._people.users.get(session["user_id"]) if session else None
        if session is None or user is None:
            return {"session": None, "user": None}
        return {"session": {"id": session["id"], "status": session["status"]}, "user": user}


def issuer_of(request: Request) -> str:
    """Name the issuer: this very address, as if it were a proxy before Clerk."""
    parts = urlsplit(str(request.base_url))
    return f"{parts.scheme}://{parts.netloc}/clerk"


def _script(name: str) -> Callable[[Request], Any]:
    text = (_SCRIPTS / name).read_bytes()

    async def answer(_request: Request) -> Response:
        return Response(text, media_type="text/javascript", headers={**OPEN, "cache-control": "max-age=60"})

    return answer


async def _read(request: Request) -> dict[str, str]:
    """Read what the stand-in sends: JSON as plain text, for which a browser asks no permission first."""
    try:
        told = json.loads(await request.body())
    except ValueError as reason:
        raise Refused(400, "request_body_invalid", "Request body invalid") from reason
    words = told if isinstance(told, dict) else {}
    return {name: str(words.get(name) or "") for name in ("client", "email", "name")}


def _open(told: dict[str, Any]) -> JSONResponse:
    return JSONResponse(told, headers={**OPEN, "cache-control": "no-store"})
