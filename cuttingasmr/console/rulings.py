"""What was decided about prompts, for operators alone. Their words are in `words.py`, as long as they are kept."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session, col, select

from cuttingasmr.console import paging, people
from cuttingasmr.console.paging import Page
from cuttingasmr.models import ModerationDecision

VERDICTS = ("flag", "deny", "allow")
REFUSED = text("moderation_decisions.decision != 'allow'")
"""Written out, as its indexes have it."""


def find(
    session: Session, *, words: str = "", verdict: str = "", cursor: str = ""
) -> Page[ModerationDecision]:
    """Find decisions, newest first: those that refused a prompt, or those of one verdict; of everybody's or one person's."""
    query = select(ModerationDecision)
    is_indexed = True
    if verdict in VERDICTS:
        query = query.where(col(ModerationDecision.decision) == verdict)
    if verdict != "allow":
        query = query.where(REFUSED)
    if words:
        name = people.id_of(session, email=words) if "@" in words else words
        query = query.where(col(ModerationDecision.user_id) == (name or ""))
        is_indexed = verdict != "allow"
    return paging.by_number(session, query, ModerationDecision.id, cursor=cursor, is_indexed=is_indexed)


def look_at(session: Session, *, decision: int) -> ModerationDecision | None:
    """Read one decision."""
    return session.get(ModerationDecision, decision)
