"""How the console says times and numbers, and what it calls things: shorter than the site does, for people who see them all day."""

from __future__ import annotations

from datetime import datetime

from cuttingasmr.models import Kind, VideoKind

ENTRIES = {
    Kind.WELCOME: "Welcome",
    Kind.PURCHASE: "Purchase",
    Kind.SPEND: "Video",
    Kind.GIVE_BACK: "Given back",
    Kind.CLAWBACK: "Clawed back",
    Kind.ADJUSTMENT: "Adjustment",
}
MADE_FROM = {VideoKind.TEXT: "Text", VideoKind.FRAMES: "Frames", VideoKind.REFERENCES: "References"}
NONE = "\N{EN DASH}"
"""Stands where there is nothing."""

SOON, LATE = 120, 7200
"""Seconds up to which a time is told in seconds, and in minutes."""


def counted(credits: int) -> str:
    """Say how many credits that is."""
    return "1 credit" if credits == 1 else f"{credits:,} credits"


def moment(at: datetime) -> str:
    """Write a moment for a page, which says it in its reader's time."""
    return at.isoformat()


def span(seconds: float) -> str:
    """Say how long that is."""
    whole = max(0, round(seconds))
    if whole < SOON:
        return f"{whole} s"
    return f"{whole // 60:,} min" if whole < LATE else f"{whole // 3600:,} h"
