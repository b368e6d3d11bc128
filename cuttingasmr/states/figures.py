"""The operators' figures as their page shows them: numbers in words, columns of charts, tables. Nobody else gets any."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal, Self

import reflex as rx

from cuttingasmr import db
from cuttingasmr.auth import operators
from cuttingasmr.console import figures as console
from cuttingasmr.console.figures import Cohort, Column, Figures, Numbers
from cuttingasmr.console.spans import STEPS, USUAL
from cuttingasmr.errors import AppError, Invalid, Unavailable
from cuttingasmr.payments.money import money as in_words
from cuttingasmr.payments.packages import all_packages
from cuttingasmr.settings import get_settings
from cuttingasmr.states.asking import asker
from cuttingasmr.states.views import moment

Better = Literal["more", "less", ""]
"""Whether it is good when a figure is more, or less; empty where it is neither."""

NONE = "\N{EN DASH}"
MUCH = 100_000
"""Cents from which an amount is told to the dollar."""

SPANS = (("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"), ("12m", "12 months"), ("all", "All time"))
NAMES = dict(SPANS)


@dataclass(frozen=True)
class Figure:
    """One number, and how it has changed since the span before. `tone` is `good`, `bad` or empty."""

    label: str
    value: str
    note: str
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the way from signing up to buying, and its share of who signed up, in percent."""

    label: str
    people: str
    share: str
    width: str


@dataclass(frozen=True)
class Bar:
    """One column of the charts and one line of the table. Money in dollars for the charts, in words for the table."""

    label: str
    signups: int
    started: int
    completed: int
    failed: int
    income: float
    cost: float
    money: str
    refunds: str
    spent: str

    @classmethod
    def of(cls, column: Column, step: str) -> Self:
        """Show a column."""
        income = column.paid - column.taken
        return cls(
            label=_named(column.day, step),
            signups=column.signups,
            started=column.started,
            completed=column.completed,
            failed=column.failed,
            income=income / 100,
            cost=column.cost / 100,
            money=money(income),
            refunds=money(column.taken),
            spent=money(column.cost),
        )


@dataclass(frozen=True)
class Sold:
    """What one package brought."""

    name: str
    orders: str
    paid: str
    refunds: str
    income: str


@dataclass(frozen=True)
class Reason:
    """Why videos failed, how many, and their share of all that failed."""

    code: str
    videos: str
    share: str


@dataclass(frozen=True)
class Returned:
    """How many of a cohort came back in one week; `heat` is 0 to 100, for its colour."""

    share: str
    people: str
    heat: int = 0


@dataclass(frozen=True)
class Week:
    """The people whose first video was made in one week."""

    week: str
    people: str
    returned: list[Returned] = field(default_factory=list[Returned])

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        """Show a cohort."""
        cells = [_returned(number, cohort.people) for number in cohort.returned.values()]
        return cls(_named(cohort.week, "day"), f"{cohort.people:,}", cells)


class Board(rx.State):
    """The figures of one span."""

    span: rx.Field[str] = rx.field(USUAL)
    span_name: rx.Field[str] = rx.field(NAMES[USUAL])
    numbers: rx.Field[list[Figure]] = rx.field(default_factory=list)
    steps: rx.Field[list[Step]] = rx.field(default_factory=list)
    bars: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    sold: rx.Field[list[Sold]] = rx.field(default_factory=list)
    reasons: rx.Field[list[Reason]] = rx.field(default_factory=list)
    weeks: rx.Field[list[Week]] = rx.field(default_factory=list)
    step: rx.Field[str] = rx.field("day")
    is_new: rx.Field[bool] = rx.field(default=False)
    """Whether nothing has happened in the span."""
    as_of: rx.Field[str] = rx.field("")
    behind: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def arrive(self) -> None:
        """Show an operator the figures."""
        await self._show(self.span)

    @rx.event
    async def choose(self, span: str) -> None:
        """Show another span."""
        await self._show(span)

    async def _show(self, span: object) -> None:
        self.error = ""
        try:
            operators.require_operator(await asker(self))
            self._fill(await db.read(console.read, name=span))
        except (Unavailable, Invalid) as error:
            self.error = error.message
        except AppError as error:  # no operator, or none any more: nothing stays on the page
            self.reset()
            self.error = error.message

    def _fill(self, found: Figures) -> None:
        self.span, self.span_name = found.span.name, NAMES[found.span.name]
        self.step = STEPS[found.span.name]
        self.numbers = numbers_of(found.now, found.before)
        self.steps = _steps(found.now)
        self.bars = [asdict(Bar.of(column, self.step)) for column in found.columns]
        self.sold = _sold(found)
        self.reasons = _reasons(found)
        self.weeks = [Week.of(cohort) for cohort in found.cohorts]
        self.is_new = not (found.now.signups or found.now.started or found.now.orders)
        self.as_of = moment(found.as_of)
        self.behind = f"{found.counted_to:%-d %B %Y}" if found.counted_to else ""


