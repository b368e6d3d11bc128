"""The net under the engines: videos that nothing else would bring to an end. Each is set going again, or given back.

What is charged but was never begun, or was dropped half-way, needs no sweep: its row is due, and an engine finds it. What is
looked for here should not be there. Any engine does it, at any time, twice as well as once; what it did is counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import not_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.generation import counting, failures, keeping, keyless, rows, steps, taking
from cuttingasmr.generation.failures import Failure
from cuttingasmr.models import AuditEntry, CreditEntry, EngineBeat, Kind, Status, Video
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import get_store

QUIET = timedelta(seconds=60)
"""What an engine does with a row takes less; what is younger is left to it."""

GRACE = timedelta(minutes=10)
"""Beyond every limit that the engines keep themselves."""

LONGEST_TURN = timedelta(seconds=2 * taking.LONG_SECONDS)
"""A question about a video is due sooner than that, unless something has gone wrong with it."""

OUTAGE = timedelta(days=3)
"""For so long nobody may have asked, and a video still be stored: the provider keeps it for two weeks (providers.md §2.10)."""

HAS_TASK = or_(col(Video.provider_task_id).is_not(None), col(Video.claim) != "")
"""What the provider may have finished, as far as anybody knows."""

AT_ONCE = 500
SCRATCH_SECONDS = 3600
"""Older files in the folder for downloads belong to nobody any more: no download takes as long."""

UNFINISHED = timedelta(hours=1)
"""No file is being written for as long as that."""

Mend = Callable[[Session, datetime], list[str]]
"""Mends what is wrong at this moment, and gives the owners."""

log = structlog.get_logger()


def reconcile(*, now: datetime | None = None) -> dict[str, int]:
    """Look for all of them; tell how many of each were mended or given back."""
    moment = now or db.utc_now()
    kinds: dict[str, Mend] = {
        "held-by-nobody": _let_go,
        "stored-not-completed": _complete,
        "waiting-too-long": _ask,
        "never-coming": _give_up,
        "without-a-key": keyless.give_up,
    }
    for user_id in db.run(keyless.tell):
        live.publish(user_id)
    done = {name: _mend(name, mend, moment) for name, mend in kinds.items()}
    db.run(counting.count, "sweep")
    return done


def give_back_ended() -> int:
    """Give back what ended badly and whose credits did not come back with its end; tell how many. It reads every failure."""
    return _mend("ended-not-given-back", _give_back, db.utc_now())


def clear_scratch() -> None:
    """Remove what killed processes left in the folder for downloads."""
    for file in keeping.scratch_folder().iterdir():
        if time.time() - file.stat().st_mtime > SCRATCH_SECONDS:
            file.unlink(missing_ok=True)


def clear_unfinished() -> None:
    """Remove what killed processes left in the storage of files that they were writing."""
    if removed := get_store().clear_unfinished(older_than=UNFINISHED):
        log.warning("storage.unfinished-removed", files=removed)


def _mend(name: str, mend: Mend, now: datetime) -> int:
    owners = db.run(_counted, name, mend, now=now)
    for user_id in set(owners):
        live.publish(user_id)
    if owners:
        log.warning("sweep.mended", what=name, videos=len(owners))
    return len(owners)


def _counted(session: Session, name: str, mend: Mend, *, now: datetime) -> list[str]:
    owners = mend(session, now)
    if owners:
        mended = len(owners) if mend in {_let_go, _complete, _ask} else 0
        counting.count(session, name, mended=mended, returned=len(owners) - mended)
    return owners


def _let_go(session: Session, now: datetime) -> list[str]:
    """Let go what is held in the name of an engine that nobody knows."""
    known = select(EngineBeat.executor_id)
    held = select(Video.id).where(
        taking.RUNNING, col(Video.taken_by) != "", col(Video.taken_by).not_in(known)
    )
    free = {"taken_by": "", "due_at": now}
    return _owners(
        rows.update_running(session, video_id, col(Video.taken_by).not_in(known), **free)
        for video_id in session.exec(held.limit(AT_ONCE)).all()
    )


def _complete(session: Session, now: datetime) -> list[str]:
    """Complete what is stored whole and is in nobody's hands."""
    stored = select(Video.id).where(
        taking.RUNNING,
        taking.FREE,
        col(Video.status) == Status.SAVING,
        col(Video.file_key).is_not(None),
        col(Video.saving_at) < now - QUIET,
    )
    return _owners(
        steps.end_well(session, video_id=video_id) for video_id in session.exec(stored.limit(AT_ONCE)).all()
    )


def _ask(session: Session, now: datetime) -> list[str]:
    """Have the provider asked about what it has been making for longer than anybody waits, where nobody is about to."""
    limit = now - timedelta(seconds=get_settings().wait_limit_seconds) - GRACE
    is_late = (col(Video.status) == Status.RENDERING, col(Video.rendering_at) < limit)
    late = select(Video.id).where(
        taking.RUNNING, taking.FREE, *is_late, col(Video.due_at) > now + LONGEST_TURN
    )
    return _owners(
        rows.update_running(session, video_id, taking.FREE, due_at=now)
        for video_id in session.exec(late.limit(AT_ONCE)).all()
    )


def _give_up(session: Session, now: datetime) -> list[str]:
    """Give back what has outlasted every patience; what the provider may have finished, only long after that."""
    patience = timedelta(seconds=get_settings().storage_patience_seconds + get_settings().wait_limit_seconds)
    age = col(Video.created_at)
    is_old = (age < now - patience - GRACE, or_(not_(HAS_TASK), age < now - patience - OUTAGE))
    return _failed(session, select(Video.id).where(taking.RUNNING, *is_old), failures.UNEXPECTED)


def _give_back(session: Session, now: datetime) -> list[str]:
    """Give back what ended badly and whose credits did not come back with its end."""
    del now
    returned = select(CreditEntry.reference).where(col(CreditEntry.kind) == Kind.GIVE_BACK)
    lost = select(Video).where(
        col(Video.status).in_((Status.FAILED, Status.CANCELED)),
        col(Video.credits_returned) == 0,
        col(Video.credits_used) > 0,
        col(Video.id).not_in(returned),
    )
    owners: list[str] = []
    for video in session.exec(lost.limit(AT_ONCE)).all():
        if credits := ledger.give_back(session, video_id=video.id):
            video.credits_returned = credits
            facts = {"credits": credits, "code": failures.UNEXPECTED.code}
            session.add(AuditEntry(actor="sweep", action="video.given-back", subject=video.id, facts=facts))
            owners.append(video.user_id)
    return owners


def _failed(session: Session, found: SelectOfScalar[str], failure: Failure) -> list[str]:
    ids = session.exec(found.limit(AT_ONCE)).all()
    return _owners(steps.end_and_give_back(session, video_id=video_id, failure=failure) for video_id in ids)


def _owners(found: Iterable[str | None]) -> list[str]:
    return [user_id for user_id in found if user_id]
