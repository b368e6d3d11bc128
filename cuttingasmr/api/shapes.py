"""The JSON that goes in and out, in camelCase."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from cuttingasmr import routes
from cuttingasmr.credits.ledger import Balance
from cuttingasmr.generation.library import Seen
from cuttingasmr.models import Status, User, Video


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

    @classmethod
    def of(cls, user: User) -> Self:
        """Show a user to themselves."""
        return cls(id=user.id, email=user.known_email, name=user.name)


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
    type: str = Field(default="text")
    image_urls: list[str] = Field(default_factory=list)
    template_id: str = Field(default="", max_length=64)


class Started(Answer):
    """The answer to a video that was taken on."""

    video_id: str
    task_id: str | None
    status: str
    credits_used: int
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
    prompt: str
    aspect_ratio: str
    notice: str
    video_url: str | None
    video_url_1080p: str | None = Field(default=None, alias="videoUrl1080p")
    thumbnail_url: str | None
    error: str | None
    error_code: str | None
    credits_used: int
    credits_returned: int
    created_at: datetime
    completed_at: datetime | None

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


def _facts(seen: Seen) -> dict[str, Any]:
    video, progress = seen.video, seen.progress
    return {
        **video.model_dump(
            include={"id", "status", "prompt", "aspect_ratio", "notice", "credits_used", "credits_returned"}
        ),
        "task_id": video.provider_task_id,
        "stage": progress.stage,
        "progress": round(progress.share * 100),
        "expected_seconds": round(progress.expected),
        "video_url": file_url(video),
        "thumbnail_url": poster_url(video),
        "error": video.error_message or None,
        "error_code": video.error_code or None,
        "created_at": video.created_at,
        "completed_at": video.completed_at,
    }


def file_url(video: Video) -> str | None:
    """Say where a finished video can be watched."""
    return routes.video_file(video.id) if video.status == Status.COMPLETED else None


def poster_url(video: Video) -> str | None:
    """Say where a finished video's picture is."""
    return routes.video_poster(video.id) if video.status == Status.COMPLETED else None
