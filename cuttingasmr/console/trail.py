"""The audit log, for operators alone."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from cuttingasmr.console import paging, people
from cuttingasmr.console.paging import Page
from cuttingasmr.models import AuditEntry

BY_HAND = text("audit_log.reason != ''")
"""What a person did: nothing else has a reason. Written out, as its index has it."""

ACTION = re.compile(r"[a-z]+(?:[.-][a-z]+)+")


def find(
    session: Session, *, words: str = "", everything: bool = False, cursor: str = ""
) -> Page[AuditEntry]:
    """Find lines, newest first: what was done by hand, or everything; by subject, by actor (id or address), or by action.

    An action, and an actor who is none of the operators, are looked for in one window of lines at a time.
    """
    query = select(AuditEntry) if everything else select(AuditEntry).where(BY_HAND)
    if not words:
        return paging.by_number(session, query, AuditEntry.id, cursor=cursor)
    is_indexed = not everything
    if ACTION.fullmatch(words) and "@" not in words:
        query = query.where(col(AuditEntry.action) == words)
    else:
        query, is_exact = _about(session, query, words, everything=everything)
        is_indexed = is_indexed or is_exact
    return paging.by_number(session, query, AuditEntry.id, cursor=cursor, is_indexed=is_indexed)


def look_at(session: Session, *, line: int) -> AuditEntry | None:
    """Read one line."""
    return session.get(AuditEntry, line)


def _about(session: Session, query: Any, words: str, *, everything: bool) -> tuple[Any, bool]:  # noqa: ANN401 - a query
    """Read the words as somebody or something: what was done to it, and by hand also what it did."""
    name = (people.id_of(session, email=words) or words) if "@" in words else words
    mine = col(AuditEntry.subject) == name
    if everything:
        return query.where(mine), True
    return query.where(or_(mine, col(AuditEntry.actor) == name)), True
