"""What each figure counts on one day, straight from the rows. A day is from midnight to midnight, UTC.

Every count is of an event on its own day and can be added up over days: what happens later counts later. One exception: a video
whose file is found lost turns from completed into failed on the day it had ended; `summary.py` counts that day again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from cuttingasmr import db
from cuttingasmr.models import CreditEntry, Kind, Order, OrderTaking, Status, User, Video
from cuttingasmr.payments.packages import CURRENCY

SUNDAY = 6

users, videos, orders = db.table_of(User), db.table_of(Video), db.table_of(Order)
entries, takings = db.table_of(CreditEntry), db.table_of(OrderTaking)
before = videos.alias("before")

UNITS_PAID: ColumnElement[int] = func.coalesce(orders.c.paid_cents, orders.c.price_cents)
CURRENCY_PAID: ColumnElement[str] = func.coalesce(orders.c.paid_currency, orders.c.currency)
"""How much was paid for an order, in the smallest units of which currency."""

Count = Select[*tuple[Any, ...]]
"""Gives pairs: a part, and its number."""


class utc_day(FunctionElement[str]):  # noqa: N801 - as SQL functions are written
    """A moment's day, `2026-11-25`."""

    type, inherit_cache = String(), True


class utc_week(FunctionElement[str]):  # noqa: N801
    """The Monday of a moment's week."""

    type, inherit_cache = String(), True


class unix_seconds(FunctionElement[int]):  # noqa: N801
    """A moment's whole seconds since 1970."""

    inherit_cache = True


_SAYINGS: dict[type[FunctionElement[Any]], tuple[str, str]] = {
    utc_day: ("to_char(timezone('UTC', {0}), 'YYYY-MM-DD')", "strftime('%Y-%m-%d', {0})"),
    utc_week: (
        "to_char(date_trunc('week', timezone('UTC', {0})), 'YYYY-MM-DD')",
        "strftime('%Y-%m-%d', {0}, 'weekday 0', '-6 days')",
    ),
    unix_seconds: (
        "CAST(floor(extract(epoch FROM {0})) AS BIGINT)",
        "CAST(strftime('%s', {0}) AS INTEGER)",
    ),
}


