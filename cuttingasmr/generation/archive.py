"""Whether the storage and the books agree: files that no row wants, and rows whose file is gone.

The storage is walked through in the order of its keys, a page at a time, beside the rows of the same range. A finished video's
lost file is fetched again from the provider while that keeps it; else the video ends as lost and its credits come back, for
nobody pays for what they cannot get (docs/decisions/0009). What lies beside a film is seen to in `beside.py`. A picture whose file
is lost is one that is not there any more.
Before anything is touched, storage and books have to show that they belong together: a volume that is not mounted, another
site's bucket or an old copy of the database would otherwise cost every video.
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

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import beside, counting, rows
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.keeping import keep, look_up
from cuttingasmr.generation.purge import keys_of
from cuttingasmr.models import AuditEntry, Avatar, HdState, Picture, Status, Video
from cuttingasmr.providers.download import WrongAnswer
from cuttingasmr.providers.video import TaskState
from cuttingasmr.storage.media import NotAVideo
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

KEPT_BY_PROVIDER = timedelta(days=14)
"""providers.md §2.10."""

MOST_LOST = 20
"""So many lost files are a loss; more at once mean that the storage is not the one it was, and that is for people."""

SAMPLE = 20
"""So many of the newest videos have to be in the storage, and so many of its first files in the books: at least half of each."""

LOST_CODE = "FileLost"
LOST = "The file of this video was lost in our storage, and the video service no longer has it. Your credits are back."

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
        """Look through the next page, and turn to the next folder at the end of one."""
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
    if not (unwanted or lost) or not await _belong_together(lost, now=now):
        return
    for key in unwanted:
        await get_store().delete(key)
    removed = len(unwanted) + (await db.transact(_forget_pictures, keys=pictures, now=now) if pictures else 0)
    told = [await _mend_or_give_back(video, now=now) for video in films.values()]
    mended, returned = told.count("mended"), told.count("returned")
    mended += sum(
        [await beside.see_to_lost(video, key, folder=folder) for key, video in beside_films.items()]
    )
    await db.transact(counting.count, NAME, removed=removed, mended=mended, returned=returned)
    log.warning("archive.differs", removed=removed, mended=mended, returned=returned)


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
    """Ask for each file itself, since a list may be a little late, and give those that are gone: one more than `MOST_LOST` at most."""
    lost: list[str] = []
    for key in sorted(keys):
        if len(lost) <= MOST_LOST and await get_store().find(key) is None:
            lost.append(key)
    return lost


async def _mend_or_give_back(video: Video, *, now: datetime) -> str:
    """Fetch a lost file again, or end its video; `later` when the provider cannot be asked now."""
    if video.completed_at and video.completed_at > now - KEPT_BY_PROVIDER:
        try:
            if await _fetch_again(video):
                return "mended"
        except (WrongAnswer, NotAVideo) as error:
            log.warning("archive.not-fetched", video=video.id, error=type(error).__name__)
        except ProviderUnavailable:
            return "later"
    user_id = await db.transact(end_as_lost, video_id=video.id)
    if user_id:
        live.publish(user_id)
    return "returned" if user_id else "later"


async def _fetch_again(video: Video) -> bool:
    """Store the file anew, if the provider still has it."""
    task = await look_up(video)
    if task.state is not TaskState.DONE or not task.urls:
        return False
    facts = await keep(video, task.urls[0])
    await db.transact(rows.update_video, video_id=video.id, **facts, preview_key=None)
    log.warning("archive.fetched-again", video=video.id)
    return True


def end_as_lost(session: Session, *, video_id: str) -> str | None:
    """End a finished video whose file is gone for good, and return its credits, in one transaction; gives its owner, once."""
    lost = {"status": Status.FAILED, "error_code": LOST_CODE, "error_message": LOST}
    gone = {"preview_key": None, "hd_state": HdState.NONE, "is_shared": False}
    user_id = rows.update_video(session, video_id, col(Video.status) == Status.COMPLETED, **lost, **gone)
    if user_id is None:
        return None
    returned = ledger.give_back(session, video_id=video_id)
    rows.update_video(session, video_id, credits_returned=returned)
    facts = {"credits": returned, "code": LOST_CODE}
    session.add(AuditEntry(actor=NAME, action="video.given-back", subject=video_id, facts=facts))
    return user_id
