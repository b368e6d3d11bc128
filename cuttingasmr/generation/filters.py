"""What somebody looks for among their videos. Words are compared case-folded, as `search_text` is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self

from sqlalchemy import Boolean, ColumnElement, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from cuttingasmr import db
from cuttingasmr.errors import Invalid
from cuttingasmr.generation.prompts import RATIOS
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.generation.templates import all_templates
from cuttingasmr.models import ENDED, Status, Video, VideoKind
from cuttingasmr.settings import get_settings

WORDS_LIMIT = 200
MOST_WORDS = 12
STATES: Final = {
    "running": tuple(status for status in Status if status not in ENDED),
    "ready": (Status.COMPLETED,),
    "failed": (Status.FAILED,),
    "canceled": (Status.CANCELED,),
}
KINDS: Final = {
    "text": VideoKind.TEXT,
    "frames": VideoKind.FRAMES,
    "references": VideoKind.REFERENCES,
}


@dataclass(frozen=True)
class Filter:
    """Which videos are wanted; what is empty does not matter. `since` is part of the time, `until` is not."""

    words: str = ""
    state: str = ""
    kind: str = ""
    ratio: str = ""
    is_favourite: bool = False
    since: datetime | None = None
    until: datetime | None = None
    is_deleted: bool = False
    """Those that were deleted lately, in place of all others."""

    @classmethod
    def checked(
        cls,
        *,
        words: str = "",
        choices: dict[str, str] | None = None,
        days: tuple[str, str] = ("", ""),
        is_favourite: bool = False,
        is_deleted: bool = False,
        zone: tzinfo = UTC,
    ) -> Self:
        """Check each part, or raise `Invalid`. `choices` has a state, a kind and a ratio; `days` the first and the last."""
        chosen = choices or {}
        first, last = days
        return cls(
            words=" ".join(searched(words)),
            state=_one_of("state", chosen.get("state", ""), STATES),
            kind=_one_of("type", chosen.get("kind", ""), KINDS),
            ratio=_one_of("ratio", chosen.get("ratio", ""), RATIOS),
            is_favourite=is_favourite,
            since=moment_of(first, zone) if first else None,
            until=moment_of(last, zone, is_last=True) if last else None,
            is_deleted=is_deleted,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out but what lies in the bin, or outside it."""
        return self != type(self)(is_deleted=self.is_deleted)

    def conditions(self, user_id: str) -> list[ColumnElement[bool]]:
        """Say it to the database, about the videos of one person."""
        found = [col(Video.user_id) == user_id, *(deleted_lately() if self.is_deleted else kept())]
        found += [_mentions(word) for word in sorted(self.words.split(), key=len, reverse=True)]
        if self.state:
            found.append(col(Video.status).in_(STATES[self.state]))
        if self.kind:
            found.append(col(Video.kind) == KINDS[self.kind])
        if self.ratio:
            found.append(col(Video.aspect_ratio) == self.ratio)
        if self.is_favourite:
            found.append(col(Video.is_favourite).is_(True))
        if self.since:
            found.append(col(Video.created_at) >= self.since)
        if self.until:
            found.append(col(Video.created_at) < self.until)
        return found


EVERYTHING = Filter()


def kept_for() -> timedelta:
    """Tell how long a deleted video can be taken back."""
    return timedelta(days=get_settings().bin_days)


def kept() -> list[ColumnElement[bool]]:
    """Leave out what was deleted."""
    return [col(Video.deleted_at).is_(None)]


def deleted_lately() -> list[ColumnElement[bool]]:
    """Take what was deleted and can still be taken back."""
    return [col(Video.deleted_at) > db.utc_now() - kept_for(), col(Video.purged_at).is_(None)]


def searched(text: str) -> list[str]:
    """Cut what somebody types into words, as they stand in `search_text`; signs that no text holds are dropped."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:WORDS_LIMIT])
    return search_text_of("", plain).split()[:MOST_WORDS]


def moment_of(text: str, zone: tzinfo = UTC, *, is_last: bool = False) -> datetime:
    """Read a day, which begins at midnight in `zone`, or a moment; the end of the last day is the next one's beginning."""
    try:
        if len(text) == len("2026-11-24"):
            day = date.fromisoformat(text) + timedelta(days=int(is_last))
            return datetime.combine(day, time.min, zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("A date looks like 2026-11-24.") from error


class mentions(FunctionElement[bool]):  # noqa: N801 - as SQL functions are written
    """Whether a text holds a word, asked as each database answers soonest: PostgreSQL's LIKE takes twice its `strpos`."""

    type, inherit_cache = Boolean(), True

    def __init__(self, column: SQLCoreOperations[str], word: str) -> None:
        """Ask for a word in a column."""
        super().__init__(column, literal(word), column.contains(word, autoescape=True))


@compiles(mentions)
def _as_position(element: mentions, compiler: Any, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy hands it
    column, word = (compiler.process(clause, **options) for clause in list(element.clauses)[:2])
    return f"strpos({column}, {word}) > 0"


@compiles(mentions, "sqlite")
def _as_like(element: mentions, compiler: Any, **options: Any) -> str:  # noqa: ANN401
    return compiler.process(list(element.clauses)[2], **options)


def _mentions(word: str) -> ColumnElement[bool]:
    """Whether a video's words hold this one: its name or prompt, or the name of its template, which its card shows."""
    named = [template.id for template in all_templates() if word in search_text_of("", template.name)]
    found = mentions(col(Video.search_text), word)
    return or_(found, col(Video.template_id).in_(named)) if named else found


def _one_of(name: str, value: str, known: Collection[str]) -> str:
    if value and value not in known:
        raise Invalid(f"{name}: choose one of {', '.join(known)}.")
    return value
