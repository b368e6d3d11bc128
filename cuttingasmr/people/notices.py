"""Writing to people about what they were not there to see: videos that have ended, and bought credits that are used up.

A video's own way writes nothing for this. A chore goes over the ends of videos, in their order, up to a mark that it moves on in
the same transaction, so each end is noted once however many engines do this. Some minutes later it looks again: whoever has
a page open, or has come back since, is told nothing. A person's videos that end close together make one letter.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, false, func, literal, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.letters import optional, outbox
from cuttingasmr.letters.optional import Topic
from cuttingasmr.models import (
    ENDED,
    ChoreRun,
    CreditEntry,
    Kind,
    LetterKind,
    Notice,
    SessionRow,
    Status,
    User,
    Video,
)
from cuttingasmr.models.columns import UtcDateTime
from cuttingasmr.settings import get_settings

NAME = "notices"
AT_ONCE = 100
LATE_SECONDS = 15.0
"""How much later than it says a video's end may be committed. What is younger than this is not gone over yet."""

OLDEST = timedelta(hours=1)
"""What ended longer ago than this before anybody went over it is not worth a letter any more."""

AGAIN = timedelta(seconds=30)
LONGEST = timedelta(minutes=30)
"""How long a letter waits for videos that are still being made, so as to tell of them all."""

REST = timedelta(minutes=15)
"""From one letter about videos to the next."""

LOW_AFTER = timedelta(hours=1)
"""How long after a person's last video their credits are looked at: who goes on, or buys, meanwhile is not told."""

TOLD: Final = (Status.COMPLETED, Status.FAILED)
"""The ends that are told: canceling is what people do themselves."""

log = structlog.get_logger()


async def write_due() -> int:
    """Go over what has happened, look at those whose time has come, and tell how many letters were written."""
    if not get_settings().has_mail:
        return 0
    if any(await db.read(db.holds, _is_behind())):
        await db.transact(_go_over)
    written = 0
    while waiting := await db.read(_waiting):
        there = await live.who_is_there(waiting)
        if there is None:
            log.warning("notices.cannot-ask-who-is-there")
            break
        seen, letters = await db.transact(_look_at, user_ids=waiting, there=there)
        written += letters
        if not seen:  # another engine is at it
            break
    return written


def has_work() -> ColumnElement[bool]:
    """Say when there is anything to go over, or anybody to look at; never where no letters are sent."""
    if not get_settings().has_mail:
        return false()
    return or_(_is_behind(), select(Notice.user_id).where(_is_due()).exists())


def _span() -> tuple[datetime, datetime]:
    """Say between which moments the ends of videos are gone over, unless they were already."""
    now, late = db.utc_now(), min(LATE_SECONDS, get_settings().notice_after_seconds)
    return now - OLDEST, now - timedelta(seconds=late)


def _is_behind() -> ColumnElement[bool]:
    """Say when there is anything to go over: one look into an index. The mark itself must not get too old, either."""
    oldest, until = _span()
    mark = select(ChoreRun.done_until).where(col(ChoreRun.name) == NAME).scalar_subquery()
    since = func.coalesce(mark, literal(oldest, UtcDateTime()))
    ended = select(Video.id).where(*_ended(oldest, until), col(Video.completed_at) > since)
    return or_(since < until - OLDEST / 2, ended.exists())


def _ended(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Video.completed_at) > since,
        col(Video.completed_at) <= until,
        col(Video.status).in_(TOLD),
        col(Video.deleted_at).is_(None),
    )


def _go_over(session: Session) -> None:
    """Note whose videos have ended since the last time, and move the mark on: who comes second finds nothing left."""
    mark = db.insert_for(session)(ChoreRun).values(name=NAME, ran_at=db.utc_now())
    session.exec(mark.on_conflict_do_nothing(index_elements=["name"]))
    run = session.exec(select(ChoreRun).where(col(ChoreRun.name) == NAME).with_for_update()).one()
    oldest, until = _span()
    since = max(run.done_until or oldest, oldest)
    if until <= since:
        return
    _note(session, since, until)
    run.done_until = until
    run.ran_at, run.runs = db.utc_now(), run.runs + 1
    session.add(run)


def _note(session: Session, since: datetime, until: datetime) -> None:
    ready_at = until + timedelta(seconds=get_settings().notice_after_seconds)
    at = col(Video.completed_at)
    looks = (literal(ready_at, UtcDateTime()), literal(until + LOW_AFTER, UtcDateTime()))
    owners = select_columns(col(Video.user_id), func.min(at), func.max(at), *looks).join(
        User, col(User.id) == col(Video.user_id)
    )
    is_wanted = or_(*map(optional.wants, Topic))
    found = owners.where(*_ended(since, until), is_wanted, *optional.can_be_reached())
    names = ["user_id", "ended_from", "ended_to", "ready_at", "low_at"]
    rows = db.insert_for(session)(Notice).from_select(names, found.group_by(col(Video.user_id)))
    kept: dict[str, Any] = {
        name: func.coalesce(getattr(Notice, name), getattr(rows.excluded, name))
        for name in ("ended_from", "ready_at")
    }
    moved = {name: getattr(rows.excluded, name) for name in ("ended_to", "low_at")}
    session.exec(rows.on_conflict_do_update(index_elements=["user_id"], set_=kept | moved))


