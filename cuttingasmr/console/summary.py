"""The summary by day: each day is counted once it cannot change any more, and never has to be counted on a page again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Date, delete, func, insert, literal, select
from sqlmodel import Session, col

from cuttingasmr import db
from cuttingasmr.console.counts import COUNTS, Day, utc_day
from cuttingasmr.models import CreditEntry, DayFigure, Kind, User, Video

NAME = "figures"
SETTLES = timedelta(hours=1)
"""So long after its end a day is counted: whatever was begun in it has been committed, or never will be."""

DONE = "counted"
"""The mark of a day that has been counted, as if it were a figure; its number says by which rules."""

RULES = 2
"""One more whenever `counts.py` counts something else, so that days which were counted before are counted again.

1 took money of any currency for the site's own.
"""

figures = db.table_of(DayFigure)


async def fill(*, now: datetime | None = None) -> int:
    """Count every day that is over and was not counted yet, a transaction each, and tell how many. Harmless to repeat.

    Days that were counted and have changed since are counted again: on every call, for as long as what changed them is
    of a day that is not counted itself. So is a day that was counted by older rules, once.
    """
    now, done = now or db.utc_now(), 0
    while await db.transact(count_next, now=now):
        done += 1
    while await db.transact(_count_by_new_rules):
        done += 1
    await db.transact(_count_changed, now=now)
    return done


def count_next(session: Session, *, now: datetime) -> date | None:
    """Count the next day, and again those that it has changed; gives `None` when every day that is over is counted."""
    day = open_from(session, now=now)
    if now < Day(day).ends + SETTLES:
        return None
    for changed in (day, *_changed_by(session, Day(day))):
        _count(session, Day(changed))
    return day


def open_from(session: Session, *, now: datetime) -> date:
    """Give the first day that is not in the summary: after the last one that is, or the day of the first account."""
    last = (
        session.connection().execute(select(func.max(figures.c.day)).where(figures.c.name == DONE)).scalar()
    )
    if last is not None:
        return last + timedelta(days=1)
    first = session.connection().execute(select(func.min(col(User.created_at)))).scalar()
    return (first or now).date()


def _count(session: Session, day: Day) -> None:
    """Write a day's figures anew."""
    run = session.connection().execute
    run(delete(figures).where(figures.c.name.in_((*COUNTS, DONE)), figures.c.day == day.date))
    for name, count in COUNTS.items():
        counted = count(day).subquery()
        part, number = counted.columns
        rows = select(literal(name), literal(day.date, Date()), part, number).where(number != 0)
        run(insert(figures).from_select(["name", "day", "part", "number"], rows))
    run(insert(figures).values(name=DONE, day=day.date, part="", number=RULES))


def _count_by_new_rules(session: Session) -> date | None:
    """Count the latest day again that was counted by older rules; gives `None` when there is none."""
    older = select(func.max(figures.c.day)).where(figures.c.name == DONE, figures.c.number < RULES)
    day = session.connection().execute(older).scalar()
    if day is not None:
        _count(session, Day(day))
    return day


def _count_changed(session: Session, *, now: datetime) -> None:
    """Count the days again that those which are still open have changed."""
    first, today = open_from(session, now=now), now.date()
    still_open = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    changed = {day for one in still_open for day in _changed_by(session, Day(one))}
    for day in sorted(day for day in changed if day < first):
        _count(session, Day(day))


def _changed_by(session: Session, day: Day) -> Iterable[date]:
    """Give the earlier days on which videos had ended that this day gave back: their files were lost."""
    videos, entries = db.table_of(Video), db.table_of(CreditEntry)
    ended = utc_day(videos.c.completed_at)
    late = (
        select(ended)
        .distinct()
        .select_from(entries.join(videos, videos.c.id == entries.c.reference))
        .where(
            day.has(entries.c.created_at),
            entries.c.kind == Kind.GIVE_BACK,
            videos.c.completed_at < day.begins,
        )
    )
    return [date.fromisoformat(text) for text in session.connection().execute(late).scalars()]
