"""Signing in with Clerk: what its scripts need to know, a token's exchange for a session, its webhooks, and `user/sync`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn, address_of, bearer_of, set_cookies
from cuttingasmr.api.shapes import Answer, Person, SessionAnswer, Shape
from cuttingasmr.auth import clerk, clerk_webhooks, sessions
from cuttingasmr.credits import ledger
from cuttingasmr.errors import Conflict, SignInRequired
from cuttingasmr.people import leaving
from cuttingasmr.rate_limits import REFUSED_TOKENS, spend
from cuttingasmr.settings import get_settings

router = APIRouter(prefix="/api", tags=["account"])

SCRIPTS = ("/npm/@clerk/ui@1/dist/ui.browser.js", "/npm/@clerk/clerk-js@6/dist/clerk.browser.js")
"""Clerk's two scripts, in the order in which they want to be loaded (providers.md §3.7)."""


class ClerkToken(Shape):
    """A token, for those who cannot set a header."""

    token: str = Field(default="", max_length=10_000)


class ClerkSession(SessionAnswer):
    """A session that lives with the one at Clerk."""

    is_new: bool = Field(description="Whether there is another cookie than before")
    renew_in: int = Field(description="Seconds after which to bring a new token")


class ClerkScripts(Answer):
    """What a page needs to load Clerk's scripts."""

    publishable_key: str
    proxy_url: str
    scripts: list[str]
    signed_in: bool
    renew_in: int | None = Field(
        description="Seconds after which to bring a new token; null without such a session"
    )


class Synced(Answer):
    """Who you are, as Clerk says now, and what you have."""

    user: Person
    picture_url: str
    total_credits: int
    used_credits: int
    remaining_credits: int


@router.get("/auth/clerk")
async def clerk_scripts(request: Request, response: Response) -> ClerkScripts:
    """Tell where Clerk's scripts are. 404 where Clerk signs nobody in."""
    clerk.require_clerk()
    settings = get_settings()
    response.headers["Cache-Control"] = "no-store"
    cookie = request.cookies.get(sessions.COOKIE)
    return ClerkScripts(
        publishable_key=settings.clerk_publishable_key,
        proxy_url=settings.clerk_proxy_url,
        scripts=[f"{settings.clerk_frontend_url}{script}" for script in SCRIPTS],
        signed_in=await db.read(sessions.find_holder, token=cookie) is not None,
        renew_in=await db.read(clerk.seconds_to_renewal, cookie=cookie),
    )


@router.post("/auth/clerk")
async def exchange_token(
    request: Request, response: Response, body: ClerkToken | None = None
) -> ClerkSession:
    """Exchange a token of Clerk's (as a bearer, or in the body) for a session, or prolong the one that goes with it."""
    token = bearer_of(request) or (body.token if body else "")
    if not token:
        raise SignInRequired
    try:
        entry = await clerk.exchange(
            token=token,
            cookie=request.cookies.get(sessions.COOKIE),
            user_agent=request.headers.get("user-agent", ""),
        )
    except (SignInRequired, Conflict):
        await spend(REFUSED_TOKENS, address_of(request))
        raise
    set_cookies(response, entry.cookie, entry.user.id)
    renew_in = round((clerk.LIFE - clerk.RENEW_BEFORE).total_seconds())
    return ClerkSession(user=Person.of(entry.user), is_new=entry.is_new, renew_in=renew_in)


@router.post("/user/sync")
@router.get("/user/sync")
async def sync_user(user: SignedIn) -> Synced:
    """Read from Clerk who you are, now rather than when its next webhook comes."""
    fresh = await clerk.sync(user, gone=leaving.gone_at_clerk)
    balance = await db.read(ledger.balance, user_id=fresh.id)
    return Synced(
        user=Person.of(fresh),
        picture_url=fresh.picture_url,
        total_credits=balance.total,
        used_credits=balance.used,
        remaining_credits=balance.remaining,
    )


@router.post("/webhooks/clerk", tags=["webhooks"])
async def hear_clerk(request: Request) -> Answer:
    """Hear from Clerk (providers.md §3.5). 200 means that it is written down; 401 that Clerk did not say it, or long ago."""
    await clerk_webhooks.receive(await request.body(), request.headers, gone=leaving.gone_at_clerk)
    return Answer()
