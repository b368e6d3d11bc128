"""Erasing the accounts whose days to come back are over: texts and files go, the books stay, without a name.

First, in one transaction, the account becomes nameless and can no more be kept; then videos, a few hundred at a time, each row
before its files; at last the account is looked at once more a day later, for what an engine may have written meanwhile. Files are
found by the ids in the rows, so whoever dies in the middle is followed by the next, who begins again and finds the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, String, cast, delete, func, or_, update
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import clerk_people, gone, session_list
from cuttingasmr.auth.sessions import note_ending
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.generation import control, counting
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.models import (
    ENDED,
    NO_ADDRESS,
    AuditEntry,
    Avatar,
    ClerkEnding,
    Feedback,
    Letter,
    Order,
    Picture,
    User,
    Video,
    WebhookEvent,
)
from cuttingasmr.payments.redaction import redacted
from cuttingasmr.people import exports
from cuttingasmr.people.cover import PARTS, Part, events_of, lines_of
from cuttingasmr.people.naming import in_json, names
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import get_store

NAME = "erase"
AT_ONCE = 20
PAGE = 200
FILES_AT_ONCE = 16
STILL_RUNNING = timedelta(minutes=1)
"""When an account is looked at again of which a video is still being made."""

REST = timedelta(minutes=10)
"""When an account is tried again that could not be erased."""

ONCE_MORE = timedelta(days=1)
"""When it is looked at for the last time: by then nothing that was under way can be left."""

GONE_REASON = "Erased with the account."
BY_THEIR_FILES = {Video, Picture, Avatar}
"""The tables whose rows go together with files, some at a time."""

log = structlog.get_logger()


async def erase_due(*, now: datetime | None = None) -> int:
    """Erase the accounts whose time has come, and tell how many were looked at. One that cannot be erased now is let rest (`REST`)."""
    moment = now or db.utc_now()
    due = await db.read(_due, now=moment)
    troubles = [trouble for user_id in due if (trouble := await _erase_or_tell(user_id, now=moment))]
    if due:
        await asyncio.to_thread(db.forget_log)
        found = f"{len(troubles)} of {len(due)} accounts not erased: {troubles[-1]}" if troubles else ""
        await db.transact(counting.count, NAME, removed=len(due) - len(troubles), found=found)
    return len(due)


erase_accounts = Aside(NAME, erase_due, niceness=LOW, is_shared=True, hold_seconds=5.0)
"""The chore: every few seconds, in one of the engines. Two at once do the same twice, which does no harm."""


async def _erase_or_tell(user_id: str, *, now: datetime) -> str:
    """Erase one account and give nothing, or what is in the way: whatever that is, it keeps no other waiting."""
    try:
        await erase(user_id, now=now)
    except DatabaseUnavailable:
        raise
    except Exception as error:
        log.exception("account.not-erased", user=user_id)
        await db.transact(_let_rest, user_id=user_id, now=now)
        return f"{type(error).__name__}: {error}"
    return ""


def _let_rest(session: Session, *, user_id: str, now: datetime) -> None:
    """Put an account off, unless its owner has come back meanwhile."""
    due = update(User).where(col(User.id) == user_id, col(User.erase_at) <= now)
    session.exec(due.values(erase_at=now + REST))


async def erase(user_id: str, *, now: datetime) -> None:
    """Erase one account, from the beginning or from wherever somebody died over it."""
    files = await db.transact(make_nameless, user_id=user_id, now=now)
    if files is None:
        return  # they have come back
    await _remove(files)
    await _erase_videos(user_id, now=now)
    await _erase_pictures(Picture, user_id)
    await _erase_pictures(Avatar, user_id)
    await db.transact(_plan, user_id=user_id, now=now)
    log.info("account.erased", user=user_id)


def make_nameless(session: Session, *, user_id: str, now: datetime) -> list[str] | None:
    """Take the name out of an account and all that hangs on it; from here on it cannot be kept.

    Gives the keys of the files that go first; `None`, and nothing done, for an account whose time has not come.
    """
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()
    if user.erase_at is None or user.erase_at > now:
        return None
    session_list.end_all(session, user_id=user_id)
    control.cancel_waiting(session, user_id=user_id)
    files = exports.give_up(session, user_id=user_id)
    address = _confirmed_address(user)
    _clean_inbox(session, user, address)
    _clean_log(session, user, address)
    if address:
        _clean_what_is_nobodys(session, address)
    _leave_clerk(session, user)
    if user.erased_at is None:
        if user.email_verified_at is not None:  # or anybody could take a stranger's welcome
            gone.remember(session, email=user.email)
        session.add(AuditEntry(actor=NAME, action="user.erased", subject=user_id))
    for part in PARTS:
        if part.table not in BY_THEIR_FILES:
            _erase_rows(session, part, user_id)
    nameless = {"email": f"gone-{user_id}@erased{NO_ADDRESS}", "erased_at": user.erased_at or now}
    session.exec(update(User).where(col(User.id) == user_id).values(**nameless))
    session.expire_all()
    return files


def _erase_rows(session: Session, part: Part, user_id: str) -> None:
    if part.drop:
        session.exec(delete(part.table).where(part.mine(user_id)))
    elif part.blank:
        session.exec(_quietly(update(part.table).where(part.mine(user_id)).values(**part.blank)))


def _quietly(statement: Any) -> Any:  # noqa: ANN401 - a statement of any table
    """Change rows without looking for them among the objects of this session."""
    return statement.execution_options(synchronize_session=False)


def has_work() -> ColumnElement[bool]:
    """Say when there is an account whose time has come."""
    return select(User.id).where(col(User.erase_at) <= db.utc_now()).exists()


def _due(session: Session, *, now: datetime) -> list[str]:
    due = select(User.id).where(col(User.erase_at) <= now)
    return list(session.exec(due.order_by(col(User.erase_at)).limit(AT_ONCE)))


def _confirmed_address(user: User) -> str:
    """Give the address that is proved to be this person's, or nothing: only by that may rows be touched that no id ties to them."""
    is_proved = user.email_verified_at is not None and not user.email.endswith(NO_ADDRESS)
    return user.email.lower() if is_proved else ""


