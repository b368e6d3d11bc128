"""Who is asking, from where, and whether they may ask from there."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from cuttingasmr.auth import buyer, clerk, sessions
from cuttingasmr.models import User
from cuttingasmr.settings import get_settings


async def _signed_in(request: Request, response: Response) -> User:
    if bearer := bearer_of(request):
        return await clerk.who(bearer)
    token = request.cookies.get(sessions.COOKIE)
    user = await sessions.who(token)
    if token and await sessions.keep_alive(token):
        set_cookies(response, token, user.id)
    return user


SignedIn = Annotated[User, Depends(_signed_in)]
"""The user of the session cookie, or of a token of Clerk's sent as a bearer; without either the answer is 401."""


def bearer_of(request: Request) -> str:
    """Give the token that came as a bearer; with one, cookies do not count (providers.md §3.3)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else ""


def address_of(request: Request) -> str:
    """Give the caller's network address, as the connection has it: headers can say anything."""
    return request.client.host if request.client else "unknown"


def set_cookies(response: Response, token: str, user_id: str) -> None:
    """Put a session into the browser, and who buys when the database is away; no script can read either."""
    life = round(sessions.LIFE.total_seconds())
    for name, value in ((sessions.COOKIE, token), (buyer.COOKIE, buyer.name_buyer(user_id))):
        response.set_cookie(
            name,
            value,
            max_age=life,
            httponly=True,
            samesite="lax",
            secure=get_settings().is_secure,
            path="/",
        )


def clear_cookies(response: Response) -> None:
    """Take both out of the browser."""
    for name in (sessions.COOKIE, buyer.COOKIE):
        response.delete_cookie(name, path="/")


def comes_from_here(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a write comes from this site's own pages, or from no page at all (a script, a server)."""
    if headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
        return False
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return True
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    hosts = {headers.get(b"host", b"").decode("latin-1"), urlsplit(get_settings().app_url).netloc}
    return host in hosts
