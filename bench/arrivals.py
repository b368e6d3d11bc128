"""How many webhooks a second are written down and acted on, beside bare transactions of two statements on the same database."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from bench.ground import Row
from cuttingasmr import db
from cuttingasmr.payments import order_token, webhook
from cuttingasmr.payments.checkout import open_order
from cuttingasmr.payments.packages import find_package
from tests.support import creem_says
from tests.support.binding import let_go
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.postgres import Postgres

EVENTS = 400
AT_ONCE = 12
ROUNDS = 9
WANTED = 0.5


def run(cluster: Postgres) -> list[Row]:
    """Measure both, in turn, several times."""
    folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-bench-"))
    os.environ |= {
        "DATABASE_URL": Databases(folder, cluster, name="arrivals").make("postgres"),
        "DATA_DIR": str(folder),
        "CREEM_WEBHOOK_SECRET": creem_says.SECRET,
        "SECRET_KEY": "of-the-bench",
    }
    let_go()
    try:
        bare, acted, ratio = asyncio.run(_measure())
    finally:
        let_go()
        shutil.rmtree(folder, ignore_errors=True)
    figure = f"{ratio:.2f} ({acted:.0f} a second to {bare:.0f})"
    return [
        Row(
            "webhooks acted on, to bare two-statement transactions, PostgreSQL",
            figure,
            f"≥ {WANTED}",
            ratio >= WANTED,
        )
    ]


async def _measure() -> tuple[float, float, float]:
    """Give both rates and their ratio: the medians of rounds that follow one another, so that a busy moment hits both."""
    db.run(_make_bench_table)
    rounds = [await _round() for _ in range(ROUNDS)]
    bare, acted = zip(*rounds, strict=True)
    ratio = statistics.median(one / other for other, one in rounds)
    return statistics.median(bare), statistics.median(acted), ratio


async def _round() -> tuple[float, float]:
    events = [_event() for _ in range(EVENTS)]
    return await _rate(_bare, list(range(EVENTS))), await _rate(_arrive, events)


def _make_bench_table(session: Session) -> None:
    session.connection().execute(text("CREATE TABLE bench (id SERIAL PRIMARY KEY, number INTEGER NOT NULL)"))


async def _rate(act: Callable[[Any], Awaitable[object]], subjects: list[Any]) -> float:
    """Give how many a second there are when `AT_ONCE` are under way at any moment."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(subject: object) -> None:
        async with gate:
            await act(subject)

    began = time.perf_counter()
    await asyncio.gather(*(one(subject) for subject in subjects))
    return len(subjects) / (time.perf_counter() - began)


async def _bare(number: int) -> None:
    await db.transact(_two_statements, number=number)


def _two_statements(session: Session, *, number: int) -> None:
    connection = session.connection()
    made = connection.execute(
        text("INSERT INTO bench (number) VALUES (:number) RETURNING id"), {"number": number}
    )
    connection.execute(text("UPDATE bench SET number = number + 1 WHERE id = :id"), {"id": made.scalar_one()})


def _event() -> bytes:
    """Let somebody have ordered, and give the event that says that they have paid."""
    _, ticket = order_token.issue(user_id=make_user(credits=0), package_id="starter")
    db.run(open_order, ticket=ticket, package=find_package("starter"))
    return creem_says.raw(creem_says.paid(request_id=ticket.order_id))


async def _arrive(body: bytes) -> None:
    await webhook.receive(body, creem_says.signed(body))
