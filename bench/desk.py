"""How long the server takes for the operators' console over 100,000 people and 1,000,000 videos: every view, as a page asks for it.

Whatever is timed is the unit of work of a view, through `db.look`, with its rows made into what is shown.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlmodel import Session, col, select

from bench.ground import Row
from bench.million import million
from cuttingasmr import db
from cuttingasmr.console.screens import VIEWS, machinery
from cuttingasmr.console.screens.views import Query, Screen
from cuttingasmr.models import AuditEntry, ModerationDecision, Order, Status, User, Video, WebhookEvent
from tests.support.binding import let_go
from tests.support.postgres import Postgres

TIMES = 5
WANTED_MS = 300
KINDS = ("sqlite", "postgres")
DEEP = 40
"""Pages that are turned before the one that is timed."""


def run(cluster: Postgres) -> list[Row]:
    """Measure on both databases."""
    del cluster  # a million rows have one of their own
    return [row for kind in KINDS for row in _on(kind, million(kind))]


def _on(kind: str, filled: AbstractContextManager[str]) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="cuttingasmr-bench-") as folder, filled as address:
        os.environ |= {"DATABASE_URL": address, "DATA_DIR": folder, "SECRET_KEY": "of-the-bench"}
        let_go()
        try:
            return [_row(kind, what, ask) for what, ask in _questions().items()]
        finally:
            let_go()


def _row(kind: str, what: str, ask: Callable[[], object]) -> Row:
    taken = [_seconds(ask) * 1000 for _ in range(TIMES)]
    median, worst = statistics.median(taken), max(taken)
    figure = f"median {median:.0f} ms, worst {worst:.0f} ms"
    return Row(f"console, {kind}: {what}", figure, f"≤ {WANTED_MS} ms", median <= WANTED_MS)


def _seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _questions() -> dict[str, Callable[[], object]]:
    busiest, someone = db.look(_busiest), db.look(_first, User)
    order, event = db.look(_first, Order), db.look(_first, WebhookEvent)
    return {
        "overview": _view("overview"),
        "health": lambda: db.look(machinery.show_health, {}),
        "users": _view("users"),
        "users, page 41": _deep("users"),
        "users by an address's beginning": _view("users", someone.email[:4] + "@"),
        "users by a whole address": _view("users", someone.email),
        "users by a common name": _view("users", someone.name.split()[0] if someone.name else "a"),
        "users by a name that nobody has": _view("users", "zwetschgenknödel"),
        "users that are banned": _view("users", show="banned"),
        "one user, who has made the most": _view("users", id=busiest),
        "orders that wait": _view("orders"),
        "orders, all": _view("orders", show="all"),
        "orders, all, page 41": _deep("orders", show="all"),
        "orders that were refunded": _view("orders", show="refunded"),
        "orders of a payer": _view("orders", order.payer_email or someone.email),
        "orders by Creem's id": _view("orders", order.provider_order_id or "ord_none"),
        "orders by an id of Creem's that is none": _view("orders", "ord_none"),
        "one order": _view("orders", id=order.id),
        "videos that are stuck": _view("videos"),
        "videos on their way": _view("videos", show="running"),
        "videos that failed": _view("videos", show="failed"),
        "videos that failed, page 41": _deep("videos", show="failed"),
        "videos that were canceled": _view("videos", show="canceled"),
        "videos that were completed": _view("videos", show="completed"),
        "videos that were completed, page 41": _deep("videos", show="completed"),
        "videos of who has made the most": _view("videos", busiest),
        "failed videos of who has made the most": _view("videos", busiest, show="failed"),
        "one video": _view("videos", id=db.look(_failed)),
        "keys": _view("keys"),
        "inbox": _view("inbox"),
        "inbox, page 41": _deep("inbox"),
        "inbox, what nobody could read": _view("inbox", outcome="unreadable"),
        "inbox, what was ignored": _view("inbox", outcome="ignored"),
        "inbox, of Clerk": _view("inbox", provider="clerk"),
        "inbox, a kind that there is not": _view("inbox", "no.such"),
        "one event": _view("inbox", id=event.event_id, provider=event.provider),
        "audit log, by hand": _view("audit"),
        "audit log, everything": _view("audit", show="everything"),
        "audit log, everything, page 41": _deep("audit", show="everything"),
        "audit log, an action that there is not": _view("audit", "no.such", show="everything"),
        "audit log, about one user": _view("audit", busiest, show="everything"),
        "audit log, by an action by hand": _view("audit", "user.banned"),
        "moderation, refused": _view("moderation"),
        "moderation, allowed, page 41": _deep("moderation", show="allow"),
        "moderation, of who has made the most": _view("moderation", busiest),
        "moderation, allowed, of who has made the most": _view("moderation", busiest, show="allow"),
    }


def _view(name: str, words: str = "", **said: str) -> Callable[[], Screen]:
    query = Query.read({"q": words, **said})
    return lambda: db.look(VIEWS[name], query)


def _deep(name: str, **said: str) -> Callable[[], Screen]:
    """Turn so many pages, and give the question for the next one."""
    after = ""
    for _ in range(DEEP):
        following = _view(name, after=after, **said)().tables[0].table.next
        after = following.partition("after=")[2].partition("&")[0] or after
    return _view(name, after=after, **said)


def _busiest(session: Session) -> str:
    """Find somebody with many videos, among those who had one fail last."""
    lately = select(Video.user_id).where(col(Video.status) == Status.FAILED).limit(500)
    counts = [
        (len(session.exec(select(Video.id).where(col(Video.user_id) == user_id)).all()), user_id)
        for user_id in set(session.exec(lately))
    ]
    return max(counts)[1]


def _first(session: Session, table: type[User | Order | WebhookEvent | AuditEntry | ModerationDecision]):  # noqa: ANN202 - a row of that table
    return session.exec(select(table).limit(1)).one()


def _failed(session: Session) -> str:
    return session.exec(select(Video.id).where(col(Video.status) == Status.FAILED).limit(1)).one()
