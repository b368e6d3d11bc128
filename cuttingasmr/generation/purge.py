"""What goes for good: the files and the words of videos that were deleted long ago, and pictures that nobody used.

The row goes first, in one transaction, and then its files: of whatever dies in between, `archive.py` finds files without a row.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, or_
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.generation import counting
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.pictures import Use
from cuttingasmr.models import Avatar, HdState, Picture, Video
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import get_store

NAME = "purge"
AT_ONCE = 100
PAGE = 500
"""So many pictures are looked at for whether a video still has them."""

UNUSED = timedelta(days=1)
"""How long a picture waits for its first, or its next, video: nothing is taken away while one is being started."""

TAKEN_OFF = timedelta(hours=1)
"""How long somebody's own picture can be taken back."""


async def purge_all(*, now: datetime | None = None) -> int:
    """Let go what has been deleted long enough, a hundred at a time, and tell how many files went."""
    removed = 0
    for unit in (_purge_videos, _purge_pictures, _purge_wanted_pictures, _purge_avatars):
        keys = await db.transact(unit, now=now or db.utc_now())
        for key in keys:
            await get_store().delete(key)
        removed += len(keys)
    if removed:
        await db.transact(counting.count, NAME, removed=removed)
    return removed


purge = Aside(NAME, purge_all, niceness=LOW, is_shared=True)
"""The chore: every few minutes, in one of the engines."""


def keys_of(video: Video) -> list[str]:
    """Name every file of a video."""
    return [key for key in (video.file_key, video.poster_key, video.preview_key, video.hd_key) if key]


def _purge_videos(session: Session, *, now: datetime) -> list[str]:
    """Take the words out of deleted videos' rows, which stay for the books, and give the keys of their files.

    The pictures go that were made into them alone; one that is wanted again just now goes later (`_purge_wanted_pictures`).
    """
    limit = now - timedelta(days=get_settings().bin_days)
    old = select(Video).where(col(Video.deleted_at) <= limit, col(Video.purged_at).is_(None))
    keys, theirs = list[str](), set[str]()
    for video in session.exec(old.limit(AT_ONCE).with_for_update(skip_locked=True)):
        keys += keys_of(video)
        theirs |= {Use.read(text).id for text in video.picture_ids}
        video.prompt = video.title = video.search_text = ""
        video.picture_ids, video.purged_at, video.is_shared = [], now, False
        video.hd_state, video.hd_note = HdState.NONE, ""
    if not theirs:
        return keys
    is_wanted_no_more = or_(col(Picture.used_at).is_(None), col(Picture.used_at) < now - UNUSED)
    return keys + _let_go_if_free(session, col(Picture.id).in_(theirs), is_wanted_no_more, now=now)


def _purge_pictures(session: Session, *, now: datetime) -> list[str]:
    """Let pictures go that nobody wanted for a video."""
    unused = (col(Picture.used_at).is_(None), col(Picture.created_at) < now - UNUSED)
    return _let_go_if_free(session, *unused, now=now)


def _purge_wanted_pictures(session: Session, *, now: datetime, size: int = PAGE) -> list[str]:
    """Let pictures go that were wanted for a video which never began, or which went before they could go with it.

    Some are looked at, beginning anywhere, so that in time all are.
    """
    begin = secrets.token_hex(16)
    wanted = (col(Picture.gone_at).is_(None), col(Picture.used_at) < now - UNUSED)
    some = select(Picture.id).where(*wanted).order_by(col(Picture.id))
    page = list(session.exec(some.where(col(Picture.id) > begin).limit(size)))
    page += session.exec(some.where(col(Picture.id) <= begin).limit(size - len(page)))
    return _let_go_if_free(session, *wanted, col(Picture.id).in_(page), now=now)


def _let_go_if_free(session: Session, *conditions: Any, now: datetime) -> list[str]:
    """Let the pictures go where the conditions hold and from which no video was made that is there, and give their keys."""
    uses = cast(col(Video.picture_ids), String).contains(col(Picture.id))
    is_used = exists().where(col(Video.user_id) == col(Picture.user_id), col(Video.purged_at).is_(None), uses)
    free = select(Picture).where(col(Picture.gone_at).is_(None), *conditions, ~is_used)
    return _gone(session, list(session.exec(free.limit(AT_ONCE).with_for_update(skip_locked=True))), now)


def _purge_avatars(session: Session, *, now: datetime) -> list[str]:
    """Let the pictures go that people have taken off."""
    old = select(Avatar).where(col(Avatar.gone_at) < now - TAKEN_OFF)
    avatars = list(session.exec(old.limit(AT_ONCE).with_for_update(skip_locked=True)))
    for avatar in avatars:
        session.delete(avatar)
    return [avatar.file_key for avatar in avatars]


def _gone(session: Session, pictures: list[Picture], now: datetime) -> list[str]:
    for picture in pictures:
        picture.gone_at = now
    session.flush()
    return [picture.file_key for picture in pictures]
