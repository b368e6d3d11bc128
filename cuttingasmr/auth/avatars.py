"""The picture that somebody shows of themselves: put up, taken off, and taken back for a while.

A picture that is taken off or replaced stays for an hour, then `generation/purge.py` lets it go. Its address is its name,
which nobody can guess, so it can be shown wherever its owner is.
"""

from __future__ import annotations

import contextlib
import re

from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.errors import NotFound, SignInRequired
from cuttingasmr.models import Avatar, User
from cuttingasmr.models.columns import new_id
from cuttingasmr.storage import pictures
from cuttingasmr.storage.store import StorageUnavailable, get_store

ID = re.compile(r"[0-9a-f]{32}")


async def put_up(*, user_id: str, content: bytes) -> str:
    """Show this picture, made anew from what was sent, in place of any other, and give its id.

    Raises `InvalidPicture` with the reason, or `StorageUnavailable`; then all is as it was.
    """
    made = await pictures.in_thread(pictures.portrait, content)
    name = new_id()
    avatar = Avatar(id=name, user_id=user_id, file_key=f"avatars/{name}.webp")
    await get_store().put(avatar.file_key, made)
    try:
        await db.transact(_put_up, avatar=avatar)
    except Exception:
        with contextlib.suppress(StorageUnavailable):
            await get_store().delete(avatar.file_key)
        raise
    live.publish(user_id)
    return name


async def take_off(*, user_id: str) -> bool:
    """Show no picture any more, and tell whether there was one."""
    was_there = await db.transact(_take_off, user_id=user_id)
    live.publish(user_id)
    return was_there


async def put_back(*, user_id: str) -> str:
    """Show the picture again that was taken off or replaced last, or raise `NotFound` when it is gone for good."""
    name = await db.transact(_put_back, user_id=user_id)
    live.publish(user_id)
    return name


def find(session: Session, *, avatar_id: str) -> Avatar:
    """Find a picture that is shown, or raise `NotFound`."""
    avatar = session.get(Avatar, avatar_id) if ID.fullmatch(avatar_id) else None
    if avatar is None or avatar.gone_at is not None:
        raise NotFound
    return avatar


def _put_up(session: Session, *, avatar: Avatar) -> None:
    user = _owner(session, avatar.user_id)
    _let_go(session, user)
    session.add(avatar)
    user.picture_id = avatar.id


def _take_off(session: Session, *, user_id: str) -> bool:
    user = _owner(session, user_id)
    was_there = user.picture_id is not None
    _let_go(session, user)
    user.picture_id = None
    return was_there


def _put_back(session: Session, *, user_id: str) -> str:
    user = _owner(session, user_id)
    gone = select(Avatar).where(col(Avatar.user_id) == user_id, col(Avatar.gone_at).is_not(None))
    last = session.exec(gone.order_by(col(Avatar.gone_at).desc()).with_for_update()).first()
    if last is None:
        raise NotFound("Your picture is gone for good by now. Please add it again.")
    _let_go(session, user)
    last.gone_at, user.picture_id = None, last.id
    return last.id


def _owner(session: Session, user_id: str) -> User:
    """Read a person, to change which picture is theirs; nobody else changes it meanwhile."""
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).first()
    if user is None:
        raise SignInRequired
    return user


def _let_go(session: Session, user: User) -> None:
    shown = session.get(Avatar, user.picture_id) if user.picture_id else None
    if shown is not None:
        shown.gone_at = db.utc_now()
