"""Why a video did not come: what the provider says (providers.md §2.5), sorted once.

Each code and text has a meaning (whose fault it was), an action, and a sentence for the person. `code` is what the API shows; the sentence is looked up by it in `SENTENCES`, where another language is one more entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

BROKEN_FILE = "BrokenFile"
UNSAFE_LINK = "UnsafeLink"
LANGUAGE = "en"


class Fault(StrEnum):
    """Whose fault it was."""

    PROMPT = "prompt"
    OURS = "ours"
    PROVIDER = "provider"
    CAPACITY = "capacity"


class Action(StrEnum):
    """What is done about it."""

    GIVE_BACK = "give back"  # say so, and return the credits
    RETRY = "retry"  # once more with another key where there is one, then give back
    WAIT = "wait"  # stay queued


SENTENCES = {
    "en": {
        "PromptRejected": "The video service refused this prompt: it goes against its content rules. Try other words.",
        "PromptNotEnglish": "The video service understands only English prompts at the moment.",
        "PromptRefused": "The video service could not accept this prompt. Try wording it differently.",
        "PictureRejected": "The video service refused a picture: it goes against its content rules. Try another one.",
        "PictureUnreadable": "The video service could not fetch the pictures of this video. It often works on a second try.",
        "PictureGone": "A picture of this video is not there any more. Please add it again.",
        "RenderFailed": "The video service could not make this video. It often works on a second try.",
        "ProviderSlow": "The video service has trouble and gave no result for this video.",
        "ProviderBusy": "The video service had more work than it takes for too long.",
        "Maintenance": "The video service was closed for maintenance for too long.",
        "NotOffered": "The video service does not offer this kind of video at the moment.",
        "AccountTrouble": "Our own account with the video service has trouble. The operator has been told.",
        BROKEN_FILE: "The video service sent a damaged file instead of a video. It often works on a second try.",
        UNSAFE_LINK: "The video service named a place for this video from which this site does not fetch files.",
        "TooSlow": "The video service did not finish this video in time.",
        "ProviderUnavailable": "The video service could not be reached for too long.",
        "TaskLost": "The video service has lost this video.",
        "StorageFull": "The finished video could not be stored for a whole day.",
        "EndedByHand": "We have ended this video by hand, because it did not come, and returned its credits.",
        "Unexpected": "Something went wrong on our side while this video was being made.",
    },
}
"""The sentences of each language, by code."""


def sentence(code: str, language: str = LANGUAGE) -> str:
    """Say a code in words, in English where a language has none of its own."""
    known = SENTENCES.get(language, {})
    return known.get(code) or SENTENCES[LANGUAGE].get(code) or SENTENCES[LANGUAGE]["Unexpected"]


@dataclass(frozen=True)
class Failure:
    """Why a video ended without a file, or is about to."""

    code: str
    message: str
    fault: Fault = Fault.OURS
    action: Action = Action.GIVE_BACK


def _failure(code: str, fault: Fault, action: Action = Action.GIVE_BACK) -> Failure:
    return Failure(code, sentence(code), fault, action)


POLICY = _failure("PromptRejected", Fault.PROMPT)
ENGLISH_ONLY = _failure("PromptNotEnglish", Fault.PROMPT)
REFUSED = _failure("PromptRefused", Fault.PROMPT)
PICTURE_REJECTED = _failure("PictureRejected", Fault.PROMPT)
PICTURE_UNREADABLE = _failure("PictureUnreadable", Fault.OURS, Action.RETRY)
PICTURE_GONE = _failure("PictureGone", Fault.OURS)
RENDER_FAILED = _failure("RenderFailed", Fault.PROVIDER, Action.RETRY)
SLOW = _failure("ProviderSlow", Fault.PROVIDER, Action.RETRY)
BUSY = _failure("ProviderBusy", Fault.CAPACITY, Action.WAIT)
MAINTENANCE = _failure("Maintenance", Fault.CAPACITY, Action.WAIT)
NOT_OFFERED = _failure("NotOffered", Fault.PROVIDER)
ACCOUNT = _failure("AccountTrouble", Fault.OURS, Action.RETRY)
BROKEN = _failure(BROKEN_FILE, Fault.PROVIDER)
UNSAFE = _failure(UNSAFE_LINK, Fault.PROVIDER)
TOO_SLOW = _failure("TooSlow", Fault.PROVIDER)
UNREACHABLE = _failure("ProviderUnavailable", Fault.PROVIDER)
LOST = _failure("TaskLost", Fault.PROVIDER)
STORAGE = _failure("StorageFull", Fault.OURS)
BY_HAND = _failure("EndedByHand", Fault.OURS)
UNEXPECTED = _failure("Unexpected", Fault.OURS)


class _Words(NamedTuple):
    """What a text is known by: all of these words."""

    words: tuple[str, ...]
    failure: Failure


TEXTS = (
    _Words(("image", "unsafe"), PICTURE_REJECTED),
    _Words(("image", "flagged"), PICTURE_REJECTED),
    _Words(("flagged",), POLICY),
    _Words(("polic",), POLICY),
    _Words(("violat",), POLICY),
    _Words(("unsafe",), POLICY),
    _Words(("prominent",), POLICY),
    _Words(("english",), ENGLISH_ONLY),
    _Words(("failed to fetch", "image"), PICTURE_UNREADABLE),
    _Words(("no result",), SLOW),
)
"""A text tells more than its code, so it is looked at first; the first that fits."""

CODES = {
    "400": REFUSED,
    "401": ACCOUNT,
    "402": ACCOUNT,
    "404": LOST,
    "408": SLOW,
    "422": REFUSED,
    "429": BUSY,
    "451": PICTURE_UNREADABLE,
    "455": MAINTENANCE,
    "500": RENDER_FAILED,
    "501": RENDER_FAILED,
    "505": NOT_OFFERED,
    "gone": PICTURE_GONE,
}
"""What remains to be told by the code alone; what is new is the provider's fault, not the prompt's. `gone` is our own word."""


def of_provider(code: str, text: str) -> Failure:
    """Sort what the provider said (providers.md §2.5)."""
    said = text.lower()
    for known in TEXTS:
        if all(word in said for word in known.words):
            return known.failure
    return CODES.get(code, RENDER_FAILED)


def of_submit(code: str) -> Failure:
    """Say why an order was not taken that no prompt was at fault for; without a code that tells, the provider was away."""
    return UNREACHABLE if code == "404" else CODES.get(code, UNREACHABLE)


def of_file(code: str) -> Failure:
    """Say why a finished video's file was not kept."""
    return UNSAFE if code == UNSAFE_LINK else BROKEN
