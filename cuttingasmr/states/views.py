"""What the pages show, as small frozen objects: no rows leave the server, and nothing that a visitor may not see.

Times in them are counted by the server; a page only counts on from there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from cuttingasmr import routes
from cuttingasmr.generation.filters import kept_for
from cuttingasmr.generation.hd import can_be_asked
from cuttingasmr.generation.library import Seen
from cuttingasmr.generation.templates import Blank, Template, find_template
from cuttingasmr.models import CreditEntry, Kind, Video, VideoKind
from cuttingasmr.settings import get_settings
from cuttingasmr.states.material import Material

KINDS = {
    Kind.WELCOME: "Welcome gift",
    Kind.PURCHASE: "Credits bought",
    Kind.SPEND: "Video made",
    Kind.GIVE_BACK: "Returned for a video that did not come",
    Kind.CLAWBACK: "Taken back after a refund",
    Kind.ADJUSTMENT: "Adjusted by the operator",
}
THANKS = "Thank you for your feedback"
OF_A_VIDEO = (Kind.SPEND, Kind.GIVE_BACK)
RUNNING = frozenset({"queued", "rendering", "saving"})
MADE_FROM = {
    VideoKind.TEXT: "Words",
    VideoKind.FRAMES: "Words and frames",
    VideoKind.REFERENCES: "Words and pictures",
}


@dataclass(frozen=True)
class Card:
    """One video. `elapsed` and `expected` are seconds; `stage` is what progress.py calls it; `name` is its owner's own."""

    id: str
    stage: str
    is_running: bool
    title: str
    heading: str
    name: str
    prompt: str
    ratio: str
    made_from: str
    picture: str
    price: str
    material: Material
    place: str
    is_unsent: bool
    elapsed: int
    expected: int
    usually: str
    notice: str
    error: str
    returned: str
    was_retried: bool
    began: str
    file: str
    poster: str
    preview: str
    download: str
    hd: str
    hd_note: str
    can_ask_hd: bool
    hd_download: str
    is_favourite: bool
    is_shared: bool
    share_url: str
    deleted: str

    @classmethod
    def of(cls, seen: Seen, retried: Collection[str] = ()) -> Self:
        """Show a video to its owner; `retried` holds the ids of those that were tried once more."""
        video, progress = seen.video, seen.progress
        return cls(
            id=video.id,
            stage=progress.stage,
            is_running=progress.stage in RUNNING,
            title=title_of(video, otherwise="Your own words"),
            heading=title_of(video),
            name=video.title,
            prompt=video.prompt,
            ratio=video.aspect_ratio,
            made_from=MADE_FROM[VideoKind(video.kind)],
            picture=f"{video.width} \N{MULTIPLICATION SIGN} {video.height}" if video.width else "",
            price=counted(video.credits_used),
            material=Material.of(find_template(video.template_id), video.prompt),
            place="" if seen.before is None else place_of(seen.before),
            is_unsent=seen.before is not None,
            elapsed=round(progress.elapsed),
            expected=round(progress.expected),
            usually=usually(*progress.spread),
            notice=video.notice,
            error=video.error_message,
            returned=f"{counted(video.credits_returned)} returned" if video.credits_returned else "",
            was_retried=video.id in retried,
            began=moment(video.created_at),
            file=routes.video_file(video.id),
            poster=routes.video_poster(video.id),
            preview=routes.video_preview(video.id) if video.preview_key else "",
            download=routes.video_download(video.id),
            hd=video.hd_state,
            hd_note=video.hd_note,
            can_ask_hd=can_be_asked(video),
            hd_download=routes.video_download_1080p(video.id),
            is_favourite=video.is_favourite,
            is_shared=video.is_shared,
            share_url=get_settings().app_url + routes.video_page(video.id),
            deleted=moment(video.deleted_at + kept_for()) if video.deleted_at else "",
        )

    def still(self) -> Self:
        """Forget the clock, to tell whether anything else has changed."""
        return replace(self, elapsed=0, expected=0, usually="")


