"""How the site is, in figures of this moment: what waits, who works, what the scheduled jobs have done. For operators alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from cuttingasmr.console import events, orders, videos
from cuttingasmr.generation import key_desk, missing, taking
from cuttingasmr.generation.key_desk import KeyState, KeyView
from cuttingasmr.models import ChoreRun, EngineBeat, Status, Video


@dataclass(frozen=True)
class Wants:
    """What wants somebody, by count."""

    orders: int
    stuck: int
    missing: int
    """Finished videos whose files were not found, and that wait for a decision."""
    unreadable: int
    waiting_events: int
    keys: list[KeyView]

    @property
    def lost_keys(self) -> int:
        """Keys that cannot be used now."""
        return sum(key.state is not KeyState.USABLE for key in self.keys)


@dataclass(frozen=True)
class Condition:
    """What is on its way, and who works at it."""

    queued: int
    rendering: int
    saving: int
    oldest_queued: datetime | None
    oldest: datetime | None
    engines: list[EngineBeat]
    chores: list[ChoreRun]
    wants: Wants


def wants(session: Session) -> Wants:
    """Count what wants somebody."""
    backlog = events.backlog(session)
    return Wants(
        orders=orders.count_waiting(session),
        stuck=videos.count_stuck(session),
        missing=missing.count(session),
        unreadable=backlog["unreadable"],
        waiting_events=backlog["waiting"],
        keys=key_desk.all_keys(session),
    )


def look(session: Session) -> Condition:
    """Read it all."""
    status, created = col(Video.status), func.min(col(Video.created_at))
    rows: list[Any] = list(
        session.exec(select(status, func.count(), created).where(taking.RUNNING).group_by(status))
    )
    counts = {row[0]: int(row[1]) for row in rows}
    firsts = {row[0]: row[2] for row in rows}
    return Condition(
        queued=counts.get(Status.QUEUED, 0),
        rendering=counts.get(Status.RENDERING, 0),
        saving=counts.get(Status.SAVING, 0),
        oldest_queued=firsts.get(Status.QUEUED),
        oldest=min(firsts.values(), default=None),
        engines=list(session.exec(select(EngineBeat).order_by(col(EngineBeat.beat_at).desc()))),
        chores=list(session.exec(select(ChoreRun).order_by(col(ChoreRun.name)))),
        wants=wants(session),
    )
