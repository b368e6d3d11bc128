"""A person's own settings, on their profile. What they choose is shown in all their open tabs (`Visitor`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

import reflex as rx

from cuttingasmr.auth import avatars, profile
from cuttingasmr.errors import AppError
from cuttingasmr.models import NO_ADDRESS, User
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import asker
from cuttingasmr.states.views import moment


class Account(rx.State):
    """What somebody has chosen, and what became of the last press: `about` says on which of the forms it was."""

    since: rx.Field[str] = rx.field("")
    region: rx.Field[str] = rx.field("")
    has_picture: rx.Field[bool] = rx.field(default=False)
    mails_ready: rx.Field[bool] = rx.field(default=False)
    mails_low: rx.Field[bool] = rx.field(default=False)
    can_get_letters: rx.Field[bool] = rx.field(default=False)
    """Whether there is an address, and a site that writes to it."""
    is_address_confirmed: rx.Field[bool] = rx.field(default=False)
    affordable: rx.Field[int] = rx.field(0)
    """How many videos their credits are enough for."""
    said: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    about: rx.Field[str] = rx.field("")
    act_id: rx.Field[str] = rx.field("")
    """Changes with each act, so that a note shows again."""

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Be called something else."""
        fields = form if isinstance(form, Mapping) else {}

        async def act(user: User) -> str:
            changed = await profile.change(user_id=user.id, facts={"name": fields.get("name")})
            return f"You are {changed.name} now."

        await self._do("name", act)

    @rx.event
    async def choose_region(self, region: str) -> None:
        """Have dates, numbers and money written as they are there."""

        async def act(user: User) -> str:
            self.region = (await profile.change(user_id=user.id, facts={"region": region})).region
            return "Saved."

        await self._do("region", act)

    @rx.event
    async def choose_letters(self, about: object, wanted: object) -> None:
        """Get letters about something, or get none."""
        facts = {f"mails_{about}": wanted}

        async def act(user: User) -> str:
            show_account(self, await profile.change(user_id=user.id, facts=facts))
            return "Saved."

        await self._do("letters", act)

    @rx.event
    async def take_picture_off(self) -> None:
        """Show no picture any more; for an hour it can be taken back."""

        async def act(user: User) -> str:
            return "Picture removed." if await avatars.take_off(user_id=user.id) else ""

        await self._do("picture", act)

    @rx.event
    async def put_picture_back(self) -> None:
        """Show the picture again that was taken off last."""

        async def act(user: User) -> str:
            await avatars.put_back(user_id=user.id)
            return ""

        await self._do("picture", act)

    async def _do(self, about: str, act: Callable[[User], Awaitable[str]]) -> None:
        """Act as the person of this session, and say what became of it."""
        self.said = self.error = ""
        self.about, self.act_id = about, uuid4().hex
        try:
            self.said = await act(await asker(self))
        except AppError as error:
            self.error = error.message


def show_account(account: Account, user: User) -> None:
    """Show what this person has chosen; what has not changed is not sent again."""
    seen = {
        "since": moment(user.created_at),
        "region": user.region,
        "has_picture": user.picture_id is not None,
        "mails_ready": user.mails_ready,
        "mails_low": user.mails_low,
        "can_get_letters": get_settings().has_mail and not user.email.endswith(NO_ADDRESS),
        "is_address_confirmed": user.email_verified_at is not None,
        "affordable": max(0, user.remaining_credits) // get_settings().video_cost,
    }
    for name, value in seen.items():
        if getattr(account, name) != value:
            setattr(account, name, value)
