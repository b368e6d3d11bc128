"""Who is asking, from where, and whether they may ask from there."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from cuttingasmr import db
from cuttingasmr.api.proxies import network_of
from cuttingasmr.auth import buyer, clerk, sessions
from cuttingasmr.errors import AccountLeaving, SignInRequired
from cuttingasmr.models import User
from cuttingasmr.rate_limits import API_READ, API_WRITE, spend
from cuttingasmr.settings import get_settings

READING = frozenset({"GET", "HEAD"})


async def _holder(request: Request, response: Response) -> User:
    if bearer := bearer_of(request):
        return await clerk.holder(bearer)
    token = request.cookies.get(sessions.COOKIE)
    user = await sessions.holder(token)
    if token and await sessions.keep_alive(token):
        set_cookies(response, token, user.id)
    return user


async def holder(request: Request, user: Annotated[User, Depends(_holder)]) -> User:
    """Give who asks, by whichever session or token, and count what they ask and do."""
    await spend(API_READ if request.method in READING else API_WRITE, user.id)
    return user


async def signed_in(user: Annotated[User, Depends(holder)]) -> User:
    """Give who asks, if they are not leaving."""
    return sessions.present(user)


Holder = Annotated[User, Depends(holder)]
"""As `SignedIn`, and also somebody who is leaving: for what they may still do, which is to take along, to stay and to go."""

SignedIn = Annotated[User, Depends(signed_in)]
"""The user of the session cookie, or of a token of Clerk's sent as a bearer; without either the answer is 401."""


async def whoever(request: Request) -> User | None:
    """Give who asks, as `SignedIn` finds them, or nobody. Raises `SignInRequired` for a bearer that is no good."""
    if bearer := bearer_of(request):
        return await clerk.who(bearer)
    return await db.read(sessions.find, token=request.cookies.get(sessions.COOKIE))


async def _perhaps(request: Request) -> User | None:
    try:
        return await whoever(request)
    except (SignInRequired, AccountLeaving):
        return None


Perhaps = Annotated[User | None, Depends(_perhaps)]
"""As `whoever`, or nobody where that refuses: for what anybody may see of somebody who lets them."""


def bearer_of(request: Request) -> str:
    """Give the token that came as a bearer; with one, cookies do not count (providers.md §3.3)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else ""


def address_of(request: Request) -> str:
    """Give the caller's network address: the connection's own, or what a proxy of ours says (proxies.py)."""
    return network_of(request.scope)


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
    return is_ours(headers.get(b"origin", b""), headers)


def is_ours(origin: bytes, headers: dict[bytes, bytes]) -> bool:
    """Tell whether a page of this origin is one of ours: of `APP_URL`, or of the host that was asked. None at all is no page."""
    if not origin:
        return True
    try:
        host = urlsplit(origin.decode("latin-1")).netloc
    except ValueError:
        return False
    hosts = {headers.get(b"host", b"").decode("latin-1"), urlsplit(get_settings().app_url).netloc}
    return host in hosts
