"""What the library's page shows, read whole in one transaction: a list, the counts beside it, and the video that is open."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from cuttingasmr.errors import NotFound
from cuttingasmr.generation import library
from cuttingasmr.generation.desk import Owner, retried_among
from cuttingasmr.generation.filters import EVERYTHING, Filter
from cuttingasmr.generation.library import Page, Seen, Tally
from cuttingasmr.models import User


@dataclass(frozen=True)
class Gallery:
    """One person's library through a filter; `found` counts what fits, up to `library.COUNTED` and one more."""

    user: User
    videos: Page[Seen]
    tally: Tally
    found: int
    opened: Seen | None
    are_more_found: bool
    retried: frozenset[str]
    """Those of these videos that were tried once more: one failure is retried once."""


def look_around(
    session: Session,
    *,
    owner: Owner,
    wanted: Filter = EVERYTHING,
    cursor: str = "",
    size: int = library.PAGE,
    opened: str = "",
) -> Gallery | None:
    """Read the library of whoever is asking, from a cursor on; `None` for nobody."""
    user = owner(session)
    if user is None:
        return None
    videos = library.page(session, user_id=user.id, cursor=cursor, size=size, wanted=wanted)
    tally = library.tally(session, user_id=user.id)
    shown = _opened(session, user, opened)
    retried = retried_among(session, user.id, [*videos.rows, *([shown] if shown else [])])
    found = _found(session, user, wanted, videos, tally, cursor)
    are_more = wanted.is_narrow and found > library.COUNTED
    return Gallery(user, videos, tally, found, shown, are_more, retried)


def _found(
    session: Session, user: User, wanted: Filter, videos: Page[Seen], tally: Tally, cursor: str
) -> int:
    if not wanted.is_narrow:
        return tally.deleted if wanted.is_deleted else tally.total
    if not videos.cursor and not cursor:
        return len(videos.rows)
    return library.count_some(session, user_id=user.id, wanted=wanted)


def _opened(session: Session, user: User, video_id: str) -> Seen | None:
    """Give the video that is open, also one of the bin; one that is not there is not open."""
    try:
        return library.find(session, user_id=user.id, name=video_id, in_bin=True) if video_id else None
    except NotFound:
        return None
