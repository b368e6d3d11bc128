"""Changing one video's row: small, conditional, and telling whether it happened."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlmodel import Session, col, update

from cuttingasmr.models import ENDED, Video

FRESH = {"taken_by": "", "tries": 0, "misses": 0, "trouble": "", "trouble_at": None, "claim": ""}
"""What a video has that goes on to its next stage: in nobody's hands, and without the troubles of the one before."""


def note(session: Session, *, video_id: str, **facts: Any) -> str | None:
    """Write facts about a video that has not ended, and give its owner; `None` when it has."""
    return update_running(session, video_id, **facts)


def update_running(session: Session, video_id: str, *conditions: Any, **facts: Any) -> str | None:
    """Change a video that has not ended where the conditions hold, and give its owner; `None` when they do not."""
    return update_video(session, video_id, col(Video.status).not_in(ENDED), *conditions, **facts)


def update_video(session: Session, video_id: str, *conditions: Any, **facts: Any) -> str | None:
    """Change one video where the conditions hold, and give its owner; `None` when they do not."""
    change = update(Video).where(col(Video.id) == video_id, *conditions).values(**facts)
    return session.exec(change.returning(col(Video.user_id))).scalar_one_or_none()


def take_video(session: Session, video_id: str, *conditions: Any, **facts: Any) -> Video | None:
    """Change one video where the conditions hold, and give it as it is then; `None` when they do not."""
    change = update(Video).where(col(Video.id) == video_id, *conditions).values(**facts).returning(Video)
    return session.exec(change, execution_options={"populate_existing": True}).scalar_one_or_none()


def get(session: Session, *, video_id: str) -> Video | None:
    """Read a video as it is now."""
    return session.get(Video, video_id, populate_existing=True)


def search_text_of(title: str, prompt: str) -> str:
    """Give what a search looks through: title and prompt, without capitals and in one form of Unicode, on any database."""
    return " ".join(unicodedata.normalize("NFKC", f"{title} {prompt}").casefold().split())
