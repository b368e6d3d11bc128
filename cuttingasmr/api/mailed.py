"""What goes by letters: a new password, a confirmed address, another one. Nothing here tells whether an address is known."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn, address_of
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.auth import addresses, passwords, sessions

router = APIRouter(prefix="/api/auth", tags=["account"])


class Address(Shape):
    """Where a letter shall go."""

    email: str = Field(max_length=1000)


class Opened(Shape):
    """What stands behind the # of a mailed link."""

    token: str = Field(max_length=200)


class NewPassword(Opened):
    """A mailed link, and the password to be set by it."""

    password: str = Field(max_length=1000)


class ChangedPassword(Shape):
    """The present password, and the one to come."""

    password: str = Field(max_length=1000, description="The present one")
    new_password: str = Field(max_length=1000)


class ChangedAddress(Address):
    """The address to come, and the present password."""

    password: str = Field(max_length=1000)


class Asked(Answer):
    """Whether a letter is on its way; if not, there is nothing to confirm any more."""

    sent: bool


class Waiting(Answer):
    """The address that waits to be confirmed."""

    email: str


class ConfirmedAddress(Answer):
    """The address that is confirmed now."""

    email: str
    is_new: bool = Field(description="Whether it has taken another one's place")


@router.post("/request-reset")
async def request_reset(body: Address, request: Request) -> Answer:
    """Have a link to set a new password mailed, if this is an account's address. The answer is always the same."""
    await passwords.ask_for_reset(email=body.email, address=address_of(request))
    return Answer()


@router.post("/reset")
async def reset_password(body: NewPassword) -> Answer:
    """Set a new password by a mailed link. It ends every session of the account, and begins none."""
    await passwords.reset(token=body.token, password=body.password)
    return Answer()


@router.post("/change-password")
async def change_password(body: ChangedPassword, user: SignedIn, request: Request) -> Answer:
    """Change your password; all other sessions end."""
    token = request.cookies.get(sessions.COOKIE)
    await passwords.change(user=user, present=body.password, new=body.new_password, token=token)
    return Answer()


@router.post("/request-verification")
async def request_verification(user: SignedIn, request: Request) -> Asked:
    """Have a link mailed that confirms your address."""
    return Asked(sent=await addresses.ask_to_confirm(user=user, address=address_of(request)))


@router.post("/verify")
async def verify_address(body: Opened, request: Request) -> ConfirmedAddress:
    """Confirm an account's address by a mailed link. Only who is signed in to that account can."""
    asker = await db.read(sessions.find, token=request.cookies.get(sessions.COOKIE))
    confirmed = await addresses.confirm(token=body.token, asker=asker)
    return ConfirmedAddress(email=confirmed.email, is_new=confirmed.is_new)


@router.post("/change-email")
async def change_address(body: ChangedAddress, user: SignedIn, request: Request) -> Waiting:
    """Have a link mailed to another address, which takes the present one's place once it is confirmed."""
    where = address_of(request)
    to = await addresses.ask_to_change(user=user, email=body.email, password=body.password, address=where)
    return Waiting(email=to)


@router.delete("/change-email")
async def stop_changing_address(user: SignedIn) -> Answer:
    """Let your address be as it is after all."""
    await addresses.stop_change(user=user)
    return Answer()
