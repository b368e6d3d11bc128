"""The form in which a video is asked for. What is typed stays in the browser until it is sent."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import reflex as rx
from reflex_base.event import EventSpec

from cuttingasmr import db, rate_limits, routes
from cuttingasmr.errors import AppError, InsufficientCredits, Invalid, KeyReused, SignInRequired
from cuttingasmr.generation import library, pictures
from cuttingasmr.generation.desk import RETRY
from cuttingasmr.generation.start import start_videos
from cuttingasmr.generation.templates import find_template
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import address_of, asker
from cuttingasmr.states.views import Part, counted
from cuttingasmr.states.wishes import Wish, read_form, same_again, wish_of

EARLIER_PRESS = "Your press before this one did reach us: its videos are in your library. Press once more to make this one as well."
STARTED, REFUSED, SIGN_IN = "started", "refused", "sign-in"


class Studio(rx.State):
    """What is about to be made.

    `key` goes with one submission, so that pressing twice makes one video. `answer` changes with every answer, which is
    how the page knows that the button may be pressed again; it begins with what became of the press. `wish` is what a video
    was made of, as JSON, for the page's script to put into the form once: the page's policy lets nothing be called.
    """

    template_id: str = rx.SessionStorage("", name="template")
    key: rx.Field[str] = rx.field("")
    answer: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    error_at: rx.Field[str] = rx.field("")
    is_short: rx.Field[bool] = rx.field(default=False)
    wish: rx.Field[str] = rx.field("")

    @rx.var
    def parts(self) -> list[Part]:
        """Cut the chosen template into text and blanks; there are none while the visitor writes their own words."""
        template = find_template(self.template_id)
        return [Part.of(part) for part in template.slices()] if template else []

    @rx.var
    def template_name(self) -> str:
        """Name the chosen template."""
        template = find_template(self.template_id)
        return template.name if template else ""

    @rx.var
    def ratio(self) -> str:
        """Give the shape for which the chosen template is made."""
        template = find_template(self.template_id)
        return template.ratio if template else ""

    @rx.event
    async def prepare(self) -> None:
        """Make the form ready for its first submission."""
        if not self.key:
            self.key = uuid4().hex

    @rx.event
    async def choose(self, template_id: object) -> None:
        """Put a template into the form; anything that is none means one's own words."""
        template = find_template(template_id) if isinstance(template_id, str) else None
        self.template_id = template.id if template else ""
        self.error = ""

    @rx.event
    async def start(self, form: dict[str, Any]) -> None:
        """Start the videos that the form asks for, all or none; their cards appear at once, in every open tab."""
        try:
            wish = read_form(form)
            user = await asker(self)
            await _begin(self, user.id, wish)
        except KeyReused:
            self.key = uuid4().hex  # what it was for is carried out, though the page never heard of it
            self._refuse(KeyReused(EARLIER_PRESS), at="form")
        except AppError as error:
            self._refuse(error, at="form")
        else:
            self.key = uuid4().hex
            self._agree()

    @rx.event
    async def retry(self, video_id: object) -> None:
        """Ask once more for a video that did not come, as it was asked for."""
        try:
            user = await asker(self)
            seen = await db.read(library.find, user_id=user.id, name=checked_id(video_id))
            await _begin(self, user.id, Wish(same_again(seen.video), 1, f"{RETRY}{seen.video.id}"))
        except AppError as error:
            self._refuse(error, at=str(video_id)[:32])
        else:
            self._agree()

    @rx.event
    async def reuse(self, video_id: object) -> list[EventSpec]:
        """Put what a video was made of into the form of the home page, and go there."""
        try:
            user = await asker(self)
            seen = await db.read(library.find, user_id=user.id, name=checked_id(video_id))
            kept = await db.read(pictures.kept, user_id=user.id, picture_ids=seen.video.picture_ids)
        except AppError as error:
            self._refuse(error, at=str(video_id)[:32])
            return []
        wish = wish_of(seen.video, kept)
        self.template_id, self.error = wish["template"], ""
        self.wish = json.dumps(wish | {"at": uuid4().hex})
        is_home = self.router.url.path.rstrip("/") == routes.HOME.rstrip("/")
        return [] if is_home else [rx.redirect(routes.HOME)]

    @rx.event
    async def admit_failure(self) -> None:
        """Say that something went wrong on our side."""
        self._refuse(AppError(), at="form")

    def _agree(self) -> None:
        self.error = ""
        self.answer = f"{STARTED} {uuid4().hex}"

    def _refuse(self, error: AppError, *, at: str) -> None:
        is_stranger = isinstance(error, SignInRequired)
        self.is_short = isinstance(error, InsufficientCredits)
        self.error, self.error_at = "" if is_stranger else sentence(error), at
        self.answer = f"{SIGN_IN if is_stranger else REFUSED} {uuid4().hex}"


async def _begin(state: rx.State, user_id: str, wish: Wish) -> None:
    request = wish.request
    await rate_limits.start_video(
        user_id, wish.key or None, fingerprint=request.fingerprint(), address=address_of(state)
    )
    await pictures.claim(user_id=user_id, picture_ids=request.picture_ids)
    await start_videos(
        user_id=user_id, request=request, count=wish.variations, idempotency_key=wish.key or None
    )


def checked_id(video_id: object) -> str:
    """Give a video's id back, or raise `Invalid` for what can be none."""
    if not isinstance(video_id, str):
        raise Invalid
    return video_id


def sentence(error: AppError) -> str:
    """Say what a visitor can do about an error."""
    if not isinstance(error, InsufficientCredits):
        return error.message
    needed, held = int(str(error.facts["needCredits"])), int(str(error.facts["currentCredits"]))
    number = needed // get_settings().video_cost
    what = "A video costs" if number <= 1 else f"{number} videos cost"
    return f"{what} {counted(needed)} and you have {held:,}. You are {counted(needed - held)} short."
