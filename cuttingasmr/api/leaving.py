"""Deleting one's account, and keeping it after all."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, BackgroundTasks, Response
from pydantic import Field

from cuttingasmr.api.asking import Holder, SignedIn, clear_cookies
from cuttingasmr.api.shapes import Answer, Person, SessionAnswer, Shape
from cuttingasmr.auth import clerk
from cuttingasmr.people import leaving
from cuttingasmr.storage import links

router = APIRouter(prefix="/api", tags=["account"])

GOODBYE_LIFE = timedelta(hours=1)


class Goodbye(Shape):
    """The body of a deletion."""

    confirm: str = Field(max_length=1000, description="DELETE, or the account's e-mail address")
    password: str = Field(default="", max_length=1000, description="For an account that has one")


class FarewellAnswer(Answer):
    """When the account is erased; until then, signing in and `POST /api/user/keep-account` keeps it."""

    erase_at: datetime
    videos_canceled: int = Field(description="Those that were not begun yet")
    credits_returned: int
    goodbye: str = Field(description="Lets the profile page say until when")


@router.delete("/user/delete-account")
async def delete_account(
    body: Goodbye, user: SignedIn, response: Response, later: BackgroundTasks
) -> FarewellAnswer:
    """Delete your account: every session ends now, and after some days everything of yours is erased but the books."""
    farewell = await leaving.leave(user=user, confirm=body.confirm, password=body.password)
    clear_cookies(response)
    later.add_task(clerk.tell_endings)
    return FarewellAnswer(
        erase_at=farewell.erase_at,
        videos_canceled=farewell.canceled,
        credits_returned=farewell.credits_returned,
        goodbye=links.sign(f"left:{farewell.erase_at:%Y-%m-%dT%H:%M:%SZ}", life=GOODBYE_LIFE),
    )


@router.post("/user/keep-account")
async def keep_account(user: Holder) -> SessionAnswer:
    """Keep an account that was to be deleted; for any other there is nothing to do."""
    return SessionAnswer(user=Person.of(await leaving.stay(user_id=user.id)))
