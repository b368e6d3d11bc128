"""What the pages show, as small frozen objects: no rows leave the server, and nothing that a visitor may not see.

Times in them are counted by the server; a page only counts on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from cuttingasmr import routes
from cuttingasmr.generation.library import Seen
from cuttingasmr.generation.templates import Blank, Template, find_template
from cuttingasmr.models import CreditEntry, Kind
from cuttingasmr.states.material import Material

KINDS = {
    Kind.WELCOME: "Welcome gift",
    Kind.PURCHASE: "Credits bought",
    Kind.SPEND: "Video made",
    Kind.GIVE_BACK: "Returned for a video that did not come",
    Kind.CLAWBACK: "Taken back after a refund",
    Kind.ADJUSTMENT: "Adjusted by the operator",
}
OF_A_VIDEO = (Kind.SPEND, Kind.GIVE_BACK)


@dataclass(frozen=True)
class Card:
    """One video. `elapsed` and `expected` are seconds; `stage` is what progress.py calls it."""

    id: str
    stage: str
    is_running: bool
    title: str
    prompt: str
    ratio: str
    material: Material
    elapsed: int
    expected: int
    usually: str
    notice: str
    error: str
    returned: str
    began: str
    file: str
    poster: str
    download: str

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Show a video to its owner."""
        video, progress = seen.video, seen.progress
        template = find_template(video.template_id)
        return cls(
            id=video.id,
            stage=progress.stage,
            is_running=progress.stage in {"queued", "rendering", "saving"},
            title=template.name if template else "Your own words",
            prompt=video.prompt,
            ratio=video.aspect_ratio,
            material=Material.of(template, video.prompt),
            elapsed=round(progress.elapsed),
            expected=round(progress.expected),
            usually=f"usually about {spoken(progress.expected)}",
            notice=video.notice,
            error=video.error_message,
            returned=f"{counted(video.credits_returned)} returned" if video.credits_returned else "",
            began=moment(video.created_at),
            file=routes.video_file(video.id),
            poster=routes.video_poster(video.id),
            download=routes.video_download(video.id),
        )

    def still(self) -> Self:
        """Forget the clock, to tell whether anything else has changed."""
        return replace(self, elapsed=0, expected=0, usually="")


@dataclass(frozen=True)
class Line:
    """One credit entry, in words; `amount` is signed."""

    id: int
    what: str
    amount: str
    is_gain: bool
    at: str
    video: str

    @classmethod
    def of(cls, entry: CreditEntry) -> Self:
        """Show an entry to its owner."""
        return cls(
            id=entry.id or 0,
            what=KINDS[Kind(entry.kind)],
            amount=f"{entry.credits:+}".replace("-", "\N{MINUS SIGN}"),
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