def _waiting(session: Session) -> Sequence[str]:
    """List some of those who are to be looked at now."""
    return session.exec(select(Notice.user_id).where(_is_due()).limit(AT_ONCE)).all()


def _is_due() -> ColumnElement[bool]:
    now = db.utc_now()
    return or_(col(Notice.ready_at) <= now, col(Notice.low_at) <= now)


def _look_at(session: Session, *, user_ids: Sequence[str], there: Collection[str]) -> tuple[int, int]:
    """Decide about these people, each by one engine alone; gives how many were looked at, and how many letters that made."""
    due = select(Notice).where(col(Notice.user_id).in_(user_ids), _is_due())
    notices = session.exec(due.with_for_update(skip_locked=True)).all()
    letters = 0
    for notice in notices:
        letters += _look_at_videos(session, notice, is_there=notice.user_id in there)
        letters += _look_at_credits(session, notice)
        session.add(notice)
    return len(notices), letters


def _look_at_videos(session: Session, notice: Notice, *, is_there: bool) -> bool:
    """Write to somebody whose videos have ended while they were away, or leave it, or look again later."""
    now = db.utc_now()
    if notice.ready_at is None or notice.ready_at > now or not notice.ended_from or not notice.ended_to:
        return False
    reader = optional.find_reader(session, Topic.READY, user_id=notice.user_id)
    was_away = reader is not None and not is_there and not _has_come_back(session, notice)
    if was_away and (later := _later(session, notice, now)):
        notice.ready_at = later
        return False
    kind = _kind(session, notice.user_id, notice.ended_from, notice.ended_to) if was_away else None
    notice.ended_from = notice.ended_to = notice.ready_at = None
    if reader is None or kind is None:
        return False
    outbox.write(session, kind, to=reader.email, user_id=reader.id)
    notice.ready_told_at = now
    return True


def _has_come_back(session: Session, notice: Notice) -> bool:
    """Tell whether somebody has been here since their last video ended. That is noted to a few minutes, never too late."""
    later = (col(SessionRow.user_id) == notice.user_id, col(SessionRow.last_seen_at) > notice.ended_to)
    return session.exec(select(SessionRow.token_hash).where(*later).limit(1)).first() is not None


def _later(session: Session, notice: Notice, now: datetime) -> datetime | None:
    """Say when to look again, if now is too early: more is about to end, or the last letter was just now."""
    began = notice.ended_from or now
    if now < began + LONGEST and (_is_running(session, notice.user_id) or _has_more(session, notice)):
        return now + AGAIN
    rested = notice.ready_told_at and notice.ready_told_at + REST
    return rested if rested and now < rested else None


def _is_running(session: Session, user_id: str) -> bool:
    running = (col(Video.user_id) == user_id, col(Video.status).not_in(ENDED))
    return session.exec(select(Video.id).where(*running).limit(1)).first() is not None


def _has_more(session: Session, notice: Notice) -> bool:
    """Tell whether a video of theirs has ended that was not gone over yet."""
    later = _ended(notice.ended_to or db.utc_now(), db.utc_now())
    mine = (col(Video.user_id) == notice.user_id, *later)
    return session.exec(select(Video.id).where(*mine).limit(1)).first() is not None


def _kind(session: Session, user_id: str, since: datetime, until: datetime) -> LetterKind | None:
    """Say what to write of the videos that ended in this time; `None` when none of them is left."""
    told = (col(Video.completed_at) >= since, col(Video.completed_at) <= until, col(Video.status).in_(TOLD))
    mine = (col(Video.user_id) == user_id, col(Video.deleted_at).is_(None), *told)
    count = select(Video.status, func.count()).where(*mine).group_by(col(Video.status))
    counts = dict(session.exec(count).all())
    ready, failed = counts.get(Status.COMPLETED, 0), counts.get(Status.FAILED, 0)
    if ready and failed:
        return LetterKind.SOME_FAILED
    if ready:
        return LetterKind.READY if ready == 1 else LetterKind.MANY_READY
    if failed:
        return LetterKind.FAILED if failed == 1 else LetterKind.MANY_FAILED
    return None


def _look_at_credits(session: Session, notice: Notice) -> bool:
    """Write to somebody, once for each time that they have bought, that their credits are not enough for a video."""
    now = db.utc_now()
    if notice.low_at is None or notice.low_at > now:
        return False
    if _is_running(session, notice.user_id):
        notice.low_at = now + LOW_AFTER
        return False
    notice.low_at = None
    reader = optional.find_reader(session, Topic.LOW, user_id=notice.user_id)
    if reader is None or optional.is_enough(reader) or not _has_bought(session, notice):
        return False
    outbox.write(session, LetterKind.LOW, to=reader.email, user_id=reader.id)
    notice.low_told_at = now
    return True


def _has_bought(session: Session, notice: Notice) -> bool:
    """Tell whether somebody has bought since they were told last, and has not had the money back."""
    sides = (Kind.PURCHASE, Kind.CLAWBACK)
    mine = [col(CreditEntry.user_id) == notice.user_id, col(CreditEntry.kind).in_(sides)]
    if notice.low_told_at:
        mine.append(col(CreditEntry.created_at) > notice.low_told_at)
    newest = select(CreditEntry.kind).where(*mine).order_by(col(CreditEntry.id).desc()).limit(1)
    return session.exec(newest).first() == Kind.PURCHASE
