"""Signing up, in and out, and what an account holds."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import StreamingResponse

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn, address_of, bearer_of, clear_cookies, set_cookies
from cuttingasmr.api.shapes import (
    Answer,
    CreditsAnswer,
    CreditsCheck,
    CreditsData,
    Person,
    SessionAnswer,
    SignIn,
    SignUp,
)
from cuttingasmr.auth import attempts, clerk, local, sessions
from cuttingasmr.credits import ledger
from cuttingasmr.generation import library
from cuttingasmr.models import CreditEntry, User
from cuttingasmr.settings import get_settings

router = APIRouter(prefix="/api")

CSV_COLUMNS = ("date", "kind", "credits", "reference")
CSV_ROWS = 500
"""So many entries are read at a time."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


@router.post("/auth/sign-up", tags=["account"])
async def sign_up(body: SignUp, request: Request, response: Response) -> SessionAnswer:
    """Open an account with its welcome credits, and sign in."""
    await attempts.count_sign_up(address_of(request), body.email)
    user, token = await local.sign_up(
        email=body.email, password=body.password, name=body.name, user_agent=_agent(request)
    )
    return await _begun(request, response, user, token)


@router.post("/auth/sign-in", tags=["account"])
async def sign_in(body: SignIn, request: Request, response: Response) -> SessionAnswer:
    """Sign in with an e-mail address and a password."""
    await attempts.count_sign_in(body.email, address_of(request))
    user, token = await local.sign_in(email=body.email, password=body.password, user_agent=_agent(request))
    return await _begun(request, response, user, token)


@router.post("/auth/demo", tags=["account"])
async def demo(request: Request, response: Response) -> SessionAnswer:
    """Open a demo account, in development only."""
    await attempts.count_sign_up(address_of(request))
    user, token = await local.start_demo(user_agent=_agent(request))
    return await _begun(request, response, user, token)


@router.post("/auth/sign-out", tags=["account"])
async def sign_out(request: Request, response: Response, later: BackgroundTasks) -> Answer:
    """End this session. Without one, there is nothing to do."""
    at_clerk = await sessions.leave(request.cookies.get(sessions.COOKIE))
    clear_cookies(response)
    later.add_task(clerk.leave, at_clerk)
    return Answer()


@router.get("/auth/session", tags=["account"])
async def session(request: Request, response: Response) -> SessionAnswer:
    """Tell who is signed in; nobody is an answer too. Pages ask now and then, so that a session in use lives on."""
    if bearer := bearer_of(request):
        return SessionAnswer(user=Person.of(await clerk.holder(bearer)))
    token = request.cookies.get(sessions.COOKIE)
    user = await db.read(sessions.find_holder, token=token)
    if user and token and await sessions.keep_alive(token):
        set_cookies(response, token, user.id)
    return SessionAnswer(user=Person.of(user) if user else None)


@router.post("/credits", tags=["credits"])
@router.get("/credits", tags=["credits"])
async def credits(user: SignedIn) -> CreditsAnswer:
    """Tell what is left."""
    balance = await db.read(ledger.balance, user_id=user.id)
    return CreditsAnswer(
        data=CreditsData(
            total_credits=balance.total,
            used_credits=balance.used,
            remaining_credits=balance.remaining,
            videos_count=await db.read(library.count, user_id=user.id),
        )
    )


@router.get("/credits-check", tags=["credits"])
async def credits_check(user: SignedIn) -> CreditsCheck:
    """Tell what is left, and what it buys."""
    balance = await db.read(ledger.balance, user_id=user.id)
    return CreditsCheck.of(user, balance, get_settings().video_cost)


@router.get("/user/credits.csv", tags=["credits"], response_class=StreamingResponse)
async def credits_csv(user: SignedIn) -> StreamingResponse:
    """Give every change of your balance, newest first, for a spreadsheet."""
    first = await db.read(library.entries, user_id=user.id, size=CSV_ROWS)
    name = 'attachment; filename="cuttingasmr-credits.csv"'
    return StreamingResponse(
        _csv(user.id, first),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )


async def _csv(user_id: str, page: library.Page[CreditEntry]) -> AsyncIterator[str]:
    """Write the entries page by page, however many there are."""
    yield _rows([CSV_COLUMNS])
    while page.rows:
        facts = [(row.created_at.isoformat(), row.kind, row.credits, row.reference) for row in page.rows]
        yield _rows(facts)
        if not page.cursor:
            return
        page = await db.read(library.entries, user_id=user_id, before=int(page.cursor), size=CSV_ROWS)


def _rows(rows: Sequence[tuple[str | int, ...]]) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows([[_harmless(cell) for cell in row] for row in rows])
    return lines.getvalue()


def _harmless(cell: str | int) -> str | int:
    """Keep a spreadsheet from taking a text for a formula; a negative number is none."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell


async def _begun(request: Request, response: Response, user: User, token: str) -> SessionAnswer:
    """Answer with the new session, and end the one that this browser had before."""
    await sessions.leave(request.cookies.get(sessions.COOKIE))
    set_cookies(response, token, user.id)
    return SessionAnswer(user=Person.of(user))


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
