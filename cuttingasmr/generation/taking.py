"""How engines share the work: a video is taken, worked on, and let go with a word on when to look at it next.

Who takes what is decided by the database. A taken video belongs to an engine that beats; when it dies, whoever notices lets
go what it held. Taking is never the guard against doing something twice: what is written down in the row is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, and_, case, or_, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select, update

from cuttingasmr import db
from cuttingasmr.generation import rows
from cuttingasmr.models import Status, Video

RUNNING = text("videos.status IN ('queued', 'rendering', 'saving')")
FREE = text("videos.taken_by = ''")
IN_HAND = text("videos.taken_by <> ''")
"""Written out, as the indexes have it: a condition with a parameter is not known to be theirs."""

NO_TASK = and_(col(Video.status) != Status.SAVING, col(Video.provider_task_id).is_(None))
UNSENT = and_(NO_TASK, col(Video.submit_began_at).is_(None), col(Video.claim) == "")
WAITING = (RUNNING, FREE, UNSENT)
BEGUN = or_(~UNSENT, col(Video.taken_by) != "")
LEFT = or_(
    col(Video.status) == Status.SAVING,
    and_(NO_TASK, or_(col(Video.submit_began_at).is_not(None), col(Video.claim) != "")),
)
QUEUE_LOCK = 0x6C756D
"""Any number that nothing else in this database locks."""

LONGEST_SECONDS, LONG_SECONDS, LONG_AGE_SECONDS = 60.0, 120.0, 600.0
"""The longest pause between two questions about one video, and what it is for videos of that age."""


class Due(StrEnum):
    """What there is to do."""

    SENDING = "sending"
    LEFT = "left"  # begun to be sent or stored by somebody, and not ended
    CALLED = "called"  # somebody says that the provider is done
    TURN = "turn"  # to be asked about


def what_is_due(session: Session) -> set[str]:
    """Tell what there is to do now. It is asked all the time, and is one look into one small index when there is nothing."""
    is_called = col(Video.due_at) == col(Video.created_at)
    kind = case((UNSENT, Due.SENDING), (LEFT, Due.LEFT), (is_called, Due.CALLED), else_=Due.TURN)
    return set(session.exec(select(kind).where(RUNNING, FREE, col(Video.due_at) <= db.utc_now()).distinct()))


def take_queued(session: Session, *, by: str, limit: int, at_once: int, hold: timedelta) -> list[str]:
    """Take videos that wait to be sent, in their order, but no more than may be under way `at_once` in all; give their ids.

    Each gets the number of its turn, which puts its person at the end of the line. A sent video's due moment is what this
    writes, `hold` from now: it is not touched again, so a callback's is not lost.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(
            select(func.pg_advisory_xact_lock(QUEUE_LOCK))
        )  # two engines must not count the same room
    room = min(limit, at_once - _under_way(session))
    if room <= 0:
        return []
    is_due = col(Video.due_at) <= db.utc_now()
    line = line_of(is_due, each=room)
    next_ones = line.select().order_by(*places(line)).limit(room).subquery()
    first = select(Video.id, last_turn()).join(next_ones, next_ones.c.id == col(Video.id))
    first = first.where(*WAITING, is_due).order_by(*places(next_ones))
    first = first.with_for_update(of=Video, skip_locked=True)
    turns = {video_id: last + number for number, (video_id, last) in enumerate(session.exec(first), 1)}
    if turns:
        rank = case(turns, value=col(Video.id))
        _set(session, turns, taken_by=by, due_at=db.utc_now() + hold, queue_rank=rank)
    return list(turns)


def line_of(*which: ColumnElement[bool], each: int | None = None) -> Subquery:
    """Give the videos that wait, up to so many of `each` person, with what `places` puts them in order by.

    `nth` counts those of one person; `stands` is the turn behind which that person has stood in the line since `since`.
    """
    person, created = col(Video.user_id), col(Video.created_at)
    nth = func.row_number().over(partition_by=person, order_by=(created, col(Video.id))).label("nth")
    since = func.min(created).over(partition_by=person).label("since")
    waiting = select(Video.id, Video.user_id, nth, since).where(*WAITING, *which).subquery()
    theirs = aliased(Video)
    stands = select(func.max(theirs.queue_rank)).where(theirs.user_id == waiting.c.user_id)
    line = waiting.select().add_columns(stands.scalar_subquery().label("stands"))
    return (line if each is None else line.where(waiting.c.nth <= each)).subquery()


