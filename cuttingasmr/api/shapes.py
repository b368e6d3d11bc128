"""The JSON that goes in and out, in camelCase."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from cuttingasmr import routes
from cuttingasmr.credits.ledger import Balance
from cuttingasmr.generation.filters import Filter, kept_for
from cuttingasmr.generation.library import Seen
from cuttingasmr.models import HdState, Picture, Status, User, Video
from cuttingasmr.settings import get_settings


class Shape(BaseModel):
    """What all of them share."""

    model_config: ClassVar[ConfigDict] = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Answer(Shape):
    """An answer that went well."""

    success: bool = True


class Failure(Shape):
    """An answer that did not; the error's own facts stand beside these."""

    success: bool = False
    error: str = Field(description="A sentence for a person")
    code: str = Field(description="A name to branch on")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of a route to those who read the API's description."""
    return {status: {"model": Failure, "description": REFUSALS[status]} for status in (401, *statuses)}


REFUSALS = {
    401: "Nobody is signed in",
    404: "There is no such video of yours",
    409: "The video is in another state than this needs: AlreadyEnded, AlreadySubmitted, NotReady",
    422: "A value is not as it should be; the sentence says which",
    503: "The site or the video service is away for a moment",
}


class SignIn(Shape):
    """The body of sign-in."""

    email: str = Field(max_length=1000)
    password: str = Field(max_length=1000)


class SignUp(SignIn):
    """The body of sign-up."""

    name: str = Field(default="", max_length=1000)


class Person(Shape):
    """Who is signed in."""

    id: str
    email: str
    name: str
    erase_at: datetime | None = Field(default=None, description="When a deleted account is erased for good")

    @classmethod
    def of(cls, user: User) -> Self:
        """Show a user to themselves."""
        return cls(id=user.id, email=user.known_email, name=user.name, erase_at=user.erase_at)


class SessionAnswer(Answer):
    """Who is signed in; `user` is null for nobody."""

    user: Person | None


class CreditsData(Shape):
    """A balance, in credits."""

    total_credits: int
    used_credits: int
    remaining_credits: int
    videos_count: int


class CreditsAnswer(Answer):
    """The answer of /api/credits."""

    data: CreditsData


class CreditsCheck(Answer):
    """The answer of /api/credits-check."""

    user_exists: bool = True
    user_id: str
    email: str
    total_credits: int
    used_credits: int
    remaining_credits: int
    video_cost: int
    can_create_video: bool
    videos_affordable: int

    @classmethod
    def of(cls, user: User, balance: Balance, cost: int) -> Self:
        """Work out what a balance buys."""
        affordable = max(0, balance.remaining) // cost
        return cls(
            user_id=user.id,
            email=user.known_email,
            total_credits=balance.total,
            used_credits=balance.used,
            remaining_credits=balance.remaining,
            video_cost=cost,
            can_create_video=affordable > 0,
            videos_affordable=affordable,
        )


class Generate(Shape):
    """The body of /api/generate-video. Whatever model it names, `veo3_fast` is used."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, json_schema_extra={"required": ["prompt"]}
    )

    prompt: str | None = Field(default=None, description="Up to 2,000 characters")
    aspect_ratio: str = Field(default="16:9", description="16:9 or 9:16")
    duration: int = Field(default=8, strict=True, description="Seconds; always 8")
    type: str | None = Field(
        default=None,
        description="`text` or TEXT_2_VIDEO; FIRST_AND_LAST_FRAMES_2_VIDEO with one or two pictures; REFERENCE_2_VIDEO with up to "
        "three. Without it, one or two pictures are frames and three are references",
    )
    image_urls: list[str] = Field(
        default_factory=list,
        max_length=10,
        description="Addresses of your pictures here (`url` of `POST /api/pictures`), in their order; `?x=` and `&y=` (percent) tell "
        "where a frame is cut",
    )
    template_id: str = Field(default="", max_length=64)
    count: int = Field(
        default=1, ge=1, le=4, strict=True, description="Variations: all are started and charged, or none"
    )


class PictureAnswer(Answer):
    """The answer to a picture that was kept. Sizes in pixels, as it was made anew."""

    id: str
    width: int
    height: int
    url: str

    @classmethod
    def of(cls, picture: Picture) -> Self:
        """Show a picture to its owner."""
        return cls(id=picture.id, width=picture.width, height=picture.height, url=routes.picture(picture.id))


class Started(Answer):
    """The answer to a video that was taken on."""

    video_id: str = Field(description="The first one's")
    video_ids: list[str]
    task_id: str | None
    status: str
    credits_used: int = Field(description="By all of them")
    remaining_credits: int
    model: str
    quality: str = "fast"


class VideoShape(Shape):
    """A video, as its owner sees it. Addresses are relative to the site."""

    id: str
    task_id: str | None
    status: str
    stage: str
    progress: int = Field(description="Percent")
    expected_seconds: int
    position: int | None = Field(description="Its place in the queue, from 1; null once it has left it")
    title: str = Field(description="The name its owner gave it; empty for none")
    prompt: str
    type: str
    aspect_ratio: str
    favourite: bool
    shared: bool
    notice: str
    video_url: str | None
    video_url_1080p: str | None = Field(default=None, alias="videoUrl1080p")
    hd_state: str = Field(
        description="Of the 1080p version: asked, ready, unavailable, or empty before it is asked for"
    )
    thumbnail_url: str | None
    preview_url: str | None
    error: str | None
    error_code: str | None
    credits_used: int
    credits_returned: int
    created_at: datetime
    completed_at: datetime | None
    deleted_at: datetime | None

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Show a video."""
        return cls(**_facts(seen))


