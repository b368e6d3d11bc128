"""What the scheduled jobs have done, counted since the beginning, so that operators see whether they are needed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from datetime import timedelta
from typing import cast

import structlog
from sqlalchemy import ColumnElement, Result
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.models import ChoreRun
from cuttingasmr.models.chore_run import FOUND

ERROR_LIMIT = 200
ASKED_AGAIN_SECONDS = 300.0
EARLY = 0.9
"""Clocks and rounds are not exact: what is nearly due is due."""

log = structlog.get_logger()


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
    session: Session,
    name: str,
    *,
    mended: int = 0,
    returned: int = 0,
    removed: int = 0,
    error: str = "",
    found: str = "",
) -> None:
    """Count one run of a job and what it did. Call it in the transaction of what it tells of, where there is one.

    `error` is why it broke off, `found` what it found wrong; a run without either was a good one.
    """
    last = {"ran_at": db.utc_now(), "last_error": (FOUND + found if found else error)[:ERROR_LIMIT]}
    done = {"runs": 1, "mended": mended, "returned": returned, "removed": removed}
    run = db.insert_for(session)(ChoreRun).values(name=name, **last, **done)
    added = {column: col(getattr(ChoreRun, column)) + more for column, more in done.items()}
    session.exec(run.on_conflict_do_update(index_elements=["name"], set_={**last, **added}))


@contextlib.contextmanager
def catching(name: str) -> Generator[None, None, None]:
    """Let what breaks off in the block go no further: it is logged and counted, but for a database that is away."""
    try:
        yield
    except DatabaseUnavailable:
        log.warning("chore.no-database", chore=name)
    except Exception as error:
        log.exception("chore.failed", chore=name)
        note_failure(name, error)


def note_failure(name: str, error: Exception) -> None:
    """Count a run that broke off. Where even that cannot be written down, it is logged."""
    _well.pop(name, None)
    try:
        db.run(count, name, error=f"{type(error).__name__}: {error}")
    except Exception:
        log.exception("chore.not-counted", chore=name)


def note_success(name: str) -> None:
    """Forget why an earlier run broke off, but not what one found. Where there is nothing to forget, nothing is written.

    Whether another process has seen it break off is asked every `ASKED_AGAIN_SECONDS` only: some jobs run every two seconds.
    """
    now = time.monotonic()
    if now - _well.get(name, -ASKED_AGAIN_SECONDS) < ASKED_AGAIN_SECONDS:
        return
    if db.look(_has_broken_off, name):
        db.run(_forget_error, name)
    _well[name] = now


_well: dict[str, float] = {}
"""When this process last saw that a job has not broken off, by its clock."""


def _has_broken_off(session: Session, name: str) -> bool:
    return session.exec(select(ChoreRun.name).where(*_broken_off(name))).first() is not None


def _forget_error(session: Session, name: str) -> None:
    session.exec(update(ChoreRun).where(*_broken_off(name)).values(last_error=""))


def _broken_off(name: str) -> tuple[ColumnElement[bool], ...]:
    error = col(ChoreRun.last_error)
    return col(ChoreRun.name) == name, error != "", error.not_like(f"{FOUND}%")
