"""People and videos for tests: each sets only what the test is about."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.models import Status, User, Video
from cuttingasmr.models.columns import new_id


def make_user(*, credits: int = 18, email: str = "") -> str:
    """Open an account with so many credits, and give its id."""
    return db.run(_make_user, credits=credits, email=email or f"{new_id()}@example.org")


def _make_user(session: Session, *, credits: int, email: str) -> str:
    user = User(email=email, name="Somebody")
    session.add(user)
    session.flush()
    ledger.welcome(session, user_id=user.id, credits=credits)
    return user.id


def make_video(
    session: Session, *, user_id: str, status: Status = Status.QUEUED, cost: int = 10, **facts: Any
) -> Video:
    """Write a video's row, uncharged."""
    if status == Status.COMPLETED:
        facts = {"file_key": "videos/x.mp4", "completed_at": db.utc_now(), **facts}
    video = Video(user_id=user_id, prompt="ice", credits_used=cost, status=status, **facts)
    session.add(video)
    session.flush()
    return video
