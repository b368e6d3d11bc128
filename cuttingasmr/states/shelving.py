"""What can be done with a video that is there: by its card, in its dialog, or with many at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import reflex as rx

from cuttingasmr.errors import AppError, Invalid, NotFound
from cuttingasmr.generation import control, hd, library, shelving
from cuttingasmr.generation.shelving import PutAway
from cuttingasmr.models import Status, User
from cuttingasmr.states.asking import asker
from cuttingasmr.states.views import counted

DELETE, RESTORE, STAR, UNSTAR = "delete", "restore", "star", "unstar"
LONGEST = 40_000


class Shelving(rx.State):
    """What became of the last act, which video it was about, and how to take it back. `act_id` changes with each one, so that a note shows again."""

    said: rx.Field[str] = rx.field("")
    undo: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    about: rx.Field[str] = rx.field("")
    act_id: rx.Field[str] = rx.field("")

    @rx.event
    async def act(self, what: object, video_ids: object) -> None:
        """Delete videos, take them back, or put a star on them or off; `video_ids` has commas between."""
        await self._do(partial(self._act, what=what, video_ids=video_ids), about=video_ids)

    @rx.event
    async def act_on_many(self, form: dict[str, Any]) -> None:
        """Do the same for those that were chosen."""
        fields = form if isinstance(form, Mapping) else {}
        await self._do(partial(self._act, what=fields.get("what"), video_ids=fields.get("ids")))

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Give a video a name; an empty one takes it away."""
        fields = form if isinstance(form, Mapping) else {}

        async def do(user: User) -> None:
            named = {"video_id": known_id(fields.get("video")), "title": fields.get("title")}
            await shelving.change(shelving.rename, user_id=user.id, **named)

        await self._do(do, about=fields.get("video"))

    @rx.event
    async def share(self, video_id: object) -> None:
        """Let anybody with the link watch a video."""
        await self._do(partial(_share, video_id=video_id, shared=True), about=video_id)

    @rx.event
    async def unshare(self, video_id: object) -> None:
        """Let nobody but its owner watch a video."""
        await self._do(partial(_share, video_id=video_id, shared=False), about=video_id)

    @rx.event
    async def ask_for_hd(self, video_id: object) -> None:
        """Ask for the 1080p version of a video."""

        async def do(user: User) -> None:
            await hd.ask(user_id=user.id, video_id=known_id(video_id))

        await self._do(do, about=video_id)

    @rx.event
    async def cancel(self, video_id: object) -> None:
        """Cancel a video that waits; one that is being made by now goes on."""

        async def do(user: User) -> None:
            video = await control.cancel(user_id=user.id, video_id=known_id(video_id))
            self.said = f"Canceled. {counted(video.credits_returned)} came back."

        await self._do(do, about=video_id)

    @rx.event
    async def discard(self, video_id: object) -> None:
        """Put a video that is being made out of sight; it costs what it costs."""

        async def do(user: User) -> None:
            video = await control.cancel(user_id=user.id, video_id=known_id(video_id), discard=True)
            if video.status == Status.CANCELED:
                self.said = f"Canceled. {counted(video.credits_returned)} came back."
            else:
                self.said, self.undo = "Discarded.", video.id

        await self._do(do, about=video_id)

    async def _act(self, user: User, *, what: object, video_ids: object) -> None:
        ids = read_ids(video_ids)
        owned = {"user_id": user.id, "video_ids": ids}
        if what == DELETE:
            away = await shelving.delete(**owned)
            self.undo, self.said = ",".join(away.ended), told_away(away)
        elif what == RESTORE:
            back = await shelving.change(shelving.put_back, **owned)
            self.said = told(len(back), "taken back")
        elif what in {STAR, UNSTAR}:
            await shelving.change(shelving.set_favourite, **owned, favourite=what == STAR)
        else:
            raise Invalid

    async def _do(self, act: Callable[[User], Awaitable[None]], *, about: object = "") -> None:
        """Act as the person of this session, and say what became of it."""
        self.said = self.undo = self.error = ""
        self.act_id, self.about = uuid4().hex, str(about)[:32]
        try:
            await act(await asker(self))
        except AppError as error:
            self.error = error.message


async def _share(user: User, *, video_id: object, shared: bool) -> None:
    await shelving.change(shelving.set_shared, user_id=user.id, video_id=known_id(video_id), shared=shared)


def known_id(video_id: object) -> str:
    """Give a video's id back, or raise `NotFound` for what can be none."""
    if not isinstance(video_id, str) or not library.ID.fullmatch(video_id):
        raise NotFound
    return video_id


STILL_COMING = " What is being made already was left alone: you can discard it on its card."


def told_away(away: PutAway) -> str:
    """Say what was deleted, what that gave back, and that some is left; a cancel is not undone."""
    said = told(len(away.ended) + len(away.canceled), "deleted")
    if away.canceled:
        said += f" What waited in the queue is canceled for good, and {counted(away.returned)} came back."
    return said + (STILL_COMING if away.left else "")


def told(number: int, what: str) -> str:
    """Say what was done with how many."""
    return f"{'Video' if number == 1 else f'{number:,} videos'} {what}." if number else f"Nothing was {what}."


def read_ids(text: object) -> list[str]:
    """Read ids with commas between, or raise `Invalid` for what is no text."""
    if not isinstance(text, str):
        raise Invalid
    return [part for part in text[:LONGEST].split(",") if part]
