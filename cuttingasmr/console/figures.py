"""The operators' figures for a span and the span before it: added up by the database, from the summary and today's rows.

Each figure says what it counts where it is declared; what a day counts is in `counts.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlmodel import Session, col

from cuttingasmr import db
from cuttingasmr.console import summary
from cuttingasmr.console.counts import COUNTS, Count, Day
from cuttingasmr.console.spans import Span, span_of
from cuttingasmr.models import Kind, Status, User
from cuttingasmr.settings import get_settings

LIVE_DAYS = 3
"""So many days are counted on the spot: today, and the last one until it has settled. Older ones wait for the summary."""

OTHER = "other_money"
COHORTS = 12
RETURNS = (1, 2, 4, 8)
"""The weeks after the first one in which it is counted who comes back."""

USUALLY, NEARLY_ALL = 0.5, 0.9
PAID_SHARE = 100
"""Shares are in percent."""


@dataclass(frozen=True)
class Numbers:
    """One span's figures. Money in cents, waits in seconds, shares in percent; `None` where there is nothing to divide."""

    signups: int = 0
    made_video: int = 0
    """Of those who signed up in the span: who has begun a first video by now."""
    bought: int = 0
    """Of those who signed up in the span: whose first purchase has been credited by now."""
    active: int = 0
    """People who began at least one video in the span."""
    started: int = 0
    completed: int = 0
    failed: int = 0
    canceled: int = 0
    orders: int = 0
    paid: int = 0
    taken: int = 0
    other_income: Mapping[str, int] = field(default_factory=dict[str, int])
    """What was paid in other currencies less what was taken back, by currency, in its smallest units; in no other figure."""
    cost: int = 0
    """What the completed videos cost at the provider, at the price set now; upgrades to 1080p are not in it."""
    credits_returned: int = 0
    credits_outstanding: int = 0
    """What all balances held at the span's end: videos that we owe."""
    wait_median: int | None = None
    wait_p90: int | None = None
    """Nine in ten completed videos took no longer from taken to ready."""

    @property
    def income(self) -> int:
        """What was paid, less what was taken back in the same span."""
        return self.paid - self.taken

    @property
    def margin(self) -> int:
        """Income less the videos' cost; the payment provider's fees and taxes are not in it."""
        return self.income - self.cost

    @property
    def margin_share(self) -> float | None:
        """Margin of income."""
        return share(self.margin, self.income)

    @property
    def success(self) -> float | None:
        """Completed videos of those that completed or failed; canceled ones do not count."""
        return share(self.completed, self.completed + self.failed)

    @property
    def video_share(self) -> float | None:
        """Who made a video, of who signed up."""
        return share(self.made_video, self.signups)

    @property
    def bought_share(self) -> float | None:
        """Who bought, of who signed up."""
        return share(self.bought, self.signups)


@dataclass(frozen=True)
class Column:
    """One column of the charts: a day, a week or a month, by its first day."""

    day: date
    signups: int = 0
    started: int = 0
    completed: int = 0
    failed: int = 0
    paid: int = 0
    taken: int = 0
    cost: int = 0


@dataclass(frozen=True)
class Package:
    """What a package brought."""

    id: str
    orders: int = 0
    paid: int = 0
    taken: int = 0


@dataclass(frozen=True)
class Cohort:
    """People whose first video fell into one week, and how many came back in later ones; `None` for weeks still to end."""

    week: date
    people: int
    returned: Mapping[int, int | None] = field(default_factory=dict[int, int | None])


@dataclass(frozen=True)
class Figures:
    """Everything the page shows."""

    span: Span
    as_of: datetime
    counted_to: date | None
    """The last day that is counted where the summary is behind; `None` where everything is there."""
    now: Numbers
    before: Numbers | None
    columns: list[Column]
    packages: list[Package]
    failures: list[tuple[str, int]]
    cohorts: list[Cohort]


def share(part: float, whole: float) -> float | None:
    """Give a share in percent, to a tenth."""
    return round(100 * part / whole, 1) if whole > 0 else None


def read(session: Session, *, name: object, now: datetime | None = None) -> Figures:
    """Read the figures of a span, or raise `Invalid` for one that there is not."""
    now = now or db.utc_now()
    return _Reader(session, name, now).read()


