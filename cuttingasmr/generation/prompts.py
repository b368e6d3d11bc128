"""What a visitor may ask for, checked before anything else happens."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from cuttingasmr.errors import InvalidDuration, InvalidPrompt, InvalidRatio, InvalidType

PROMPT_LIMIT = 2000
"""Characters, counted as Unicode code points, after spaces at both ends are cut."""

RATIOS = ("16:9", "9:16")
KINDS = ("text", "TEXT_2_VIDEO")
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

    @classmethod
    def checked(
        cls,
        *,
        prompt: object,
        aspect_ratio: object = "16:9",
        duration: object = DURATION,
        kind: object = "text",
        template_id: str = "",
    ) -> Self:
        """Check each part, or raise the `Invalid` error that tells the visitor what to change."""
        if kind not in KINDS:
            raise InvalidType
        if aspect_ratio not in RATIOS:
            raise InvalidRatio
        if isinstance(duration, bool) or duration != DURATION:
            raise InvalidDuration
        name = template_id[:64] if template_id.isascii() and template_id.isprintable() else ""
        return cls(prompt=checked_prompt(prompt), aspect_ratio=str(aspect_ratio), template_id=name)

    def fingerprint(self) -> str:
        """Give a hash that is the same for the same request, to tell whether an idempotency key is reused."""
        text = json.dumps([self.prompt, self.aspect_ratio], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


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