class VideoStatus(VideoShape):
    """The answer of /api/video-status."""

    success: bool = True


class Videos(Answer):
    """A page of videos, newest first."""

    videos: list[VideoShape]
    next_cursor: str


Flag = Annotated[bool, BeforeValidator(lambda value: value or False)]
"""Yes or no; in an address an empty one is no."""


class Wanted(BaseModel):
    """What /api/user/videos is asked for; what is empty does not matter."""

    cursor: str = Field(default="", max_length=200, description="The `nextCursor` of the page before")
    q: str = Field(
        default="", max_length=200, description="Words that the prompt and the title hold, all of them"
    )
    state: str = Field(default="", description="running, ready, failed or canceled")
    type: str = Field(default="", description="text, frames or references")
    ratio: str = Field(default="", description="16:9 or 9:16")
    favourite: Flag = Field(default=False, description="Only favourites")
    deleted: Flag = Field(
        default=False,
        description="Those that were deleted lately and can be restored, in place of the others",
    )
    since: str = Field(
        default="", alias="from", max_length=40, description="The first day (UTC), or a moment"
    )
    until: str = Field(default="", alias="to", max_length=40, description="The last day (UTC), or a moment")

    def checked(self) -> Filter:
        """Check it all, or raise `Invalid`."""
        return Filter.checked(
            words=self.q,
            choices={"state": self.state, "kind": self.type, "ratio": self.ratio},
            days=(self.since, self.until),
            is_favourite=self.favourite,
            is_deleted=self.deleted,
        )


class Cancel(Shape):
    """The body of a cancel."""

    discard: bool = Field(
        default=False, description="If it is being made already: let it be made, but delete it"
    )


class Share(Shape):
    """The body of a share."""

    shared: bool = True


class Change(Shape):
    """What of a video can be changed; what is left out stays."""

    title: str | None = Field(default=None, description="Up to 120 characters; empty: its prompt again")
    favourite: bool | None = None


class Shared(Answer):
    """Whether anybody with the link may watch a video, and the link."""

    shared: bool
    share_url: str


class Removed(Answer):
    """A video that was deleted, and until when it can be restored."""

    id: str
    restorable_until: datetime

    @classmethod
    def of(cls, video: Video) -> Self:
        """Show a video that lies in the bin."""
        return cls(id=video.id, restorable_until=(video.deleted_at or video.created_at) + kept_for())


def _facts(seen: Seen) -> dict[str, Any]:
    video, progress = seen.video, seen.progress
    return {
        **video.model_dump(
            include={
                "id",
                "status",
                "title",
                "prompt",
                "aspect_ratio",
                "notice",
                "credits_used",
                "credits_returned",
            }
        ),
        **video.model_dump(include={"hd_state", "created_at", "completed_at", "deleted_at"}),
        "type": video.kind,
        "favourite": video.is_favourite,
        "shared": video.is_shared,
        "position": None if seen.before is None else seen.before + 1,
        "task_id": video.provider_task_id,
        "stage": progress.stage,
        "progress": round(progress.share * 100),
        "expected_seconds": round(progress.expected),
        "video_url": file_url(video),
        "video_url_1080p": routes.video_file_1080p(video.id) if video.hd_state == HdState.READY else None,
        "thumbnail_url": poster_url(video),
        "preview_url": routes.video_preview(video.id) if video.preview_key else None,
        "error": video.error_message or None,
        "error_code": video.error_code or None,
    }


def file_url(video: Video) -> str | None:
    """Say where a finished video can be watched."""
    return routes.video_file(video.id) if video.status == Status.COMPLETED else None


def poster_url(video: Video) -> str | None:
    """Say where a finished video's picture is."""
    return routes.video_poster(video.id) if video.status == Status.COMPLETED else None


def share_url(video: Video) -> str:
    """Give the whole address at which anybody can watch a video that is shared."""
    return get_settings().app_url + routes.video_page(video.id)
