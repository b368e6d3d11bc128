"""Whether the storage and the books agree: files that no row wants, and rows whose file is gone.

The storage is walked through in the order of its keys, a page at a time, beside the rows of the same range. A finished video's
lost file is fetched again from the provider while that keeps it; else the video ends as lost and its credits come back, for
nobody pays for what they cannot get (`lost.py`, docs/decisions/0009). What lies beside a film is seen to in `beside.py`. A picture whose file
is lost is one that is not there any more.
Before anything is touched, storage and books have to show that they belong together: a volume that is not mounted, another
site's bucket or an old copy of the database would otherwise cost every video. What is missing then waits for people (`missing.py`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.generation import beside, counting, missing
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.lost import LOST_CODE, mend_or_give_back
from cuttingasmr.generation.purge import keys_of
from cuttingasmr.models import Avatar, HdState, Picture, Status, Video
from cuttingasmr.storage.store import Kept, get_store

NAME = "archive"
VIDEOS, PICTURES = "videos", "pictures"
FOLDERS: Final = (VIDEOS, "posters", "previews", PICTURES, "avatars")
OURS = re.compile(r"[a-z]+/([0-9a-f]{32})(?:-1080p)?\.(?:mp4|webp|jpg)")
PAGE = 1000
ORPHAN_AGE = timedelta(days=1)
"""A younger file may belong to a video that is just being stored."""

SETTLED = timedelta(minutes=10)
"""What was stored later than this is not missed yet: some stores list what is new a little late."""

MOST_LOST = 20
"""So many lost files are a loss; more at once mean that the storage is not the one it was, and that is for people."""

SAMPLE = 20
"""So many of the newest videos have to be in the storage, and so many of its first files in the books: at least half of each."""

log = structlog.get_logger()


class Stretch(NamedTuple):
    """The ids that come after one and not after another; an empty `until` is the end."""

    after: str
    until: str

    def holds(self, column: Mapped[str]) -> ColumnElement[bool]:
        """Whether an id lies in it."""
        return and_(column > self.after, column <= self.until) if self.until else column > self.after


@dataclass
class Walk:
    """How far this process has looked through the storage. It begins anywhere, so that restarts do not leave the end unseen."""

    folder: int = 0
    after: str = ""
    size: int = PAGE
    clock: Callable[[], datetime] = db.utc_now

    def __post_init__(self) -> None:
        """Choose where to begin."""
        self.after = self.after or f"{FOLDERS[self.folder]}/{secrets.token_hex(1)}"

    async def go_on(self) -> None:
        """See to what people have given up, look through the next page, and turn to the next folder at the end of one."""
        await missing.settle(now=self.clock())
        folder = FOLDERS[self.folder]
        page = await get_store().names(folder, after=self.after, size=self.size)
        is_last = len(page) < self.size
        await compare(folder, page, after=self.after, is_last=is_last, now=self.clock())
        if is_last:
            self.folder = (self.folder + 1) % len(FOLDERS)
        self.after = f"{FOLDERS[self.folder]}/" if is_last else page[-1].key


check_archive = Aside(NAME, Walk().go_on, niceness=LOW, is_shared=True)
"""The chore: every few minutes, in one of the engines."""


async def compare(folder: str, page: Sequence[Kept], *, after: str, is_last: bool, now: datetime) -> None:
    """Compare a page of files, which begins behind `after`, with the rows, and act where they differ."""
    there = {kept.key for kept in page}
    stretch = Stretch(_id_in(after), "" if is_last else _id_in(page[-1].key))
    unwanted = await _unwanted(kept.key for kept in page if kept.changed_at < now - ORPHAN_AGE)
    films = await _lost_of("file_key" if folder == VIDEOS else "", there, stretch, now=now)
    beside_films = await _lost_of(beside.NAMED_BY.get(folder, ""), there, stretch, now=now)
    pictures = await _lost_pictures(there, stretch, now=now) if folder == PICTURES else []
    lost = [*films, *beside_films, *pictures]
    if folder == VIDEOS:
        await db.transact(missing.forget_found, missed=_ids(films), among=stretch.holds)
    if not (unwanted or lost):
        return
    if not await _belong_together(lost, now=now):
        await db.transact(missing.note, video_ids=_ids(films), now=now)
        return
    for key in unwanted:
        await get_store().delete(key)
    removed = len(unwanted) + (await db.transact(_forget_pictures, keys=pictures, now=now) if pictures else 0)
    told = [await mend_or_give_back(video, now=now) for video in films.values()]
    mended, returned = told.count("mended"), told.count("returned")
    mended += sum(
        [await beside.see_to_lost(video, key, folder=folder) for key, video in beside_films.items()]
    )
    await db.transact(counting.count, NAME, removed=removed, mended=mended, returned=returned)
    log.warning("archive.differs", removed=removed, mended=mended, returned=returned)


def _ids(films: dict[str, Video]) -> list[str]:
    return [video.id for video in films.values()]


async def _lost_of(column: str, there: set[str], stretch: Stretch, *, now: datetime) -> dict[str, Video]:
    """Give the finished videos of a stretch whose file of this column is gone, by the file's key; none for no column."""
    if not column:
        return {}
    named = await db.read(beside.named, *_finished(stretch, now), column=column, limit=PAGE)
    return {key: named[key] for key in await _lost(named.keys() - there)}