class _Reader:
    """One reading: the span, and which days come from where."""

    def __init__(self, session: Session, name: object, now: datetime) -> None:
        self._line, self._now = session.connection(), now
        opened = self._line.execute(select(func.min(col(User.created_at)))).scalar() or now
        self._span = span_of(name, today=now.date(), opened=opened.date())
        self._open = summary.open_from(session, now=now)
        behind = (now.date() - self._open).days >= LIVE_DAYS
        self._behind = self._open - timedelta(days=1) if behind else None

    def read(self) -> Figures:
        """Ask everything."""
        sums = self._sums()
        span = self._span
        return Figures(
            span=span,
            as_of=self._now,
            counted_to=self._behind,
            now=self._numbers(sums, span.first, span.last),
            before=self._numbers(sums, span.before, span.first - timedelta(days=1)) if span.before else None,
            columns=self._columns(sums),
            packages=_packages(sums, span.first),
            failures=self._failures(),
            cohorts=self._cohorts(),
        )

    def _rows(self, *names: str) -> Subquery:
        """Give the days of these figures: those that are over from the summary, the open ones counted now."""
        kept = summary.figures
        parts: list[Count] = [
            select(kept.c.name, kept.c.day, kept.c.part, kept.c.number).where(
                kept.c.name.in_(names), kept.c.day < self._open
            )
        ]
        for day in self._live_days():
            for name in names:
                part, number = COUNTS[name](Day(day)).subquery().columns
                parts.append(select(literal(name), literal(day, Date()), part, number))
        return union_all(*parts).subquery()

    def _live_days(self) -> list[date]:
        if self._behind:
            return []
        return [
            self._open + timedelta(days=number) for number in range((self._now.date() - self._open).days + 1)
        ]

    def _sums(self) -> _Sums:
        """Add up what can be added up plainly: by column of the charts, with the span before as one column of its own."""
        rows = self._rows("signups", "started", "ended", "orders", "paid", "taken", OTHER)
        first = self._span.before or self._span.first
        found = self._line.execute(
            select(rows.c.name, rows.c.part, rows.c.day, func.sum(rows.c.number))
            .where(rows.c.day >= first)
            .group_by(rows.c.name, rows.c.part, rows.c.day)
        )
        return [(name, part, day, int(number)) for name, part, day, number in found]

    def _numbers(self, sums: _Sums, first: date, last: date) -> Numbers:
        total: defaultdict[str, int] = defaultdict(int)
        other: defaultdict[str, int] = defaultdict(int)
        for name, part, day, number in sums:
            if first <= day <= last:
                total[name] += number
                total[f"{name} {part}"] += number
                if name == OTHER:
                    other[part] += number
        median, nine_in_ten = self._waits(first, last)
        completed = total[f"ended {Status.COMPLETED}"]
        return Numbers(
            signups=total["signups"],
            made_video=self._of_sign_ups("first_video", first, last),
            bought=self._of_sign_ups("first_purchase", first, last),
            active=self._active(first, last),
            started=total["started"],
            completed=completed,
            failed=total[f"ended {Status.FAILED}"],
            canceled=total[f"ended {Status.CANCELED}"],
            orders=total["orders"],
            paid=total["paid"],
            taken=total["taken"],
            other_income={currency: units for currency, units in sorted(other.items()) if units},
            cost=cost_of(completed),
            credits_returned=self._returned(first, last),
            credits_outstanding=self._outstanding(last),
            wait_median=median,
            wait_p90=nine_in_ten,
        )

    def _columns(self, sums: _Sums) -> list[Column]:
        span = self._span
        total: defaultdict[tuple[date, str], int] = defaultdict(int)
        for name, part, day, number in sums:
            if day >= span.first:
                total[span.step_of(day), part if name == "ended" else name] += number
        return [
            Column(
                day=day,
                cost=cost_of(total[day, "completed"]),
                **{
                    name: total[day, name]
                    for name in ("signups", "started", "completed", "failed", "paid", "taken")
                },
            )
            for day in span.steps
        ]

    def _of_sign_ups(self, name: str, first: date, last: date) -> int:
        """Count the people of a first event who had signed up in these days, whenever the event was."""
        rows = self._rows(name)
        joined = rows.c.part.between(first.isoformat(), last.isoformat())
        return self._sum(select(func.sum(rows.c.number)).where(rows.c.day >= first, joined))

    def _active(self, first: date, last: date) -> int:
        """Count everybody once: on the first of these days on which they began a video."""
        rows = self._rows("active")
        return self._sum(
            select(func.sum(rows.c.number)).where(
                rows.c.day.between(first, last), rows.c.part < first.isoformat()
            )
        )

    def _outstanding(self, last: date) -> int:
        rows = self._rows("credits")
        return self._sum(select(func.sum(rows.c.number)).where(rows.c.day <= last))

    def _returned(self, first: date, last: date) -> int:
        rows = self._rows("credits")
        returned = rows.c.day.between(first, last) & (rows.c.part == Kind.GIVE_BACK)
        return self._sum(select(func.sum(rows.c.number)).where(returned))

    def _failures(self) -> list[tuple[str, int]]:
        """Give the reasons of the span's failures, the most frequent first."""
        rows = self._rows("failed")
        found = self._line.execute(
            select(rows.c.part, func.sum(rows.c.number))
            .where(rows.c.day >= self._span.first)
            .group_by(rows.c.part)
        )
        return sorted(((code, int(videos)) for code, videos in found), key=lambda item: (-item[1], item[0]))

    def _sum(self, asked: Count) -> int:
        return int(self._line.execute(asked).scalar() or 0)

    def _waits(self, first: date, last: date) -> tuple[int | None, int | None]:
        """Give the median and nine-in-ten wait: the shortest that so large a share of the videos did not exceed."""
        rows = self._rows("wait")
        seconds = cast(rows.c.part, Integer)
        counted = (
            select(seconds.label("seconds"), func.sum(rows.c.number).label("videos"))
            .where(rows.c.day.between(first, last))
            .group_by(seconds)
            .subquery()
        )
        so_far = func.sum(counted.c.videos).over(order_by=counted.c.seconds)
        ranked = select(
            counted.c.seconds, so_far.label("so_far"), func.sum(counted.c.videos).over().label("all")
        )
        within = ranked.subquery()
        found = self._line.execute(
            select(*(_shortest(within, wanted) for wanted in (USUALLY, NEARLY_ALL)))
        ).one()
        return found[0], found[1]

    def _cohorts(self) -> list[Cohort]:
        """Read the last cohorts that have had a week to come back, newest first. Only whole weeks are counted."""
        kept = summary.figures
        ends = self._line.execute(select(func.max(kept.c.day)).where(kept.c.name == summary.DONE)).scalar()
        if ends is None:
            return []
        last = ends - timedelta(days=(ends.weekday() + 1) % 7 + 6)  # the Monday of the last whole week
        mondays = [last - timedelta(weeks=number) for number in range(COHORTS)]
        found = self._line.execute(
            select(kept.c.part, kept.c.day, kept.c.number).where(
                kept.c.name == "cohort", kept.c.part >= mondays[-1].isoformat(), kept.c.day >= mondays[-1]
            )
        )
        people = {(date.fromisoformat(part), day - timedelta(days=6)): number for part, day, number in found}
        return [
            Cohort(
                monday,
                people[monday, monday],
                {
                    weeks: people.get((monday, monday + timedelta(weeks=weeks)), 0)
                    if monday + timedelta(weeks=weeks) <= last
                    else None
                    for weeks in RETURNS
                },
            )
            for monday in mondays
            if (monday, monday) in people
        ]


_Sums = list[tuple[str, str, date, int]]


def cost_of(videos: int) -> int:
    """Give what so many videos cost us, in cents."""
    return round(videos * get_settings().veo3_video_cents)


def _shortest(within: Subquery, wanted: float) -> ColumnElement[int | None]:
    """Give the shortest wait that covers a share, of waits with the number of videos that took no longer."""
    covered = within.c.so_far * 100 >= within.c.all * round(wanted * 100)
    return func.min(case((and_(covered), within.c.seconds)))


def _packages(sums: _Sums, first: date) -> list[Package]:
    total: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, part, day, number in sums:
        if name in {"orders", "paid", "taken"} and day >= first:
            total[part][name] += number
    found = [Package(part, **numbers) for part, numbers in total.items()]
    return sorted(found, key=lambda package: package.paid, reverse=True)
