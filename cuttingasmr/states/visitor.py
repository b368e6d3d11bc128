"""Who is looking, and what they have."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.errors import AppError
from cuttingasmr.models import User
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import asker


class Visitor(rx.State):
    """The person in front of this page. `is_known` is false until the server has looked."""

    is_known: rx.Field[bool] = rx.field(default=False)
    email: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    credits: rx.Field[int] = rx.field(0)
    cost: rx.Field[int] = rx.field(get_settings().video_cost)
    can_try_demo: rx.Field[bool] = rx.field(default=False)

    @rx.event
    async def arrive(self) -> None:
        """Look who is here, for a page on which nothing changes by itself."""
        try:
            introduce(self, await asker(self))
        except AppError:
            introduce(self, None)


def introduce(visitor: Visitor, user: User | None) -> None:
    """Show this person, or nobody; what has not changed is not sent again."""
    seen = {
        "is_known": True,
        "email": user.email if user else "",
        "name": user.name if user else "",
        "credits": user.remaining_credits if user else 0,
        "can_try_demo": get_settings().app_env == "development",
    }
    for name, value in seen.items():
        if getattr(visitor, name) != value:
            setattr(visitor, name, value)
