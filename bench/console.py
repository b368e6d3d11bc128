"""How long the server takes for the operators' views of a site with 100,000 people and 1,000,000 videos.

What is timed is what a page asks: one unit of work through `db.look`, the summary filled before by its chore. Another view of
the console is one more line in `VIEWS`.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlmodel import Session

from bench.ground import Row
from bench.million import million
from cuttingasmr import db
from cuttingasmr.console import figures, summary
from cuttingasmr.console.spans import LENGTHS
from tests.support.binding import let_go
from tests.support.postgres import Postgres

TIMES = 9
WANTED_MS = 300
SIZE = float(os.environ.get("BENCH_SIZE") or 1)
"""1 is a million videos."""

View = Callable[[Session], object]


def _of_span(name: str) -> View:
    return lambda session: figures.read(session, name=name)


VIEWS: Mapping[str, View] = {f"figures, {name}": _of_span(name) for name in LENGTHS}
"""Every view, by its name in the table."""


def run(_cluster: Postgres) -> list[Row]:
    """Measure on both databases."""
    return [row for kind in ("sqlite", "postgres") for row in _on(kind)]


def _on(kind: str) -> list[Row]:
    with million(kind, size=SIZE) as address, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": address, "DATA_DIR": str(Path(folder)), "SECRET_KEY": "of-the-bench"}
        let_go()
        try:
            began = time.perf_counter()
            days = asyncio.run(summary.fill())
            taken = time.perf_counter() - began
            filled = Row(f"console, {kind}: the summary of {days} days, once", f"{taken:.0f} s", "")
            return [filled, *(_row(kind, what, view) for what, view in VIEWS.items())]
        finally:
            let_go()


def _row(kind: str, what: str, view: View) -> Row:
    taken = [_seconds(view) * 1000 for _ in range(TIMES)]
    median = statistics.median(taken)
    figure = f"median {median:.0f} ms, worst {max(taken):.0f} ms"
    return Row(f"console, {kind}: {what}", figure, f"≤ {WANTED_MS} ms", median <= WANTED_MS)


def _seconds(view: View) -> float:
    began = time.perf_counter()
    db.look(view)
    return time.perf_counter() - began