def _say(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy hands it
    in_postgres, in_sqlite = _SAYINGS[type(element)]
    saying = in_sqlite if compiler.dialect.name == "sqlite" else in_postgres
    return saying.replace("%", _percent(compiler)).format(compiler.process(element.clauses, **options))


def _percent(compiler: Any) -> str:  # noqa: ANN401 - as SQLAlchemy hands it
    """Write a percent sign as the driver wants it."""
    return "%%" if compiler.preparer._double_percents else "%"  # noqa: SLF001


for _element in _SAYINGS:
    compiles(_element)(_say)


@dataclass(frozen=True)
class Day:
    """One day, and its ends."""

    date: date

    @property
    def begins(self) -> datetime:
        """Its midnight."""
        return datetime.combine(self.date, time(), UTC)

    @property
    def ends(self) -> datetime:
        """The next one."""
        return self.begins + timedelta(days=1)

    def has(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a moment is in it."""
        return (column >= self.begins) & (column < self.ends)


WHOLE = literal("", String())


def _signups(day: Day) -> Count:
    """Accounts opened. No parts."""
    return select(WHOLE, func.count()).select_from(users).where(day.has(users.c.created_at))


def _started(day: Day) -> Count:
    """Videos charged and begun, whatever became of them. No parts."""
    return select(WHOLE, func.count()).select_from(videos).where(day.has(videos.c.created_at))


def _ended(day: Day) -> Count:
    """Videos that ended, by how: completed, failed, canceled."""
    ended = select(videos.c.status, func.count()).where(day.has(videos.c.completed_at), _is_over())
    return ended.group_by(videos.c.status)


def _failed(day: Day) -> Count:
    """Videos that failed, by the reason's code."""
    failed = select(videos.c.error_code, func.count()).where(day.has(videos.c.completed_at))
    return failed.where(videos.c.status == Status.FAILED).group_by(videos.c.error_code)


def _is_over() -> ColumnElement[bool]:
    return videos.c.status.in_((Status.COMPLETED, Status.FAILED, Status.CANCELED))


def _wait(day: Day) -> Count:
    """Videos completed, by the whole seconds from taken to ready (the clock's seconds)."""
    seconds = unix_seconds(videos.c.completed_at) - unix_seconds(videos.c.created_at)
    told = cast(seconds, String())
    ready = select(told, func.count()).where(day.has(videos.c.completed_at))
    return ready.where(videos.c.status == Status.COMPLETED).group_by(told)


def _active(day: Day) -> Count:
    """People who began a video, by the day they had last done so before; the empty part is for the first time.

    Whoever is counted in a span with an earlier day before it was not counted in it yet: so people can be added up.
    """
    people = select(videos.c.user_id).where(day.has(videos.c.created_at)).distinct().subquery()
    last = select(func.max(before.c.created_at)).where(
        before.c.user_id == people.c.user_id, before.c.created_at < day.begins
    )
    each = (
        select(func.coalesce(utc_day(last.scalar_subquery()), "").label("last"))
        .select_from(people)
        .subquery()
    )
    return select(each.c.last, func.count()).group_by(each.c.last)


def _first_video(day: Day) -> Count:
    """People whose first video began, by the day they had signed up."""
    people = select(videos.c.user_id).where(day.has(videos.c.created_at)).distinct().subquery()
    had = exists().where(before.c.user_id == people.c.user_id, before.c.created_at < day.begins)
    return _by_sign_up(people, ~had)


def _first_purchase(day: Day) -> Count:
    """People whose first purchase was credited, by the day they had signed up."""
    is_purchase, earlier = entries.c.kind == Kind.PURCHASE, entries.alias("earlier")
    people = select(entries.c.user_id).where(day.has(entries.c.created_at), is_purchase).distinct().subquery()
    had = exists().where(
        earlier.c.user_id == people.c.user_id,
        earlier.c.kind == Kind.PURCHASE,
        earlier.c.created_at < day.begins,
    )
    return _by_sign_up(people, ~had)


def _by_sign_up(people: Any, condition: ColumnElement[bool]) -> Count:  # noqa: ANN401 - a subquery of user ids
    joined = utc_day(users.c.created_at)
    counted = select(joined, func.count()).select_from(people.join(users, users.c.id == people.c.user_id))
    return counted.where(condition).group_by(joined)


def _credits(day: Day) -> Count:
    """Credits that balances gained or lost, by the ledger's kind."""
    changed = select(entries.c.kind, func.sum(entries.c.credits)).where(day.has(entries.c.created_at))
    return changed.group_by(entries.c.kind)


def _orders(day: Day) -> Count:
    """Orders credited, by package."""
    return _purchases(day, func.count())


def _paid(day: Day) -> Count:
    """Cents paid for orders, on the day they were credited, by package. What waits for an operator is not income yet.

    What was paid in another currency is in no sum: nobody has said what it is worth. It is told apart, by `_other_money`.
    """
    return _purchases(day, func.sum(case((CURRENCY_PAID == CURRENCY, UNITS_PAID), else_=0)))


def _purchases(day: Day, number: ColumnElement[int]) -> Count:
    bought = entries.join(orders, orders.c.id == entries.c.reference)
    counted = select(orders.c.package_id, number).select_from(bought)
    return counted.where(day.has(entries.c.created_at), entries.c.kind == Kind.PURCHASE).group_by(
        orders.c.package_id
    )


def _taken(day: Day) -> Count:
    """Cents that refunds and disputes took back, on the day they came, by package."""
    of_orders = takings.join(orders, orders.c.id == takings.c.order_id)
    taken = select(orders.c.package_id, func.sum(takings.c.cents)).select_from(of_orders)
    is_ours = CURRENCY_PAID == CURRENCY
    return taken.where(day.has(takings.c.taken_at), is_ours).group_by(orders.c.package_id)


def _other_money(day: Day) -> Count:
    """Money paid in other currencies, less what was taken back, in the smallest units of each, by currency."""
    is_other = CURRENCY_PAID != CURRENCY
    bought = entries.join(orders, orders.c.id == entries.c.reference)
    paid = select(CURRENCY_PAID.label("currency"), UNITS_PAID.label("units")).select_from(bought)
    taken = select(CURRENCY_PAID, -takings.c.cents).select_from(
        takings.join(orders, orders.c.id == takings.c.order_id)
    )
    moved = union_all(
        paid.where(day.has(entries.c.created_at), entries.c.kind == Kind.PURCHASE, is_other),
        taken.where(day.has(takings.c.taken_at), is_other),
    ).subquery()
    return select(moved.c.currency, func.sum(moved.c.units)).group_by(moved.c.currency)


def _cohort(day: Day) -> Count:
    """On a Sunday, people who began a video in the week that ends, by the week (its Monday) of their first one."""
    week_begins = day.begins - timedelta(days=SUNDAY)
    in_week = (videos.c.created_at >= week_begins) & (videos.c.created_at < day.ends)
    people = select(videos.c.user_id).where(in_week).distinct()
    if day.date.weekday() != SUNDAY:
        people = people.where(literal(value=False))
    came = people.subquery()
    first = select(func.min(before.c.created_at)).where(before.c.user_id == came.c.user_id)
    each = select(utc_week(first.scalar_subquery()).label("first")).select_from(came).subquery()
    return select(each.c.first, func.count()).group_by(each.c.first)


COUNTS: Mapping[str, Callable[[Day], Count]] = {
    "signups": _signups,
    "started": _started,
    "ended": _ended,
    "failed": _failed,
    "wait": _wait,
    "active": _active,
    "first_video": _first_video,
    "first_purchase": _first_purchase,
    "credits": _credits,
    "orders": _orders,
    "paid": _paid,
    "taken": _taken,
    "other_money": _other_money,
    "cohort": _cohort,
}
"""Every figure that is kept by day."""
