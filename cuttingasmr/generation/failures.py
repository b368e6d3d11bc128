"""Why a video did not come: the provider's codes and texts, sorted once into what a person reads.

`code` is what the API shows and what a translation would be looked up by; `message` is the English sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

BROKEN_FILE = "BrokenFile"


@dataclass(frozen=True)
class Failure:
    """Why a video ended without a file, in a code and a sentence."""

    code: str
    message: str


POLICY = Failure(
    "PromptRejected",
    "The video service refused this prompt: it goes against its content rules. Try other words.",
)
ENGLISH_ONLY = Failure("PromptRejected", "The video service understands only English prompts at the moment.")
REFUSED = Failure(
    "PromptRejected", "The video service could not accept this prompt. Try wording it differently."
)
RENDER_FAILED = Failure(
    "RenderFailed", "The video service could not make this video. It often works on a second try."
)
BROKEN = Failure(
    BROKEN_FILE, "The video service sent a damaged file instead of a video. It often works on a second try."
)
TOO_SLOW = Failure("TooSlow", "The video service did not finish this video in time.")
UNREACHABLE = Failure("ProviderUnavailable", "The video service could not be reached for too long.")
LOST = Failure("TaskLost", "The video service has lost this video.")
STORAGE = Failure("StorageFull", "The finished video could not be stored for a whole day.")
UNEXPECTED = Failure("Unexpected", "Something went wrong on our side while this video was being made.")

POLICY_WORDS = ("flagged", "polic", "unsafe", "prominent", "violat")
PROMPT_CODES = frozenset({"400", "422", "451"})


def of_provider(code: str, text: str) -> Failure:
    """Sort what the provider said (providers.md §2.5); what is unknown is its own fault, not the prompt's."""
    words = text.lower()
    if any(word in words for word in POLICY_WORDS):
        return POLICY
    if "english" in words:
        return ENGLISH_ONLY
    return REFUSED if code in PROMPT_CODES else RENDER_FAILED
