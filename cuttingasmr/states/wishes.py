"""What somebody wants made: read from a form, from a video that was made before, and written for the form again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cuttingasmr.errors import Invalid
from cuttingasmr.generation import pictures
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.generation.templates import find_template
from cuttingasmr.models import Video

BLANK = "blank."
"""Begins the name of each field of a template in the form."""


class Wish(NamedTuple):
    """What a form asks for."""

    request: VideoRequest
    variations: int
    key: str


def read_form(form: object) -> Wish:
    """Read what a form says, which any browser can make up; or raise `Invalid` with what to change."""
    if not isinstance(form, Mapping):
        raise Invalid
    fields: dict[str, Any] = {str(name): value for name, value in form.items()}
    template = find_template(str(fields.get("template", "")))
    prompt = template.fill(_blanks(fields)) if template else fields.get("prompt")
    uses = str(fields.get("pictures") or "").split()
    request = VideoRequest.checked(
        prompt=prompt,
        aspect_ratio=fields.get("ratio"),
        kind=fields.get("kind") if uses else None,
        picture_ids=uses,
        template_id=template.id if template else "",
    )
    return Wish(request, _variations(fields.get("count", "1")), str(fields.get("key") or ""))


def _variations(told: object) -> int:
    if not isinstance(told, str) or not told.isascii() or not told.isdigit() or len(told) > 1:
        raise Invalid("Choose 1 to 4 variations.")
    return int(told)


def same_again(video: Video) -> VideoRequest:
    """Ask for what a video was asked for."""
    return VideoRequest.checked(
        prompt=video.prompt,
        aspect_ratio=video.aspect_ratio,
        kind=video.kind,
        picture_ids=video.picture_ids,
        template_id=video.template_id,
    )


def wish_of(video: Video, kept: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """Tell the page's scripts what to put into the form; of the pictures those that are still kept, with their sizes."""
    template = find_template(video.template_id)
    blanks = template.read(video.prompt) if template else None
    uses = [pictures.Use.read(text) for text in video.picture_ids]
    shown = [
        {"id": use.id, "x": use.x, "y": use.y, "width": kept[use.id][0], "height": kept[use.id][1]}
        for use in uses
        if use.id in kept
    ]
    return {
        "prompt": "" if blanks is not None else video.prompt,
        "ratio": video.aspect_ratio,
        "template": template.id if template and blanks is not None else "",
        "blanks": blanks or {},
        "kind": video.kind,
        "pictures": shown,
        "missing": len(uses) - len(shown),
    }


def _blanks(fields: Mapping[str, object]) -> dict[str, str]:
    return {
        name.removeprefix(BLANK): value
        for name, value in fields.items()
        if name.startswith(BLANK) and isinstance(value, str)
    }
