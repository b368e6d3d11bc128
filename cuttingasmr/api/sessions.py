"""Where somebody is signed in, and ending that; and operators shutting somebody out."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request
from pydantic import Field

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn
from cuttingasmr.api.operators import ByHand, Operator
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.auth import bans, session_list, sessions
from cuttingasmr.auth.session_list import Place

router = APIRouter(prefix="/api")


class SessionShape(Shape):
    """One signed-in browser."""

    id: str
    device: str = Field(description="What the browser calls itself")
    created_at: datetime
    last_seen_at: datetime = Field(description="To the nearest few minutes")
    is_here: bool = Field(description="Whether this request came from it")

    @classmethod
    def of(cls, place: Place) -> Self:
        """Show a session to its owner."""
        return cls(
            id=place.id,
            device=place.device,
            created_at=place.created_at,
            last_seen_at=place.last_seen_at,
            is_here=place.is_here,
        )


class Sessions(Answer):
    """Where you are signed in, this browser first."""

    sessions: list[SessionShape]


class Ended(Answer):
    """How many sessions were ended."""

    ended: int


class Ban(ByHand):
    """Whom to shut out, or with `banned` false to let in again."""

    user_id: str = Field(pattern="^[0-9a-f]{32}$")
    banned: bool = True


@router.get("/user/sessions", tags=["account"])
async def list_sessions(user: SignedIn, request: Request) -> Sessions:
    """List where you are signed in."""
    found = await db.read(session_list.places, user_id=user.id, token=_token(request))
    return Sessions(sessions=[SessionShape.of(place) for place in found])


@router.delete("/user/sessions/{session_id}", tags=["account"])
async def end_session(session_id: str, user: SignedIn) -> Answer:
    """End one of your sessions; its open tabs are told at once."""
    await session_list.end_one(user_id=user.id, session_id=session_id)
    return Answer()


@router.post("/user/sessions/end-others", tags=["account"])
async def end_other_sessions(user: SignedIn, request: Request) -> Ended:
    """End all of your sessions but this one."""
    return Ended(ended=await session_list.end_others(user_id=user.id, token=_token(request)))


@router.post("/manual-ban", tags=["operators"])
async def ban(body: Ban, operator: Operator) -> Answer:
    """Shut somebody out at once, with a reason, or let them in again."""
    await bans.set_banned(operator=operator, user_id=body.user_id, banned=body.banned, reason=body.reason)
    return Answer()


def _token(request: Request) -> str | None:
    return request.cookies.get(sessions.COOKIE)
