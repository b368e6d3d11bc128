"""Changing what lies in the library: names, stars, shares, and what is thrown away and taken back.

All of it is the owner's alone: a video of somebody else is `NotFound`, and then nothing at all has happened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import TypeVar

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select, update

from cuttingasmr import db, live
from cuttingasmr.errors import AlreadyEnded, Conflict, Invalid, InvalidPrompt, NotFound
from cuttingasmr.generation import control, library
from cuttingasmr.generation.filters import deleted_lately, kept
from cuttingasmr.generation.library import ID
from cuttingasmr.generation.prompts import checked_prompt
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.models import ENDED, AuditEntry, Status, User, Video

TITLE_LIMIT = 120
MOST_AT_ONCE = 500

R = TypeVar("R")


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


def put_away(session: Session, *, user_id: str, video_ids: Collection[str]) -> list[str]:
    """Delete those of these videos that have ended, and give their ids; they can be taken back for a while.

    What is still on its way is left alone: `control.cancel` is for that.
    """
    _all_are_mine(session, user_id, video_ids)
    gone = (
        update(Video)
        .where(
            col(Video.id).in_(video_ids), col(Video.user_id) == user_id, *kept(), col(Video.status).in_(ENDED)
        )
        .values(deleted_at=db.utc_now())
        .returning(col(Video.id))
    )
    ids = list(session.exec(gone).scalars())
    _write_down(session, user_id, "video.deleted", ids)
    return ids


def on_their_way(session: Session, *, user_id: str, video_ids: Collection[str]) -> int:
    """Tell how many of these videos have not ended, which `put_away` leaves alone."""
    running = select(func.count()).select_from(Video).where(col(Video.status).not_in(ENDED), *kept())
    return session.exec(running.where(col(Video.user_id) == user_id, col(Video.id).in_(video_ids))).one()


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


async def remove(*, user_id: str, video_id: str) -> str:
    """Delete one video, and give its id; one that still waits is cancelled first, and its credits come back.

    Raises `AlreadySubmitted` for one that is being made: it can only be discarded, by `control.cancel`.
    """
    video = (await db.read(library.find, user_id=user_id, name=video_id)).video
    if not await change(put_away, user_id=user_id, video_ids=[video.id]):
        with contextlib.suppress(AlreadyEnded):
            await control.cancel(user_id=user_id, video_id=video.id)
        await change(put_away, user_id=user_id, video_ids=[video.id])
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


def _write_down(session: Session, user_id: str, action: str, ids: list[str]) -> None:
    session.add_all(AuditEntry(actor=user_id, action=action, subject=video_id, facts={}) for video_id in ids)
