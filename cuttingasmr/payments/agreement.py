"""What buyers agree to before their first purchase: the terms, privacy and refund texts, in a version, with a hash of each."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.models import Agreement

TEXTS = ("terms", "privacy", "refund")
VERSION = "2026-11-25"
"""Changed with any of the texts; everybody is then asked once more."""


def text_of(name: str) -> str:
    """Give one of the texts, in Markdown."""
    return (files("cuttingasmr.content") / f"{name}.md").read_text(encoding="utf-8")


@cache
def text_hash() -> str:
    """Name exactly what is agreed to."""
    return hashlib.sha256("\n".join(text_of(name) for name in TEXTS).encode()).hexdigest()


def find(session: Session, *, user_id: str) -> Agreement | None:
    """Find what somebody has agreed to, if it is the texts as they are now."""
    mine = select(Agreement).where(col(Agreement.user_id) == user_id, col(Agreement.version) == VERSION)
    return session.exec(mine.where(col(Agreement.text_hash) == text_hash())).first()


def has_agreed(session: Session, *, user_id: str) -> bool:
    """Tell whether somebody has agreed to the texts as they are now, on whatever device."""
    return find(session, user_id=user_id) is not None


def agree(session: Session, *, user_id: str) -> None:
    """Write down that somebody agrees to the texts as they are now. Repeating it changes nothing."""
    row = db.insert_for(session)(Agreement).values(
        user_id=user_id, version=VERSION, text_hash=text_hash(), agreed_at=db.utc_now()
    )
    session.exec(
        row.on_conflict_do_update(
            index_elements=["user_id", "version"], set_={"text_hash": text_hash(), "agreed_at": db.utc_now()}
        )
    )
