"""The operators' figures over the API: the same that /admin shows. Money in cents, waits in seconds, shares in percent."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query

from cuttingasmr import db
from cuttingasmr.api.operators import Operator
from cuttingasmr.api.shapes import Answer, Shape
from cuttingasmr.console import figures
from cuttingasmr.console.spans import USUAL

router = APIRouter(prefix="/api/admin", tags=["operators"])

SpanName = Literal["7d", "30d", "90d", "12m", "all"]


class NumbersShape(Shape):
    """One span's figures; null where there is nothing to divide by."""

    signups: int
    made_video: int
    """Of those who signed up in the span: who has begun a first video by now."""
    bought: int
    """Of those who signed up in the span: whose first purchase has been credited by now."""
    active: int
    started: int
    completed: int
    failed: int
    canceled: int
    orders: int
    paid: int
    taken: int
    income: int
    other_income: dict[str, int]
    """By currency, in its smallest units: in no other figure."""
    cost: int
    margin: int
    margin_share: float | None
    success: float | None
    credits_returned: int
    credits_outstanding: int
    wait_median: int | None
    wait_p90: int | None

    @classmethod
    def of(cls, numbers: figures.Numbers) -> Self:
        """Show a span's numbers."""
        return cls.model_validate({name: getattr(numbers, name) for name in cls.model_fields})


class ColumnShape(Shape):
    """One day, week or month, by its first day."""

    day: date
    signups: int
    started: int
    completed: int
    failed: int
    paid: int
    taken: int
    cost: int


class PackageShape(Shape):
    """What a package brought."""

    id: str
    orders: int
    paid: int
    taken: int


class CohortShape(Shape):
    """People by the week of their first video, and how many came back in the nth week after it; null: still to end."""

    week: date
    people: int
    returned: dict[int, int | None]


class FiguresAnswer(Answer):
    """The figures of a span and of the one before it."""

    span: str
    first: date
    last: date
    as_of: datetime
    counted_to: date | None
    """The last day that is counted, where the summary is behind."""
    now: NumbersShape
    before: NumbersShape | None
    columns: list[ColumnShape]
    packages: list[PackageShape]
    failures: dict[str, int]
    cohorts: list[CohortShape]

    @classmethod
    def of(cls, found: figures.Figures) -> Self:
        """Show what was found."""
        return cls(
            span=found.span.name,
            first=found.span.first,
            last=found.span.last,
            as_of=found.as_of,
            counted_to=found.counted_to,
            now=NumbersShape.of(found.now),
            before=NumbersShape.of(found.before) if found.before else None,
            columns=[ColumnShape.model_validate(asdict(it)) for it in found.columns],
            packages=[PackageShape.model_validate(asdict(it)) for it in found.packages],
            failures=dict(found.failures),
            cohorts=[CohortShape.model_validate(asdict(it)) for it in found.cohorts],
        )


@router.get("/figures")
async def read_figures(
    operator: Operator,
    span: Annotated[
        SpanName, Query(description="The last 7, 30 or 90 days, 12 months, or everything")
    ] = USUAL,
) -> FiguresAnswer:
    """Tell how the site is doing in a span of days (UTC, today so far included), beside the span before."""
    del operator
    return FiguresAnswer.of(await db.read(figures.read, name=span))
