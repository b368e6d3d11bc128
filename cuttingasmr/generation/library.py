"""What a person has made: one video, or pages of them. Somebody else's is not there, nor is what was deleted."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import func as sql
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.generation.filters import EVERYTHING, STATES, Filter, deleted_lately, kept
from cuttingasmr.generation.progress import Progress, expected_seconds, progress_of, shown_positions
from cuttingasmr.models import ENDED, CreditEntry, Status, Video

PAGE = 24
NAME_LIMIT = 128
COUNTED = 1000
"""So many videos that fit are counted; of more it is enough to know that there are more."""
ID = re.compile(r"[0-9a-f]{32}")

T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """A video as its owner sees it."""

    video: Video
    progress: Progress
    before: int | None = None
    """How many videos stand before it in the queue; `None` once it has left it."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, newest first, and the cursor of the next ones; an empty cursor is the end."""

    rows: list[T]
    cursor: str


@dataclass(frozen=True)
class Tally:
    """How many videos there are, by the names of `STATES`; the deleted ones are in none but `deleted`."""

    by_state: dict[str, int]
    favourites: int
    deleted: int

    @property
    def total(self) -> int:
        """All that were not deleted."""
        return sum(self.by_state.values())


def find(session: Session, *, user_id: str, name: str, in_bin: bool = False) -> Seen:
    """Find a video of this person by our id or the provider's task id; raise `NotFound` for anybody else's.

    A deleted one is found only `in_bin`, while it can be taken back.
    """
    lies_there = or_(*kept(), and_(*deleted_lately())) if in_bin else and_(*kept())
    mine = select(Video).where(col(Video.user_id) == user_id, lies_there)
    by = col(Video.id) if ID.fullmatch(name) else col(Video.provider_task_id)
    video = session.exec(mine.where(by == name)).first() if _is_plain(name) else None
    if video is None and _is_plain(name):
        video = session.exec(mine.where(col(Video.provider_task_id) == name)).first()
    if video is None:
        raise NotFound
    return _seen(session, [video])[0]


def find_file(session: Session, *, video_id: str, user_id: str | None) -> Video:
    """Find a finished video that this visitor may watch: their own, or a shared one; else raise `NotFound`."""
    video = session.get(Video, video_id) if ID.fullmatch(video_id) else None
    if video is None or video.status != Status.COMPLETED or video.deleted_at is not None:
        raise NotFound
    if not (video.is_shared or video.user_id == user_id):
        raise NotFound
    return video


def find_poster(session: Session, *, video_id: str, user_id: str | None) -> Video:
    """Find a video whose still picture this visitor may see: as `find_file`, and what lies in their own bin."""
    video = session.get(Video, video_id) if ID.fullmatch(video_id) else None
    if video is None or video.status != Status.COMPLETED or video.purged_at is not None:
        raise NotFound
    if not (video.user_id == user_id or (video.is_shared and video.deleted_at is None)):
        raise NotFound
    return video


def running(session: Session, *, user_id: str) -> list[Seen]:
    """Give everything of this person that is on its way, oldest first."""
    videos = select(Video).where(col(Video.user_id) == user_id, col(Video.status).not_in(ENDED), *kept())
    return _seen(session, session.exec(videos.order_by(col(Video.created_at), col(Video.id))).all())


def page(
    session: Session, *, user_id: str, cursor: str = "", size: int = PAGE, wanted: Filter = EVERYTHING
) -> Page[Seen]:
    """Give a page of this person's videos, newest first; raise `Invalid` for a cursor we did not make."""
    videos = select(Video).where(*wanted.conditions(user_id), *_after(cursor))
    rows = list(session.exec(_newest_first(videos).limit(size + 1)))
    more = _write_cursor(rows[size - 1]) if len(rows) > size else ""
    return Page(_seen(session, rows[:size]), more)


def newest(session: Session, user_id: str, condition: ColumnElement[bool], *, size: int) -> list[Seen]:
    """Give the newest of this person's videos for which a condition holds, newest first."""
    videos = select(Video).where(col(Video.user_id) == user_id, condition, *kept())
    return _seen(session, list(session.exec(_newest_first(videos).limit(size))))


def count(session: Session, *, user_id: str) -> int:
    """Count this person's videos."""
    return tally(session, user_id=user_id).total


def count_some(session: Session, *, user_id: str, wanted: Filter) -> int:
    """Count what fits, up to `COUNTED` and one more."""
    some = select(Video.id).where(*wanted.conditions(user_id)).limit(COUNTED + 1).subquery()
    return session.exec(select(sql.count()).select_from(some)).one()


def tally(session: Session, *, user_id: str) -> Tally:
    """Count this person's videos by what became of them."""
    mine = col(Video.user_id) == user_id
    groups = (col(Video.status), col(Video.is_favourite))
    found = session.exec(select(*groups, sql.count()).where(mine, *kept()).group_by(*groups)).all()
    in_bin = session.exec(select(sql.count()).select_from(Video).where(mine, *deleted_lately())).one()
    return Tally(
        {name: sum(n for status, _, n in found if status in among) for name, among in STATES.items()},
        sum(n for _, is_favourite, n in found if is_favourite),
        in_bin,
    )


def entries(session: Session, *, user_id: str, before: int = 0, size: int = PAGE) -> Page[CreditEntry]:
    """Give a page of this person's credit entries, newest first; the cursor is the last one's id."""
    rows = select(CreditEntry).where(col(CreditEntry.user_id) == user_id)
    if before:
        rows = rows.where(col(CreditEntry.id) < before)
    found = list(session.exec(rows.order_by(col(CreditEntry.id).desc()).limit(size + 1)))
    return Page(found[:size], str(found[size - 1].id) if len(found) > size else "")


def _seen(session: Session, videos: Sequence[Video]) -> list[Seen]:
    expected, before = expected_seconds(session), shown_positions(session, videos)
    return [Seen(video, progress_of(video, expected=expected), before.get(video.id)) for video in videos]


def _newest_first(videos: SelectOfScalar[Video]) -> SelectOfScalar[Video]:
    return videos.order_by(col(Video.created_at).desc(), col(Video.id).desc())


def _after(cursor: str) -> list[ColumnElement[bool]]:
    """Begin behind a cursor. The first condition lets the index begin there; the second parts rows of one moment."""
    if not cursor:
        return []
    moment, last = _read_cursor(cursor)
    created = col(Video.created_at)
    return [created <= moment, or_(created < moment, col(Video.id) < last)]


def _is_plain(name: str) -> bool:
    return 0 < len(name) <= NAME_LIMIT and name.isprintable() and name.isascii()


def _write_cursor(video: Video) -> str:
    return base64.urlsafe_b64encode(json.dumps([video.created_at.isoformat(), video.id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        moment, last = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        parsed = datetime.fromisoformat(moment).astimezone(UTC)
        is_ours = ID.fullmatch(last) is not None
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise Invalid("This page of the list cannot be found.") from error
    if not is_ours:
        raise Invalid("This page of the list cannot be found.")
    return parsed, last