def numbers_of(now: Numbers, before: Numbers | None) -> list[Figure]:
    """Say the figures of a span, each beside its change since the span before."""
    then = before or Numbers()
    compared = before is not None

    def figure(label: str, name: str, say: Any, note: str, better: Better = "more") -> Figure:  # noqa: ANN401 - each says another kind
        value, old = getattr(now, name), getattr(then, name)
        change, tone = _change(value, old, better, in_points=say is percent) if compared else ("", "")
        return Figure(label, NONE if value is None else say(value), note, change, tone)

    price = money(get_settings().veo3_video_cents)
    return [
        figure(
            "Income",
            "income",
            money,
            _sold_for(now),
        ),
        figure("Cost of videos", "cost", money, f"{now.completed:,} at {price} each", ""),
        figure("Margin", "margin", money, _of_income(now)),
        figure("Sign-ups", "signups", whole, "new accounts"),
        figure("Active people", "active", whole, "began at least one video"),
        figure("Videos begun", "started", whole, f"{now.completed:,} finished, {now.canceled:,} canceled"),
        figure("Success", "success", percent, f"{now.failed:,} failed"),
        figure("Waiting, median", "wait_median", waited, "from taken to ready", "less"),
        figure("Waiting, 9 in 10", "wait_p90", waited, "took no longer", "less"),
        figure("Credits returned", "credits_returned", whole, "for videos that did not come", ""),
        figure("Credits outstanding", "credits_outstanding", whole, _owed(now), ""),
        figure("Buyers of sign-ups", "bought_share", percent, f"{now.bought:,} of {now.signups:,} so far"),
    ]


def _sold_for(now: Numbers) -> str:
    """Say what the income is of; what came in other currencies stands beside it."""
    said = f"{now.orders:,} {'order' if now.orders == 1 else 'orders'}, {money(now.taken)} refunded"
    others = " and ".join(in_words(units, currency) for currency, units in now.other_income.items())
    return f"{said}; {others} besides" if others else said


def _of_income(now: Numbers) -> str:
    return "no income yet" if now.margin_share is None else f"{percent(now.margin_share)} of income"


def _owed(now: Numbers) -> str:
    """Say what it would cost to make all the videos that are paid for, or given, and not made."""
    videos = max(0, now.credits_outstanding) // get_settings().video_cost
    return f"{videos:,} videos, {money(console.cost_of(videos))} to make"


def _change(value: float | None, old: float | None, better: Better, *, in_points: bool) -> tuple[str, str]:
    """Say how a figure has changed, and whether that is good."""
    if value is None or old is None or (old <= 0 and not in_points):
        return ("new" if value and not old else ""), ""
    moved = value - old if in_points else 100 * (value - old) / old
    said = f"{moved:+.1f} points" if in_points else f"{moved:+,.0f}%"
    if said in {"+0.0 points", "-0.0 points", "+0%", "-0%"}:
        return "no change", ""
    if not better:
        return said, ""
    return said, "good" if (moved > 0) == (better == "more") else "bad"


def _steps(now: Numbers) -> list[Step]:
    ways = (
        ("Signed up", now.signups, 100.0 if now.signups else None),
        ("Made a first video", now.made_video, now.video_share),
        ("Bought", now.bought, now.bought_share),
    )
    return [
        Step(label, f"{people:,}", NONE if part is None else percent(part), f"{part or 0}%")
        for label, people, part in ways
    ]


def _sold(found: Figures) -> list[Sold]:
    names = {package.id: package.name for package in all_packages()}
    return [
        Sold(
            name=names.get(package.id, package.id),
            orders=f"{package.orders:,}",
            paid=money(package.paid),
            refunds=money(package.taken),
            income=money(package.paid - package.taken),
        )
        for package in found.packages
    ]


def _reasons(found: Figures) -> list[Reason]:
    return [
        Reason(code or "Unknown", f"{videos:,}", percent(100 * videos / found.now.failed))
        for code, videos in found.failures[:8]
    ]


def _returned(number: int | None, people: int) -> Returned:
    if number is None:
        return Returned("", "")
    part = 100 * number / people if people else 0
    return Returned(f"{part:.0f}%", f"{number:,} people", round(part))


def money(cents: float) -> str:
    """Say an amount: to the cent below a thousand dollars, else to the dollar."""
    if abs(cents) < MUCH:
        return in_words(round(cents))
    return in_words(100 * round(cents / 100), is_short=True)


def whole(number: int) -> str:
    """Say a count."""
    return f"{number:,}"


def percent(part: float) -> str:
    """Say a share."""
    return f"{part:.1f}%"


def waited(seconds: int) -> str:
    """Say a wait."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{seconds} s"


def _named(day: date, step: str) -> str:
    return f"{day:%b %Y}" if step == "month" else f"{day:%-d %b}"