@dataclass(frozen=True)
class Tile:
    """One video in the library's grid; `said` stands on it while there is no picture, or in a corner of it."""

    id: str
    stage: str
    title: str
    ratio: str
    material: Material
    poster: str
    preview: str
    said: str
    is_favourite: bool
    is_shared: bool

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Show a video small."""
        video, stage = seen.video, seen.progress.stage
        is_ready = stage == "ready"
        return cls(
            id=video.id,
            stage=stage,
            title=title_of(video),
            ratio=video.aspect_ratio,
            material=Material.of(find_template(video.template_id), video.prompt),
            poster=routes.video_poster(video.id) if is_ready else "",
            preview=routes.video_preview(video.id) if is_ready and video.preview_key else "",
            said=HD_SAID.get(video.hd_state, "") if is_ready else said_of(seen),
            is_favourite=video.is_favourite,
            is_shared=video.is_shared,
        )


HD_SAID = {"ready": "1080p", "asked": "1080p soon"}
SAID = {"rendering": "Rendering", "saving": "Saving", "failed": "Failed", "canceled": "Canceled"}


@dataclass(frozen=True)
class Line:
    """One credit entry, in words; `credits` are signed, and written by assets/profile.js."""

    id: int
    what: str
    credits: int
    is_gain: bool
    at: str
    video: str

    @classmethod
    def of(cls, entry: CreditEntry, *, is_thanks: bool = False) -> Self:
        """Show an entry to its owner; `is_thanks` for an adjustment that thanks for feedback."""
        return cls(
            id=entry.id or 0,
            what=THANKS if is_thanks else KINDS[Kind(entry.kind)],
            credits=entry.credits,
            is_gain=entry.credits > 0,
            at=moment(entry.created_at),
            video=entry.reference if entry.kind in OF_A_VIDEO else "",
        )


@dataclass(frozen=True)
class Part:
    """A stretch of a template's text, or one of its blanks: then `name` is set."""

    text: str = ""
    name: str = ""
    label: str = ""
    suggestions: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, part: str | Blank) -> Self:
        """Show one slice of a template; a blank's `text` is what stands there until something is written."""
        if isinstance(part, str):
            return cls(text=part)
        return cls(text=part.default, name=part.name, label=part.label, suggestions=list(part.suggestions))


@dataclass(frozen=True)
class Offer:
    """A template, as a shelf shows it."""

    id: str
    name: str
    summary: str
    icon: str
    material: Material

    @classmethod
    def of(cls, template: Template) -> Self:
        """Offer a template."""
        return cls(template.id, template.name, template.summary, template.icon, Material.of(template))


def title_of(video: Video, *, otherwise: str = "") -> str:
    """Call a video by its name, or else by its template's, or by its first words."""
    template = find_template(video.template_id)
    return video.title or (template.name if template else otherwise or first_words(video.prompt))


def first_words(prompt: str) -> str:
    """Shorten a prompt to what can be said in a line."""
    line = " ".join(prompt.split())
    return line if len(line) <= SHORT else f"{line[:SHORT].rsplit(' ', 1)[0].rstrip('.,;:')}…"


SHORT = 60


def said_of(seen: Seen) -> str:
    """Say in a word or two what a video without a picture is doing."""
    if seen.progress.stage == "queued":
        return "Starting" if seen.before is None else place_of(seen.before)
    return SAID.get(seen.progress.stage, "")


def place_of(before: int) -> str:
    """Say where in the queue a video is, before which so many stand."""
    return "Next in line" if before == 0 else f"{ordinal(before + 1)} in line"


def ordinal(number: int) -> str:
    """Write 1st, 2nd, 3rd, 11th, 1,021st."""
    last = 4 if number % 100 in {11, 12, 13} else number % 10
    return f"{number:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def usually(low: float, high: float) -> str:
    """Say how long such a video takes; a spread that is none is one figure."""
    if spoken(low) == spoken(high):
        return f"usually about {spoken(high)}"
    return f"usually {spoken(low)} to {spoken(high)}"


def spoken(seconds: float) -> str:
    """Say how long that is, to the nearest five seconds: "1 min 15 s"."""
    whole = max(5, 5 * round(seconds / 5))
    minutes, rest = divmod(whole, 60)
    return " ".join([*([f"{minutes} min"] if minutes else []), *([f"{rest} s"] if rest else [])])


def counted(credits: int) -> str:
    """Say how many credits that is."""
    return "1 credit" if credits == 1 else f"{credits:,} credits"


def moment(at: datetime) -> str:
    """Write a moment for a machine; the page shows it in the reader's own time zone."""
    return at.isoformat(timespec="seconds")
