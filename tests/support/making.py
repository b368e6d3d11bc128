"""Videos on their way to the provider, for tests that send them."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.generation.key_pool import fingerprint
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.generation.start import charge_and_record
from cuttingasmr.models import ProviderKey, Video
from cuttingasmr.models.columns import new_id
from tests.support.films import PROMPT
from tests.support.people import make_user


def begin(prompt: str = PROMPT) -> str:
    """Charge a video, and give its id."""
    user, request = make_user(), VideoRequest.checked(prompt=prompt)
    return db.run(charge_and_record, user_id=user, request=request)[0].id


def never() -> str:
    """Give words of their own that are never made into a film."""
    return f"{new_id()} sandbox:never"


def row(video_id: str) -> Video:
    """Read a video's row."""
    return db.look(lambda session: session.get_one(Video, video_id))


def change(video_id: str, **facts: Any) -> None:
    """Write into a video's row what a test needs there."""
    db.run(lambda session: session.get_one(Video, video_id).sqlmodel_update(facts))


def key_row(secret: str) -> ProviderKey:
    """Read what is known of a key."""
    return db.look(_key_row, fingerprint(secret))


def _key_row(session: Session, name: str) -> ProviderKey:
    return session.exec(select(ProviderKey).where(col(ProviderKey.fingerprint) == name)).one()
