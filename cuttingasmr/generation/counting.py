"""What the scheduled jobs have done, counted since the beginning, so that operators see whether they are needed."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import Result
from sqlmodel import Session, col, update

from cuttingasmr import db
from cuttingasmr.models import ChoreRun

ERROR_LIMIT = 200
EARLY = 0.9
"""Clocks and rounds are not exact: what is nearly due is due."""


def begin(session: Session, name: str, *, seconds: float) -> bool:
    """Begin a job that all engines share, and tell whether it was due: so long since anybody began it, or never."""
    now = db.utc_now()
    run = db.insert_for(session)(ChoreRun).values(name=name, ran_at=now)
    is_due = col(ChoreRun.ran_at) < now - timedelta(seconds=seconds * EARLY)
    mine = run.on_conflict_do_update(index_elements=["name"], set_={"ran_at": now}, where=is_due)
    return cast("Result[str]", session.exec(mine.returning(ChoreRun.name))).first() is not None


def hold(session: Session, name: str) -> None:
    """Note that a job which was begun is still at work: it is not due before so long after that."""
    session.exec(update(ChoreRun).where(col(ChoreRun.name) == name).values(ran_at=db.utc_now()))


def count(
    session: Session, name: str, *, mended: int = 0, returned: int = 0, removed: int = 0, error: str = ""
) -> None:
    """Count one run of a job and what it did. Call it in the transaction of what it tells of, where there is one."""
    last = {"ran_at": db.utc_now(), "last_error": error[:ERROR_LIMIT]}
    done = {"runs": 1, "mended": mended, "returned": returned, "removed": removed}
    run = db.insert_for(session)(ChoreRun).values(name=name, **last, **done)
    added = {column: col(getattr(ChoreRun, column)) + more for column, more in done.items()}
    session.exec(run.on_conflict_do_update(index_elements=["name"], set_={**last, **added}))