def places(line: Subquery) -> tuple[ColumnElement[Any], ...]:
    """Give the order in which the videos of a line are taken: one of each person, then one of each again."""
    return line.c.nth, line.c.stands, line.c.since, line.c.id


def last_turn() -> ScalarSelect[int]:
    """Ask for the number of the last turn of all, behind which whoever comes now joins the line."""
    return select(func.coalesce(func.max(aliased(Video).queue_rank), 0)).scalar_subquery()


def take_left(session: Session, *, by: str, limit: int) -> list[Video]:
    """Take videos that somebody had begun to send or to store, and whose time has come."""
    left = select(Video).where(RUNNING, FREE, LEFT, col(Video.due_at) <= db.utc_now())
    videos = list(
        session.exec(left.order_by(col(Video.due_at)).limit(limit).with_for_update(skip_locked=True))
    )
    _set(session, [video.id for video in videos], taken_by=by)
    return videos


def take_turns(session: Session, *, limit: int, first_seconds: float) -> list[Video]:
    """Give videos about which the provider shall be asked now, each to one engine alone, and note when to ask again.

    They are not taken: when nobody hears the answer, the next turn asks again.
    """
    has_task = (col(Video.status) == Status.RENDERING, col(Video.provider_task_id).is_not(None))
    due = (
        select(Video)
        .where(RUNNING, FREE, *has_task)
        .where(col(Video.due_at) <= db.utc_now())
        .order_by(col(Video.due_at))
        .limit(limit)
    )
    videos = list(session.exec(due.with_for_update(skip_locked=True)))
    if videos:
        now = db.utc_now()
        again = {video.id: now + _pause(video, now, first_seconds) for video in videos}
        change = update(Video).where(col(Video.id).in_(again))
        session.exec(change.values(due_at=case(again, value=col(Video.id))))
    return videos


def take_finished(session: Session, *, video_id: str, by: str) -> Video | None:
    """Take a video that the provider has finished, to store it; `None` when somebody else was quicker."""
    saving = {"status": Status.SAVING, "saving_at": db.utc_now(), **rows.FRESH, "taken_by": by}
    rendering = (col(Video.status) == Status.RENDERING, col(Video.taken_by) == "")
    return rows.take_video(session, video_id, *rendering, **saving)


def let_go(
    session: Session,
    *,
    video_id: str,
    by: str,
    seconds: float,
    notice: str | None = None,
    claim: str = "",
    **facts: Any,
) -> str | None:
    """Let a video go that shall be looked at again in so many seconds, at once if it was called meanwhile; give its owner.

    The `claim` that was looked at is no call.
    """
    facts |= {} if notice is None else {"notice": notice}
    later = db.utc_now() + timedelta(seconds=seconds)
    is_called = and_(NO_TASK, col(Video.claim).not_in(("", claim)))
    again = {"taken_by": "", "due_at": case((is_called, col(Video.created_at)), else_=later)}
    return rows.update_running(session, video_id, col(Video.taken_by) == by, **again, **facts)


def let_all_go(session: Session, *, by: str, but: Collection[str] = (), is_dead: bool = False) -> int:
    """Let go all that an engine holds but these, and tell how many that were. What an engine died of is tried less often."""
    held = update(Video).where(RUNNING, col(Video.taken_by) == by, col(Video.id).not_in(but))
    held = held.values(taken_by="", due_at=db.utc_now(), tries=col(Video.tries) + int(is_dead))
    return len(session.exec(held.returning(col(Video.id))).all())


def _under_way(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Video).where(RUNNING, BEGUN)).one()


def _pause(video: Video, now: datetime, first_seconds: float) -> timedelta:
    """Give the time until the next question: half of what it has taken so far, from the first pause to one minute; then slower."""
    age = (now - (video.rendering_at or video.created_at)).total_seconds()
    longest = LONG_SECONDS if age > LONG_AGE_SECONDS else LONGEST_SECONDS
    return timedelta(seconds=min(max(age / 2, first_seconds), longest))


def _set(session: Session, ids: Collection[str], **facts: Any) -> None:
    if ids:
        ours: ColumnElement[bool] = col(Video.id).in_(ids)
        session.exec(update(Video).where(ours).values(**facts).execution_options(synchronize_session=False))
