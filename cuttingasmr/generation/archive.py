"""Whether the storage and the books agree: files that no row wants, and rows whose file is gone.

The storage is walked through in the order of its keys, a page at a time, beside the rows of the same range. A finished video's
lost file is fetched again from the provider while that keeps it; else the video ends as lost and its credits come back, for
nobody pays for what they cannot get (docs/decisions/0009). What lies beside a film is seen to in `beside.py`. A picture whose file
is lost is one that is not there any more.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Sequence
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
    removed = await _remove_unwanted([kept for kept in page if kept.changed_at < now - ORPHAN_AGE])
    mended = returned = 0
    there, stretch = (
        {kept.key for kept in page},
        Stretch(_id_in(after), "" if is_last else _id_in(page[-1].key)),
    )
    if folder == VIDEOS:
        mended, returned = await _find_lost(there, stretch, now=now)
    if folder in beside.NAMED_BY:
        mended += await _see_to_lost_beside(folder, there, stretch, now=now)
    elif folder == PICTURES:
        removed += await _forget_lost_pictures(there, stretch, now=now)
    if removed or mended or returned:
        await db.transact(counting.count, NAME, removed=removed, mended=mended, returned=returned)
        log.warning("archive.differs", removed=removed, mended=mended, returned=returned)


async def _remove_unwanted(files: Sequence[Kept]) -> int:
    """Remove the files of ours that no row wants. What is not named as ours are is left alone."""
    named = {kept.key: match[1] for kept in files if (match := OURS.fullmatch(kept.key))}
    wanted = await db.read(_wanted, ids=sorted(set(named.values())))
    unwanted = [key for key in named if key not in wanted]
    for key in unwanted:
        await get_store().delete(key)
    return len(unwanted)


def _wanted(session: Session, *, ids: list[str]) -> set[str]:
    """Give the keys of the files with these ids that have to stay, of videos and of pictures."""
    videos = session.exec(select(Video).where(col(Video.id).in_(ids), col(Video.purged_at).is_(None)))
    pictures = select(Picture.file_key).where(col(Picture.id).in_(ids), col(Picture.gone_at).is_(None))
    avatars = select(Avatar.file_key).where(col(Avatar.id).in_(ids))
    kept = {key for video in videos for key in _keys_to_keep(video)}
    return kept | set(session.exec(pictures)) | set(session.exec(avatars))


def _keys_to_keep(video: Video) -> list[str]:
    """Name the files that a video may have. One on its way may have more than its row tells."""
    if video.status in {Status.FAILED, Status.CANCELED}:
        return []
    on_its_way = [f"videos/{video.id}.mp4", f"posters/{video.id}.webp", f"previews/{video.id}.mp4"]
    larger = [f"videos/{video.id}-1080p.mp4"] if video.hd_state == HdState.ASKED else []
    return [*keys_of(video), *on_its_way, *larger]


async def _find_lost(there: set[str], stretch: Stretch, *, now: datetime) -> tuple[int, int]:
    """Find finished videos whose file is not there; tell how many were fetched again, and given back."""
    films = await db.read(beside.named, *_finished(stretch, now), column="file_key", limit=PAGE)
    lost = await _lost(films.keys() - there, of=len(films))
    told = [await _mend_or_give_back(films[key], now=now) for key in lost]
    return told.count("mended"), told.count("returned")


async def _see_to_lost_beside(folder: str, there: set[str], stretch: Stretch, *, now: datetime) -> int:
    """See to 1080p versions, posters or clips that are not there; tell to how many."""
    column = beside.NAMED_BY[folder]
    named = await db.read(beside.named, *_finished(stretch, now), column=column, limit=PAGE)
    lost = await _lost(named.keys() - there, of=len(named))
    return sum([await beside.see_to_lost(named[key], key, folder=folder) for key in lost])


async def _forget_lost_pictures(there: set[str], stretch: Stretch, *, now: datetime) -> int:
    """Let go of pictures whose file is not there, so that their owner is asked for them again; tell how many."""
    kept = await db.read(_kept_pictures, stretch=stretch, now=now)
    lost = await _lost(kept - there, of=len(kept))
    return await db.transact(_forget_pictures, keys=lost, now=now) if lost else 0


def _id_in(key: str) -> str:
    """Give the id in a key, or as much of one as the key has: they are in the same order."""
    return key.rpartition("/")[2][:32]


def _finished(stretch: Stretch, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say what a finished video of a stretch is, whose files are settled."""
    return (
        col(Video.status) == Status.COMPLETED,
        col(Video.deleted_at).is_(None),
        col(Video.completed_at) < now - SETTLED,
        stretch.holds(col(Video.id)),
    )


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


async def _lost(keys: Collection[str], *, of: int) -> list[str]:
    """Ask for each file itself, since a list may be a little late, and give those that are gone; none when it is too many."""
    lost: list[str] = []
    for key in sorted(keys):
        if await get_store().find(key) is None:
            lost.append(key)
        if len(lost) > MOST_LOST:
            log.error("archive.too-much-is-lost", of=of)
            await db.transact(counting.count, NAME, error="Many files are gone: is it the right storage?")
            return []
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
