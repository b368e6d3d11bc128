"""Finding people, and all that is known of one: for operators alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, text
from sqlmodel import Session, col, func, select

from cuttingasmr.auth import session_list
from cuttingasmr.auth.session_list import Place
from cuttingasmr.console import paging
from cuttingasmr.console.paging import Page
from cuttingasmr.credits import by_hand
from cuttingasmr.models import AuditEntry, CreditEntry, Kind, ModerationDecision, Order, User, Video

ID = re.compile(r"[0-9a-f]{32}")
CLERK_ID = re.compile(r"user_[A-Za-z0-9]+")
KINDS = ("", "banned", "unverified", "clerk", "leaving")
FEW, SOME = 10, 20
BANNED = text("users.is_banned")
"""Written out, as its index has it."""


@dataclass(frozen=True)
class Person:
    """Somebody, and what they have lately done and had done to them."""

    user: User
    places: list[Place]
    entries: list[CreditEntry]
    videos: list[Video]
    orders: list[Order]
    lines: list[AuditEntry]
    video_count: int
    order_count: int
    refused_count: int
    undone: set[int]
    """The audit lines of adjustments that were taken back."""
    seen: int
    """The last change by hand of this account."""


def find(session: Session, *, words: str = "", kind: str = "", cursor: str = "") -> Page[User]:
    """Find people: newest first; or by an address's beginning, then in the order of addresses."""
    query = select(User).where(*_of_kind(kind))
    if not words:
        return paging.by_moment(session, query, User.created_at, User.id, cursor=cursor)
    if ID.fullmatch(words):
        return Page(session.exec(query.where(col(User.id) == words)).all())
    if CLERK_ID.fullmatch(words):
        return Page(session.exec(query.where(col(User.clerk_id) == words)).all())
    if "@" in words:
        query = query.where(paging.begins_with(session, User.email, words.lower()))
        return paging.by_text(session, query, User.email, cursor=cursor)
    query = query.where(_is_called(session, words))
    return paging.by_moment(session, query, User.created_at, User.id, cursor=cursor)


def look_at(session: Session, *, user_id: str) -> Person | None:
    """Read all there is to see of one person; `None` where there is nobody."""
    user = session.get(User, user_id)
    if user is None:
        return None
    entries = _latest(session, CreditEntry, CreditEntry.user_id, user_id, CreditEntry.id, SOME)
    return Person(
        user=user,
        places=session_list.places(session, user_id=user_id, token=None),
        entries=entries,
        videos=_latest(session, Video, Video.user_id, user_id, Video.created_at, FEW),
        orders=_latest(session, Order, Order.user_id, user_id, Order.created_at, FEW),
        lines=_latest(session, AuditEntry, AuditEntry.subject, user_id, AuditEntry.id, SOME),
        video_count=_count(session, Video.user_id, user_id),
        order_count=_count(session, Order.user_id, user_id),
        refused_count=_refused(session, user_id),
        undone=by_hand.undone(session, lines=adjustments(entries)),
        seen=by_hand.latest_line(session, subject=user_id),
    )


def adjustments(entries: list[CreditEntry]) -> list[int]:
    """Give the audit lines of the adjustments among these, but not of those that take one back."""
    mine = (entry.reference for entry in entries if entry.kind == Kind.ADJUSTMENT)
    return [int(reference) for reference in mine if reference.isdigit()]


def addresses(session: Session, *, user_ids: set[str]) -> dict[str, str]:
    """Name people by their addresses, or by their ids where they have none."""
    if not user_ids:
        return {}
    rows = session.exec(select(User).where(col(User.id).in_(user_ids)))
    return {user.id: user.known_email or user.name or user.id for user in rows}


def id_of(session: Session, *, email: str) -> str | None:
    """Tell whose address this is."""
    return session.exec(select(User.id).where(col(User.email) == email.lower())).first()


def _of_kind(kind: str) -> list[Any]:
    kinds: dict[str, list[Any]] = {
        "banned": [BANNED],
        "unverified": [col(User.email_verified_at).is_(None)],
        "clerk": [col(User.clerk_id).is_not(None)],
        "leaving": [col(User.erase_at).is_not(None), col(User.erased_at).is_(None)],
    }
    return kinds.get(kind, [])


def _is_called(session: Session, words: str) -> ColumnElement[bool]:
    """Look for words in names, and at the beginning of addresses. It reads everybody, until a page is full."""
    name = func.lower(col(User.name))
    is_postgres = session.get_bind().dialect.name == "postgresql"
    inside = func.strpos if is_postgres else func.instr
    # SQLite knows the capitals of English alone
    ways = {words} if is_postgres else {words, words.lower(), words.title()}
    named = [inside(name, func.lower(way)) > 0 for way in sorted(ways if not words.isascii() else {words})]
    return or_(*named, paging.begins_with(session, User.email, words.lower()))


def _latest(session: Session, table: Any, owner: Any, user_id: str, order: Any, size: int) -> list[Any]:  # noqa: ANN401
    rows = select(table).where(col(owner) == user_id).order_by(col(order).desc()).limit(size)
    return list(session.exec(rows).all())


def _count(session: Session, owner: Any, user_id: str) -> int:  # noqa: ANN401 - a column
    return session.exec(select(func.count()).where(col(owner) == user_id)).one()


def _refused(session: Session, user_id: str) -> int:
    refused = (col(ModerationDecision.user_id) == user_id, text("moderation_decisions.decision != 'allow'"))
    return session.exec(select(func.count()).select_from(ModerationDecision).where(*refused)).one()
