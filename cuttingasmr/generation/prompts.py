"""What a visitor may ask for, checked before anything else happens."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from cuttingasmr.errors import InvalidDuration, InvalidPicture, InvalidPrompt, InvalidRatio, InvalidType
from cuttingasmr.models import VideoKind

PROMPT_LIMIT = 2000
"""Characters, counted as Unicode code points, after spaces at both ends are cut."""

RATIOS = ("16:9", "9:16")
KINDS: dict[object, VideoKind] = {"text": VideoKind.TEXT, **{str(kind): kind for kind in VideoKind}}
MOST_PICTURES = {VideoKind.TEXT: 0, VideoKind.FRAMES: 2, VideoKind.REFERENCES: 3}
PICTURE = re.compile(r"[0-9a-f]{32}(@(100|\d{1,2}),(100|\d{1,2}))?")
"""A picture's id and, unless it is the middle, where its cut lies: from the left and from the top, in percent."""
DURATION = 8
MODEL = "veo3_fast"

ALLOWED_CONTROLS = frozenset("\n\r\t")
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn the direction of the text around them: a prompt could show other words than it says."""


class VideoRequest(BaseModel):
    """A checked request. The model is not part of it: it is always the same."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    prompt: str
    aspect_ratio: str
    template_id: str = ""
    kind: VideoKind = VideoKind.TEXT
    picture_ids: tuple[str, ...] = ()
    """In their order; see `PICTURE`."""

    @classmethod
    def checked(
        cls,
        *,
        prompt: object,
        aspect_ratio: object = "16:9",
        duration: object = DURATION,
        kind: object = None,
        picture_ids: Sequence[object] = (),
        template_id: str = "",
    ) -> Self:
        """Check each part, or raise the `Invalid` error that tells the visitor what to change.

        Without a `kind` the pictures tell it: one or two are frames, three are references. Whose pictures they are is
        checked by `pictures.claim`.
        """
        found = checked_pictures(picture_ids)
        known = checked_kind(kind, len(found))
        if aspect_ratio not in RATIOS:
            raise InvalidRatio
        if isinstance(duration, bool) or duration != DURATION:
            raise InvalidDuration
        name = template_id[:64] if template_id.isascii() and template_id.isprintable() else ""
        return cls(
            prompt=checked_prompt(prompt),
            aspect_ratio=str(aspect_ratio),
            template_id=name,
            kind=known,
            picture_ids=found,
        )

    def fingerprint(self) -> str:
        """Give a hash that is the same for the same request, to tell whether an idempotency key is reused."""
        pictures = [self.kind, *self.picture_ids] if self.picture_ids else []
        text = json.dumps([self.prompt, self.aspect_ratio, *pictures], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def checked_kind(kind: object, pictures: int) -> VideoKind:
    """Tell what a video is made from, or raise `InvalidType` or `InvalidPicture` where the two do not fit."""
    if kind is None:
        return _kind_of(pictures)
    known = KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise InvalidType
    if known is VideoKind.TEXT and pictures:
        raise InvalidType(
            "A video from text alone takes no pictures: choose frames or references, or no type."
        )
    if known is not VideoKind.TEXT and not 0 < pictures <= MOST_PICTURES[known]:
        raise InvalidPicture(
            "First and last frame take one or two pictures."
            if known is VideoKind.FRAMES
            else "References are one to three pictures."
        )
    return known


def checked_pictures(picture_ids: Sequence[object]) -> tuple[str, ...]:
    """Give the pictures back, or raise `InvalidPicture` for what can be none of ours."""
    if len(picture_ids) > max(MOST_PICTURES.values()):
        raise InvalidPicture("A video takes up to three pictures.")
    found = tuple(name for name in picture_ids if isinstance(name, str) and PICTURE.fullmatch(name))
    if len(found) < len(picture_ids):
        raise InvalidPicture
    return found


def _kind_of(pictures: int) -> VideoKind:
    if pictures == 0:
        return VideoKind.TEXT
    return VideoKind.FRAMES if pictures <= MOST_PICTURES[VideoKind.FRAMES] else VideoKind.REFERENCES


def checked_prompt(prompt: object) -> str:
    """Trim a prompt and give it back, or raise `InvalidPrompt` with the reason."""
    if not isinstance(prompt, str) or _is_blank(prompt):
        raise InvalidPrompt("Please describe the video you would like.")
    prompt = prompt.strip()
    if len(prompt) > PROMPT_LIMIT:
        raise InvalidPrompt(f"This prompt has {len(prompt):,} characters; {PROMPT_LIMIT:,} is the limit.")
    if any(_is_hidden(character) for character in prompt):
        raise InvalidPrompt(
            "This prompt holds hidden control characters. Please type it again as plain text."
        )
    return prompt


def _is_blank(prompt: str) -> bool:
    """Tell whether there is nothing to see: spaces, and characters without a shape or a width."""
    return all(unicodedata.category(character)[0] in "ZC" for character in prompt)


def _is_hidden(character: str) -> bool:
    if character in DIRECTION_MARKS:
        return True
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in ALLOWED_CONTROLS