async def _lost_pictures(there: set[str], stretch: Stretch, *, now: datetime) -> list[str]:
    """Give the pictures of a stretch that are gone."""
    kept = await db.read(_kept_pictures, stretch=stretch, now=now)
    return await _lost(kept - there)


async def _belong_together(lost: Sequence[str], *, now: datetime) -> bool:
    """Whether the storage is the one of these books, by a sample of each; says so to operators where it does not seem so."""
    newest = await db.read(_newest, now=now)
    there = [await get_store().find(key) is not None for key in newest]
    files = [kept.key for kept in await get_store().names(VIDEOS, after="", size=SAMPLE)]
    wanted = len(files) - len(await _unwanted(files))
    if len(lost) <= MOST_LOST and newest and _is_half(sum(there), there) and _is_half(wanted, files):
        return True
    log.error("archive.not-ours", lost=len(lost), newest=len(newest), there=sum(there), wanted=wanted)
    if newest or lost:
        await db.transact(
            counting.count, NAME, found="Many files are gone or strange: is it the right storage?"
        )
    return False


def _is_half(part: int, of: Sequence[object]) -> bool:
    return 2 * part >= len(of)


def _newest(session: Session, *, now: datetime) -> list[str]:
    """Name the files of the newest finished videos."""
    finished = select(Video.file_key).where(*_is_finished(now)).order_by(col(Video.completed_at).desc())
    return [key for key in session.exec(finished.limit(SAMPLE)) if key]


async def _unwanted(keys: Iterable[str]) -> list[str]:
    """Give those that no row wants. What is not named as our files are is left alone."""
    named = {key: match[1] for key in keys if (match := OURS.fullmatch(key))}
    wanted = await db.read(_wanted, ids=sorted(set(named.values())))
    return [key for key in named if key not in wanted]


def _wanted(session: Session, *, ids: list[str]) -> set[str]:
    """Give the keys of the files with these ids that have to stay, of videos and of pictures."""
    videos = session.exec(select(Video).where(col(Video.id).in_(ids), col(Video.purged_at).is_(None)))
    pictures = select(Picture.file_key).where(col(Picture.id).in_(ids), col(Picture.gone_at).is_(None))
    avatars = select(Avatar.file_key).where(col(Avatar.id).in_(ids))
    kept = {key for video in videos for key in _keys_to_keep(video)}
    return kept | set(session.exec(pictures)) | set(session.exec(avatars))


def _keys_to_keep(video: Video) -> list[str]:
    """Name the files that a video may have. One on its way may have more than its row tells."""
    if video.error_code == LOST_CODE:  # it may come back, with the volume that it lies on
        return keys_of(video)
    if video.status in {Status.FAILED, Status.CANCELED}:
        return []
    on_its_way = [f"videos/{video.id}.mp4", f"posters/{video.id}.webp", f"previews/{video.id}.mp4"]
    larger = [f"videos/{video.id}-1080p.mp4"] if video.hd_state == HdState.ASKED else []
    return [*keys_of(video), *on_its_way, *larger]


def _id_in(key: str) -> str:
    """Give the id in a key, or as much of one as the key has: they are in the same order."""
    return key.rpartition("/")[2][:32]


def _finished(stretch: Stretch, now: datetime) -> list[ColumnElement[bool]]:
    """Say what a finished video of a stretch is, whose files are settled."""
    return [*_is_finished(now), stretch.holds(col(Video.id))]


def _is_finished(now: datetime) -> list[ColumnElement[bool]]:
    is_completed, is_settled = (
        col(Video.status) == Status.COMPLETED,
        col(Video.completed_at) < now - SETTLED,
    )
    return [is_completed, is_settled, col(Video.deleted_at).is_(None)]


def _kept_pictures(session: Session, *, stretch: Stretch, now: datetime) -> set[str]:
    """Give the keys of the pictures of a stretch."""
    kept = select(Picture.file_key).where(
        col(Picture.gone_at).is_(None),
        col(Picture.created_at) < now - SETTLED,
        stretch.holds(col(Picture.id)),
    )
    return set(session.exec(kept.order_by(col(Picture.id)).limit(PAGE)))


def _forget_pictures(session: Session, *, keys: Sequence[str], now: datetime) -> int:
    gone = update(Picture).where(col(Picture.file_key).in_(keys), col(Picture.gone_at).is_(None))
    return session.exec(gone.values(gone_at=now)).rowcount


async def _lost(keys: Collection[str]) -> list[str]:
    """Ask for each file itself, since a list may be a little late, and give those that are gone: `missing.MOST` at most."""
    lost: list[str] = []
    for key in sorted(keys):
        if len(lost) < missing.MOST and await get_store().find(key) is None:
            lost.append(key)
    return lost
