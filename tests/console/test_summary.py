"""The summary against a straight count, after whatever may happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.console import figures, summary
from cuttingasmr.console.spans import LENGTHS
from cuttingasmr.models import CreditEntry, DayFigure, Kind, Order, OrderTaking, Status, User, Video
from cuttingasmr.states.figures import numbers_of
from tests.support.past import Past, at

FIRST, DAYS = at("2026-01-28", "00:00"), 17
NOW = FIRST + timedelta(days=DAYS, hours=7)
CODES = ("PromptRejected", "TooSlow")

moments = st.integers(0, DAYS * 24 * 3600 + 7 * 3600 - 400).map(
    lambda it: FIRST + timedelta(seconds=it, milliseconds=it % 999)
)
happenings = st.lists(
    st.tuples(
        moments,
        st.sampled_from(["join", "make", "make", "make", "fail", "cancel", "run", "buy", "refund", "lose"]),
        st.integers(0, 10_000),
    ),
    min_size=1,
    max_size=40,
)


@given(happenings)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@pytest.mark.usefixtures("database")
def test_whatever_happens_the_figures_are_what_a_straight_count_gives(
    events: list[tuple[datetime, str, int]],
) -> None:
    db.run(_forget)
    past = Past()
    past.join(FIRST)
    filled = FIRST
    for moment, what, luck in sorted(events):
        if moment - filled > timedelta(days=3):  # the chore is done now and then, not always in time
            asyncio.run(summary.fill(now=moment))
            filled = moment
        _let_happen(past, moment, what, luck)
    asyncio.run(summary.fill(now=NOW))
    assert asyncio.run(summary.fill(now=NOW)) == 0

    for name in LENGTHS:
        found = db.look(figures.read, name=name, now=NOW)
        first, last = found.span.first, found.span.last
        assert _told(found.now) == _straight(past, first, last), name
        if found.before is not None and found.span.before:
            before_last = first - timedelta(days=1)
            assert _told(found.before) == _straight(past, found.span.before, before_last), name
        for column in found.columns:
            days = [day for day in _days(first, last) if found.span.step_of(day) == column.day]
            counted = _straight(past, days[0], days[-1])
            assert {key: getattr(column, key) for key in COLUMN} == {key: counted[key] for key in COLUMN}


COLUMN = ("signups", "started", "completed", "failed", "paid", "taken", "cost")


@pytest.mark.usefixtures("database")
def test_counting_a_day_again_changes_nothing() -> None:
    past = Past()
    somebody = past.join(FIRST)
    for number in range(5):
        past.make(somebody, FIRST + timedelta(days=number), wait=40 + number)
    asyncio.run(summary.fill(now=NOW))
    kept = db.look(_everything)

    for day in _days(FIRST.date(), NOW.date() - timedelta(days=1)):
        db.run(summary._count, summary.Day(day))

    assert db.look(_everything) == kept
    assert kept


@pytest.mark.usefixtures("database")
def test_a_day_is_counted_an_hour_after_its_end_and_every_day_once() -> None:
    Past().join(at("2026-03-01", "23:00"))

    assert asyncio.run(summary.fill(now=at("2026-03-02", "00:59"))) == 0
    assert asyncio.run(summary.fill(now=at("2026-03-02", "01:00"))) == 1
    assert asyncio.run(summary.fill(now=at("2026-03-02", "23:59"))) == 0
    assert asyncio.run(summary.fill(now=at("2026-03-05", "01:00"))) == 3


@pytest.mark.usefixtures("database")
def test_a_file_lost_today_changes_the_day_on_which_its_video_had_ended() -> None:
    past = Past()
    video = past.make(past.join(FIRST), FIRST + timedelta(days=3))
    asyncio.run(summary.fill(now=NOW))

    past.lose(video, NOW - timedelta(hours=1))
    asyncio.run(summary.fill(now=NOW))

    numbers = db.look(figures.read, name="30d", now=NOW).now
    assert (numbers.completed, numbers.failed) == (0, 1)


@pytest.mark.usefixtures("database")
def test_days_that_were_counted_by_older_rules_are_counted_again_once() -> None:
    past = Past()
    ada = past.join(FIRST)
    past.buy(ada, FIRST + timedelta(days=1), cents=1500, currency="JPY")
    past.buy(ada, FIRST + timedelta(days=2))
    asyncio.run(summary.fill(now=NOW))
    db.run(_count_as_before)
    assert db.look(figures.read, name="all", now=NOW).now.paid == 990 + 1500

    assert asyncio.run(summary.fill(now=NOW)) == DAYS
    assert asyncio.run(summary.fill(now=NOW)) == 0

    now = db.look(figures.read, name="all", now=NOW).now
    assert (now.paid, now.income, now.other_income) == (990, 990, {"JPY": 1500})
    assert numbers_of(now, None)[0].note == "2 orders, $0.00 refunded; 1,500 JPY besides"


def _count_as_before(session: Session) -> None:
    """Leave the summary as the first rules did, which took yen for cents."""
    kept, run = summary.figures, session.connection().execute
    run(delete(kept).where(kept.c.name == "other_money"))
    run(insert(kept).values(name="paid", day=date(2026, 1, 29), part="starter", number=1500))
    run(update(kept).where(kept.c.name == summary.DONE).values(number=1))


def _let_happen(past: Past, moment: datetime, what: str, luck: int) -> None:
    """Do one thing with somebody, some video or some order that is there already."""
    person = past.people[luck % len(past.people)].id
    finished = [it for it in past.videos if it.status == Status.COMPLETED and _ended(it) < moment]
    acts: dict[str, Callable[[], object]] = {
        "join": lambda: past.join(moment),
        "make": lambda: past.make(person, moment, wait=luck % 300 + luck % 7 / 7),
        "fail": lambda: past.make(person, moment, Status.FAILED, wait=luck % 90, code=CODES[luck % 2]),
        "cancel": lambda: past.make(person, moment, Status.CANCELED, wait=1),
        "run": lambda: past.make(person, moment, Status.RENDERING),
        "buy": lambda: past.buy(
            person, moment, ("starter", "premium")[luck % 2], currency=(None, "USD", "JPY", "EUR")[luck % 4]
        ),
        "refund": lambda: (
            past.orders and past.refund(past.orders[luck % len(past.orders)], moment, luck % 500)
        ),
        "lose": lambda: finished and past.lose(finished[luck % len(finished)], moment),
    }
    acts[what]()


def _told(numbers: figures.Numbers) -> dict[str, Any]:
    return {name: getattr(numbers, name) for name in numbers.__dataclass_fields__}


def _straight(past: Past, first: date, last: date) -> dict[str, Any]:
    """Count every row there is, in Python."""

    def within(moment: datetime | None) -> bool:
        return moment is not None and first <= moment.astimezone(UTC).date() <= last

    ended = [video for video in past.videos if within(video.completed_at)]
    how = [video.status for video in ended]
    joined = {user.id for user in past.people if within(user.created_at)}
    waits = sorted(
        int(_ended(video).timestamp()) - int(video.created_at.timestamp())
        for video in ended
        if video.status == Status.COMPLETED
    )
    bought = {
        entry.reference for entry in past.entries if entry.kind == Kind.PURCHASE and within(entry.created_at)
    }
    paid = [(order.paid_in, order.paid_cents or 0) for order in past.orders if order.id in bought]
    currency = {order.id: order.paid_in for order in past.orders}
    taken = [(currency[it.order_id], it.cents) for it in past.takings if within(it.taken_at)]
    moved = [*paid, *((currency, -cents) for currency, cents in taken)]
    return {
        "signups": len(joined),
        "made_video": len(joined & {video.user_id for video in past.videos}),
        "bought": len(joined & {order.user_id for order in past.orders}),
        "active": len({video.user_id for video in past.videos if within(video.created_at)}),
        "started": sum(within(video.created_at) for video in past.videos),
        "completed": how.count(Status.COMPLETED),
        "failed": how.count(Status.FAILED),
        "canceled": how.count(Status.CANCELED),
        "orders": len(paid),
        "paid": sum(cents for currency, cents in paid if currency == "USD"),
        "taken": sum(cents for currency, cents in taken if currency == "USD"),
        "other_income": {
            one: units
            for one in ("EUR", "JPY")
            if (units := sum(cents for currency, cents in moved if currency == one))
        },
        "cost": how.count(Status.COMPLETED) * 30,
        "credits_returned": sum(
            it.credits for it in past.entries if it.kind == Kind.GIVE_BACK and within(it.created_at)
        ),
        "credits_outstanding": sum(it.credits for it in past.entries if it.created_at.date() <= last),
        "wait_median": _nearest_rank(waits, 50),
        "wait_p90": _nearest_rank(waits, 90),
    }


def _nearest_rank(waits: list[int], percent: int) -> int | None:
    return waits[-(-len(waits) * percent // 100) - 1] if waits else None


def _ended(video: Video) -> datetime:
    return video.completed_at or NOW


def _days(first: date, last: date) -> Iterable[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _everything(session: Session) -> list[Any]:
    kept = summary.figures
    return sorted(tuple(row) for row in session.connection().execute(kept.select()))


def _forget(session: Session) -> None:
    for table in (DayFigure, OrderTaking, CreditEntry, Order, Video, User):
        session.exec(delete(table))
