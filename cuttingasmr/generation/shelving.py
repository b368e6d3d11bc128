"""Changing what lies in the library: names, stars, shares, and what is thrown away and taken back.

All of it is the owner's alone: a video of somebody else is `NotFound`, and then nothing at all has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select, update

from cuttingasmr import db, live
from cuttingasmr.errors import AlreadySubmitted, Conflict, Invalid, InvalidPrompt, NotFound
from cuttingasmr.generation import control, engine, library
from cuttingasmr.generation.filters import deleted_lately, kept
from cuttingasmr.generation.library import ID
from cuttingasmr.generation.prompts import checked_prompt
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.models import ENDED, AuditEntry, Status, User, Video

TITLE_LIMIT = 120
MOST_AT_ONCE = 500

R = TypeVar("R")


@dataclass(frozen=True)
class PutAway:
    """What has become of videos that were to be deleted.

    Those that had ended are in the bin as they were, those that waited are in it canceled, for so many credits that came back;
    and so many are being made and were left.
    """

    ended: list[str]
    canceled: list[str]
    returned: int
    left: int


class InvalidTitle(Invalid):
    """A name has up to 120 characters of plain text, in one line."""


class NotReady(Conflict):
    """Only a finished video can be shared."""


class TooMany(Invalid):
    """That are too many videos at once: 500 is the limit."""


async def change(unit: Callable[..., R], /, *, user_id: str, **facts: object) -> R:
    """Do one of the changes below, and wake the owner's pages."""
    result = await db.transact(unit, user_id=user_id, **facts)
    live.publish(user_id)
    return result


def rename(session: Session, *, user_id: str, video_id: str, title: object) -> str:
    """Give a video a name, or with an empty one its prompt for a name again; give the name back as it was written."""
    name = checked_title(title)
    video = _mine(session, user_id, video_id)
    video.title, video.search_text = name, search_text_of(name, video.prompt)
    return name


def set_favourite(session: Session, *, user_id: str, video_ids: Collection[str], favourite: bool) -> None:
    """Put a star on these videos, or take it off."""
    _change_all(session, user_id, video_ids, is_favourite=favourite)


def set_shared(session: Session, *, user_id: str, video_id: str, shared: bool) -> None:
    """Let anybody with the link watch a finished video, or nobody but its owner again."""
    video = _mine(session, user_id, video_id)
    if shared and video.status != Status.COMPLETED:
        raise NotReady
    owner = session.get(User, user_id)
    if shared and (owner is None or owner.erase_at is not None):
        raise NotFound
    video.is_shared = shared


def put_away(session: Session, *, user_id: str, video_ids: Collection[str]) -> PutAway:
    """Delete these videos; they can be taken back for a while. One that still waits is canceled first, and its credits come back.

    What is being made is left alone: only `control.cancel` discards it.
    """
    _all_are_mine(session, user_id, video_ids)
    mine = (col(Video.id).in_(video_ids), col(Video.user_id) == user_id, *kept())
    # all of them before their owner's row, which a cancel locks, as everybody does
    session.exec(select(Video.id).where(*mine).order_by(col(Video.id)).with_for_update()).all()
    ended = _into_bin(session, user_id, *mine)
    returned = control.cancel_waiting(session, *mine, user_id=user_id)
    canceled = _into_bin(session, user_id, *mine)
    left = session.exec(select(Video.id).where(*mine)).all()
    return PutAway(ended, canceled, sum(returned), len(left))


def put_back(session: Session, *, user_id: str, video_ids: Collection[str]) -> list[str]:
    """Take these videos back that were deleted lately, and give their ids; one that lies on its shelf stays there."""
    _all_are_mine(session, user_id, video_ids)
    back = (
        update(Video)
        .where(col(Video.id).in_(video_ids), col(Video.user_id) == user_id, *deleted_lately())
        .values(deleted_at=None)
        .returning(col(Video.id))
    )
    ids = list(session.exec(back).scalars())
    _write_down(session, user_id, "video.restored", ids)
    return ids


async def delete(*, user_id: str, video_ids: Collection[str]) -> PutAway:
    """Do `put_away`, and let whoever waits have the places that are free by it."""
    away = await change(put_away, user_id=user_id, video_ids=video_ids)
    if away.canceled:
        engine.poke()
    return away


async def remove(*, user_id: str, video_id: str) -> str:
    """Do `delete` with one video, and give its id; raises `AlreadySubmitted` for one that is being made."""
    video = (await db.read(library.find, user_id=user_id, name=video_id)).video
    if (await delete(user_id=user_id, video_ids=[video.id])).left:
        raise AlreadySubmitted
    return video.id


def checked_title(title: object) -> str:
    """Trim a name and give it back, or raise `InvalidTitle`."""
    if not isinstance(title, str):
        raise InvalidTitle
    name = title.strip()
    if len(name) > TITLE_LIMIT or len(name.splitlines()) > 1:
        raise InvalidTitle
    try:
        return checked_prompt(name) if name else ""
    except InvalidPrompt as error:
        raise InvalidTitle from error


def _mine(session: Session, user_id: str, video_id: str) -> Video:
    """Read a video of this person's to change it; nobody else changes it meanwhile."""
    wanted = select(Video).where(col(Video.id) == video_id, col(Video.user_id) == user_id, *kept())
    video = session.exec(wanted.with_for_update()).first() if ID.fullmatch(video_id) else None
    if video is None:
        raise NotFound
    return video


def _change_all(session: Session, user_id: str, video_ids: Collection[str], **facts: object) -> None:
    _all_are_mine(session, user_id, video_ids)
    session.exec(
        update(Video)
        .where(col(Video.id).in_(video_ids), col(Video.user_id) == user_id, *kept())
        .values(**facts)
    )


def _all_are_mine(session: Session, user_id: str, video_ids: Collection[str]) -> None:
    """Raise `NotFound` unless each of these is a video of this person's that has not gone for good."""
    wanted = set(video_ids)
    if len(wanted) > MOST_AT_ONCE:
        raise TooMany
    if not wanted or not all(ID.fullmatch(video_id) for video_id in wanted):
        raise NotFound
    lies_there = or_(*kept(), and_(*deleted_lately()))
    found = select(func.count()).select_from(Video)
    found = found.where(col(Video.user_id) == user_id, col(Video.id).in_(wanted), lies_there)
    if session.exec(found).one() != len(wanted):
        raise NotFound


def _into_bin(session: Session, user_id: str, *which: ColumnElement[bool]) -> list[str]:
    """Put those of these videos that have ended into the bin, and give their ids."""
    gone = update(Video).where(*which, col(Video.status).in_(ENDED)).values(deleted_at=db.utc_now())
    ids = list(session.exec(gone.returning(col(Video.id))).scalars())
    _write_down(session, user_id, "video.deleted", ids)
    return ids


def _write_down(session: Session, user_id: str, action: str, ids: list[str]) -> None:
    session.add_all(AuditEntry(actor=user_id, action=action, subject=video_id, facts={}) for video_id in ids)
