"""The spans that figures are asked for. Days are UTC's; today is part of a span, as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cuttingasmr.errors import Invalid

LENGTHS = {"7d": 7, "30d": 30, "90d": 90, "12m": 365, "all": 0}
"""The spans' names, and their days; 0 is everything."""

USUAL = "30d"
STEPS = {"7d": "day", "30d": "day", "90d": "week", "12m": "month", "all": "month"}
"""What one column of a chart stands for."""


@dataclass(frozen=True)
class Span:
    """So many days up to today, and as many before them."""

    name: str
    first: date
    last: date
    before: date | None
    """The first day of the span before; `None` for everything, which has none before it."""

    def step_of(self, day: date) -> date:
        """Give the first day of the column that a day belongs to."""
        step = STEPS[self.name]
        if step == "week":
            return day - timedelta(days=(day - self.first).days % 7)
        return day.replace(day=1) if step == "month" else day

    @property
    def steps(self) -> list[date]:
        """Give the first day of each column, in order; the very first column may begin earlier than the span."""
        days = ((self.first + timedelta(days=number)) for number in range((self.last - self.first).days + 1))
        return list(dict.fromkeys(map(self.step_of, days)))


def span_of(name: object, *, today: date, opened: date) -> Span:
    """Give the span of this name, or raise `Invalid`. `opened` is the site's first day."""
    length = LENGTHS.get(name) if isinstance(name, str) else None
    if length is None or not isinstance(name, str):
        raise Invalid(f"Choose one of these spans: {', '.join(LENGTHS)}.")
    if not length:
        return Span(name, min(opened, today), today, None)
    first = today - timedelta(days=length - 1)
    return Span(name, first, today, first - timedelta(days=length))
