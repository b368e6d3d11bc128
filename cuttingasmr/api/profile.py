"""A person's profile: their name, their settings, and the picture they show of themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field, StrictBool

from cuttingasmr import db, rate_limits, routes
from cuttingasmr.api.asking import SignedIn
from cuttingasmr.api.pictures import FILE, file_in
from cuttingasmr.api.serving import Given, give
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.auth import avatars, profile
from cuttingasmr.models import User

router = APIRouter(prefix="/api", tags=["account"])

YEAR_SECONDS = 31_536_000
FOREVER = {"Cache-Control": f"private, max-age={YEAR_SECONDS}, immutable", "X-Robots-Tag": "noindex"}
"""A picture's address always leads to the same picture; once it is taken off, only who has seen it keeps it."""

WEBP: dict[int | str, dict[str, Any]] = {200: {"content": {"image/webp": {}}, "description": "The picture"}}


class NoticesShape(Shape):
    """Which mails somebody wants."""

    ready: bool = Field(description="A video has ended while no page of theirs was open")
    low: bool = Field(description="The credits that they bought are not enough for another video")


class Profile(Answer):
    """Who you are here, and how you want the site to be."""

    id: str
    email: str
    name: str
    picture_url: str = Field(description="Yours, or else Clerk's; empty for none")
    member_since: datetime
    remaining_credits: int
    theme: str = Field(description="dark, light or system; empty before you choose")
    region: str = Field(description="Such as de-DE; empty: as your browser writes dates and numbers")
    notices: NoticesShape

    @classmethod
    def of(cls, user: User) -> Self:
        """Show somebody's profile to them."""
        return cls(
            id=user.id,
            email=user.known_email,
            name=user.name,
            picture_url=routes.picture_of(user.picture_id, user.picture_url),
            member_since=user.created_at,
            remaining_credits=user.remaining_credits,
            theme=user.theme,
            region=user.region,
            notices=NoticesShape(ready=user.mails_ready, low=user.mails_low),
        )


class NoticesChange(Shape):
    """Which of them to change."""

    ready: StrictBool | None = None
    low: StrictBool | None = None


class ProfileChange(Shape):
    """What to change; what is left out stays."""

    name: str | None = Field(default=None, description="1 to 120 characters, in one line")
    theme: str | None = Field(default=None, description="dark, light or system")
    region: str | None = Field(default=None, description="Such as de-DE; empty: as your browser does")
    notices: NoticesChange | None = None

    def facts(self) -> dict[str, object]:
        """Give what is to be changed, as the account's row calls it."""
        told = {name: getattr(self, name) for name in ("name", "theme", "region")}
        mails = self.notices.model_dump() if self.notices else {}
        told |= {f"mails_{name}": value for name, value in mails.items()}
        return {name: value for name, value in told.items() if value is not None}


class Pictured(Answer):
    """Which picture is shown of you now; empty for none."""

    picture_url: str

    @classmethod
    def of(cls, user: User, picture_id: str | None) -> Self:
        """Tell the address of the picture."""
        return cls(picture_url=routes.picture_of(picture_id, user.picture_url))


@router.get("/user/profile")
async def show(user: SignedIn) -> Profile:
    """Tell who you are here, and how you want the site to be."""
    return Profile.of(user)


@router.patch("/user/profile")
async def change(body: ProfileChange, user: SignedIn) -> Profile:
    """Change your name or your settings: all that is told, or nothing."""
    return Profile.of(await profile.change(user_id=user.id, facts=body.facts()))


@router.post(
    "/user/picture",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FILE}}}},
)
async def put_up(request: Request, user: SignedIn) -> Pictured:
    """Show a picture of yourself: JPEG, PNG or WebP, judged by its content, up to 10 MB.

    It is made anew: the middle of it as a square, and nothing else of the file is kept.
    """
    await rate_limits.spend(rate_limits.PICTURES, user.id)
    return Pictured.of(user, await avatars.put_up(user_id=user.id, content=await file_in(request)))


@router.delete("/user/picture")
async def take_off(user: SignedIn) -> Pictured:
    """Show your picture no more. For an hour it can be taken back."""
    await avatars.take_off(user_id=user.id)
    return Pictured.of(user, None)


@router.post("/user/picture/restore")
async def put_back(user: SignedIn) -> Pictured:
    """Show the picture again that you took off or replaced last."""
    return Pictured.of(user, await avatars.put_back(user_id=user.id))


@router.head("/avatars/{avatar_id}.webp", include_in_schema=False)
@router.get("/avatars/{avatar_id}.webp", response_class=Response, responses=WEBP)
async def avatar(
    avatar_id: Annotated[str, Path(description="As `pictureUrl` has it")], request: Request
) -> Response:
    """Give the picture that somebody shows of themselves, to whoever has its address."""
    found = await db.read(avatars.find, avatar_id=avatar_id)
    answer = await give(Given(found.file_key, "picture.webp"), request)
    if answer.status_code in {200, 304}:
        answer.headers.update(FOREVER)
    return answer