def _clean_inbox(session: Session, user: User, address: str) -> None:
    """Leave of the events about somebody what acting on them needs."""
    rows = list(session.exec(select(WebhookEvent).where(events_of(user.id))))
    if address:
        text = func.lower(cast(col(WebhookEvent.body), String))
        near = session.exec(select(WebhookEvent).where(text.contains(in_json(address), autoescape=True)))
        rows += [row for row in near if names(row.body, address)]
    for row in rows:
        row.body = {} if row.provider == "clerk" else redacted(row.body)
    session.flush()


def _clean_what_is_nobodys(session: Session, address: str) -> None:
    """Take somebody's address out of what has no owner: payments, what was said without an account, letters on their way."""
    unowned = update(Order).where(func.lower(col(Order.payer_email)) == address)
    session.exec(_quietly(unowned.where(col(Order.user_id).is_(None)).values(payer_email="")))
    said = update(Feedback).where(func.lower(col(Feedback.email)) == address)
    session.exec(_quietly(said.where(col(Feedback.user_id).is_(None)).values(email="")))
    session.exec(_quietly(delete(Letter).where(func.lower(col(Letter.to_address)) == address)))


def _clean_log(session: Session, user: User, address: str) -> None:
    """Take the words out of the log's lines about somebody: who did what, and when, stays."""
    reason, facts = col(AuditEntry.reason), cast(col(AuditEntry.facts), String)
    lines = list(session.exec(select(AuditEntry).where(lines_of(user.id), or_(reason != "", facts != "{}"))))
    if address:
        in_reason = func.lower(reason).contains(address, autoescape=True)
        in_facts = func.lower(facts).contains(in_json(address), autoescape=True)
        near = session.exec(select(AuditEntry).where(or_(in_reason, in_facts)))
        lines += [line for line in near if names([line.reason, line.facts], address)]
    for line in lines:
        line.reason = GONE_REASON if line.reason else ""
        line.facts = {
            name: fact for name, fact in line.facts.items() if name == "code" or not isinstance(fact, str)
        }
    session.flush()


