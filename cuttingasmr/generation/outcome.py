"""What a step tells the workflow."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Outcome(TypedDict):
    """What a step found: a word for the workflow to branch on, and the provider's code and text where there are any."""

    state: str
    code: NotRequired[str]
    text: NotRequired[str]
    seconds: NotRequired[float]
    """After how long to try again, where the step knows."""
