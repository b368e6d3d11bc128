"""Pictures that people bring to make videos from: kept, found, used, and taken away.

Those from which nothing was made go a day after they were brought or last wanted, the others with their videos (`purge.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import NamedTuple, Self

from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.errors import Conflict, InvalidPicture, NotFound
from cuttingasmr.generation.prompts import PICTURE
from cuttingasmr.models import Picture, Status, Video
from cuttingasmr.models.columns import new_id
from cuttingasmr.storage import pictures as files
from cuttingasmr.storage.store import StorageUnavailable, get_store


class Use(NamedTuple):
    """A picture in a video: which one, and where its cut lies, in percent (`prompts.PICTURE`)."""

    id: str
    x: int = 50
    y: int = 50

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what a video's row says of a picture; raise `InvalidPicture` for what we would not have written."""
        if not PICTURE.fullmatch(text):
            raise InvalidPicture
        name, _, place = text.partition("@")
        return cls(name, *map(int, place.split(","))) if place else cls(name)

    def __str__(self) -> str:
        """Write it as a video's row says it."""
        return self.id if (self.x, self.y) == (50, 50) else f"{self.id}@{self.x},{self.y}"


async def add(*, user_id: str, content: bytes) -> Picture:
    """Keep a picture for this person, made anew from what they sent.

    Raises `InvalidPicture` with the reason, or `StorageUnavailable`; then nothing is kept.
    """
    made = await files.in_thread(files.recode, content)
    picture_id = new_id()
    picture = Picture(
        id=picture_id,
        user_id=user_id,
        file_key=f"pictures/{picture_id}.jpg",
        width=made.width,
        height=made.height,
        size_bytes=len(made.content),
    )
    await get_store().put(picture.file_key, made.content)
    try:
        await db.transact(_write, picture=picture)
    except Exception:
        with contextlib.suppress(StorageUnavailable):
            await get_store().delete(picture.file_key)
        raise
    return picture


async def read_file(picture: Picture) -> bytes:
    """Give a picture's file; raise `NotFound` where it is gone, or `StorageUnavailable`."""
    try:
        return b"".join([block async for block in get_store().blocks(picture.file_key)])
    except FileNotFoundError as error:
        raise NotFound from error


def find(session: Session, *, user_id: str, picture_id: str) -> Picture:
    """Find a picture of this person's; raise `NotFound` for anybody else's and for one that is gone."""
    picture = get(session, picture_id=picture_id)
    if picture is None or picture.user_id != user_id:
        raise NotFound
    return picture


def get(session: Session, *, picture_id: str) -> Picture | None:
    """Find a picture that is still there, whosever it is."""
    picture = session.get(Picture, picture_id)
    return picture if picture is not None and picture.gone_at is None else None


def kept(session: Session, *, user_id: str, picture_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Tell which of a video's pictures are still there, with width and height."""
    mine = (col(Picture.user_id) == user_id, col(Picture.gone_at).is_(None))
    wanted = select(Picture).where(*mine, col(Picture.id).in_([Use.read(text).id for text in picture_ids]))
    return {row.id: (row.width, row.height) for row in session.exec(wanted)}


async def claim(*, user_id: str, picture_ids: Sequence[str]) -> None:
    """Keep these pictures for a day, in which a video is made from them: from then on it is the video that keeps them.

    Raises `InvalidPicture` unless all of them are there and this person's: that somebody else has one is not told.
    """
    if wanted := {Use.read(text).id for text in picture_ids}:
        await db.transact(_claim, user_id=user_id, wanted=wanted)


async def remove(*, user_id: str, picture_id: str) -> None:
    """Let a picture of this person's go, file and all.

    Raises `NotFound`, `StorageUnavailable`, or `Conflict` while a video that is made from it waits to be sent.
    """
    key = await db.transact(_remove, user_id=user_id, picture_id=picture_id)
    try:
        await get_store().delete(key)
    except StorageUnavailable:
        await db.transact(_take_back, picture_id=picture_id)
        raise


def _write(session: Session, *, picture: Picture) -> None:
    session.add(picture)


def _claim(session: Session, *, user_id: str, wanted: set[str]) -> None:
    mine = (col(Picture.user_id) == user_id, col(Picture.id).in_(wanted), col(Picture.gone_at).is_(None))
    marked = update(Picture).where(*mine).values(used_at=db.utc_now()).returning(col(Picture.id))
    if set(session.exec(marked).scalars()) != wanted:
        raise InvalidPicture


def _remove(session: Session, *, user_id: str, picture_id: str) -> str:
    picture = find(session, user_id=user_id, picture_id=picture_id)
    waiting = select(Video).where(
        col(Video.user_id) == user_id,
        col(Video.status) == Status.QUEUED,
        col(Video.provider_task_id).is_(None),
    )
    if any(Use.read(text).id == picture_id for video in session.exec(waiting) for text in video.picture_ids):
        raise Conflict(
            "A video that is made from this picture is about to begin. Remove the picture after that."
        )
    picture.gone_at = db.utc_now()
    return picture.file_key


def _take_back(session: Session, *, picture_id: str) -> None:
    session.exec(update(Picture).where(col(Picture.id) == picture_id).values(gone_at=None))