def _leave_clerk(session: Session, user: User) -> None:
    """Have somebody deleted at Clerk (`auth/clerk.py` tells it), and keep a mark of them that tells nobody who it was."""
    if user.clerk_id is None:
        return
    note_ending(session, clerk_people.mark_of(user.clerk_id))
    session.exec(delete(ClerkEnding).where(col(ClerkEnding.id) == user.clerk_id))
    if get_settings().has_clerk:
        note_ending(session, user.clerk_id, is_told=False)


async def _erase_videos(user_id: str, *, now: datetime) -> None:
    """Take the words out of the rows of all videos that have ended, and their files out of the storage."""
    last = ""
    while ids := await db.transact(_blank_videos, user_id=user_id, after=last, now=now):
        await _remove([key for video_id in ids for key in _files_of(video_id)])
        last = ids[-1]


def _blank_videos(session: Session, *, user_id: str, after: str, now: datetime) -> list[str]:
    mine = select(Video.id).where(col(Video.user_id) == user_id, col(Video.id) > after)
    ids = list(session.exec(mine.where(col(Video.status).in_(ENDED)).order_by(col(Video.id)).limit(PAGE)))
    (part,) = (part for part in PARTS if part.table is Video)
    since = {name: func.coalesce(col(getattr(Video, name)), now) for name in ("deleted_at", "purged_at")}
    blank = update(Video).where(col(Video.id).in_(ids)).values(**part.blank, **since)
    session.exec(_quietly(blank))
    return ids


def _files_of(video_id: str) -> list[str]:
    """Name every file that a video can have, whatever its row says."""
    film, larger = f"videos/{video_id}.mp4", f"videos/{video_id}-1080p.mp4"
    return [film, larger, f"posters/{video_id}.webp", f"previews/{video_id}.mp4"]


async def _erase_pictures(kind: type[Picture | Avatar], user_id: str) -> None:
    """Let somebody's pictures go, file by file, then their rows, which are what names the files."""
    while pictures := await db.read(_some_pictures, kind=kind, user_id=user_id):
        await _remove([picture.file_key for picture in pictures])
        await db.transact(_drop_pictures, kind=kind, ids=[picture.id for picture in pictures])


def _some_pictures(session: Session, *, kind: type[Picture | Avatar], user_id: str) -> list[Picture | Avatar]:
    return list(session.exec(select(kind).where(col(kind.user_id) == user_id).limit(PAGE)))


def _drop_pictures(session: Session, *, kind: type[Picture | Avatar], ids: list[str]) -> None:
    session.exec(delete(kind).where(col(kind.id).in_(ids)))


def _plan(session: Session, *, user_id: str, now: datetime) -> None:
    """Say when an account is looked at again: soon while a video is being made, once more after a day, then never."""
    user = session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()
    running = select(Video.id).where(col(Video.user_id) == user_id, col(Video.status).not_in(ENDED)).limit(1)
    erased_at = user.erased_at or now
    if session.exec(running).first() is not None:
        user.erase_at = now + STILL_RUNNING
    elif now < erased_at + ONCE_MORE:
        user.erase_at = erased_at + ONCE_MORE
    else:
        user.erase_at = None
        exports.forget(session, user_id=user_id)


async def _remove(keys: Sequence[str]) -> None:
    """Remove files from the storage, some at once; one that is not there is no error."""
    for start in range(0, len(keys), FILES_AT_ONCE):
        await asyncio.gather(*map(get_store().delete, keys[start : start + FILES_AT_ONCE]))
