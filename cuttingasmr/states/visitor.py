"""Who is looking, and what they have."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.auth import clerk
from cuttingasmr.errors import AppError, SignInRequired
from cuttingasmr.models import User
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import asker, is_page_load
from cuttingasmr.states.watching import follow

NO_ADDRESS = "no e-mail address"


class Visitor(rx.State):
    """The person in front of this page. `is_known` is false until the server has looked.

    `was_ended` when they were signed in as this page was opened, and are no more: signed out elsewhere, banned or deleted.
    """

    is_known: rx.Field[bool] = rx.field(default=False)
    email: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    picture: rx.Field[str] = rx.field("")
    initials: rx.Field[str] = rx.field("")
    """What stands in the place of a picture."""
    look: rx.Field[str] = rx.field("")
    """The theme and the region that their account has chosen, with a bar between (assets/site.js)."""
    credits: rx.Field[int] = rx.field(0)
    cost: rx.Field[int] = rx.field(get_settings().video_cost)
    can_try_demo: rx.Field[bool] = rx.field(default=False)
    was_ended: rx.Field[bool] = rx.field(default=False)
    has_clerk: rx.Field[bool] = rx.field(default=False)
    wants_clerk: rx.Field[bool] = rx.field(default=False)
    """Whether this page needs /clerk.js: for whom Clerk has signed in, here or only there."""

    @rx.event(background=True)
    async def arrive(self) -> None:
        """Look who is here, for a page on which nothing else changes by itself; then see to it that it stays true."""
        stays = is_page_load()
        try:
            user = await asker(self)
        except AppError:
            user = None
        async with self:
            introduce(self, user)
        if not user or not stays:
            return
        async with aclosing(follow(partial(asker, self), self._look, lambda _: False)) as sights:
            async for sight in sights:
                async with self:
                    introduce(self, sight)

    async def _look(self) -> User | None:
        try:
            return await asker(self)
        except SignInRequired:
            return None


def introduce(visitor: Visitor, user: User | None) -> None:
    """Show this person, or nobody; what has not changed is not sent again."""
    seen = {
        "was_ended": user is None and bool(visitor.email),
        "is_known": True,
        "email": (user.known_email or NO_ADDRESS) if user else "",
        "name": user.name if user else "",
        "picture": routes.picture_of(user.picture_id, user.picture_url) if user else "",
        "initials": initials_of(user.name) if user else "",
        "look": f"{user.theme}|{user.region}" if user else "",
        "credits": user.remaining_credits if user else 0,
        "can_try_demo": get_settings().app_env == "development" and not get_settings().has_clerk,
        "has_clerk": get_settings().has_clerk,
        "wants_clerk": _wants_clerk(visitor, user),
    }
    for name, value in seen.items():
        if getattr(visitor, name) != value:
            setattr(visitor, name, value)


def initials_of(name: str) -> str:
    """Give the first letters of somebody's first and last word; a name without letters has none."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))).upper()  # noqa: PLR2004


def _wants_clerk(visitor: Visitor, user: User | None) -> bool:
    if not get_settings().has_clerk:
        return False
    return bool(user.clerk_id) if user else clerk.is_returning(visitor.router.headers.cookie)
