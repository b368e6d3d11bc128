"""Archives of somebody's data: asked for, made in the background by any engine, kept for a week, and let go.

Who makes one has it alone until `look_at`, and moves that on while at work; when it dies, the next one begins it anew. What it
writes down holds only as long as the archive is still its own: one that was let go meanwhile is thrown away.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, delete
from sqlmodel import Session, col, select, update

from cuttingasmr import db, live
from cuttingasmr.errors import Conflict, DatabaseUnavailable, NotFound, SignInRequired, TooManyRequests
from cuttingasmr.generation import counting
from cuttingasmr.generation.aside import LOW, Aside
from cuttingasmr.generation.keeping import scratch_folder
from cuttingasmr.models import Export, ExportState, User
from cuttingasmr.models.columns import new_id
from cuttingasmr.people import takeout
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import StorageUnavailable, get_store

NAME: Final = "exports"
PURGE: Final = "purge-exports"
FOLDER: Final = "exports"
LIVE = (ExportState.QUEUED, ExportState.MAKING)
LEASE = timedelta(seconds=90)
"""How long one who makes an archive has it alone; moved on every `RENEW_SECONDS`."""
RENEW_SECONDS = 20.0
TELL_SECONDS = 1.0
"""How often progress is written down, at most."""

TRIES = 4
PAUSE = timedelta(seconds=20)
"""After a try that came to nothing, the next one comes after so long, then twice and three times as long."""

AGAIN = timedelta(hours=1)
"""How often somebody may ask for a new one; after one that failed, at once."""
LINK_LIFE = timedelta(hours=24)
"""How long a link opens an archive; each look at its state gives a fresh one, while it is kept."""

STRAY_AGE = timedelta(hours=2)
"""A younger file may belong to an archive that is just being finished."""

NO_ROOM = "Our storage is full or away, so the archive could not be made. Please ask for it again in a while."
BROKEN = "Something went wrong while the archive was made. Please ask for it again."

log = structlog.get_logger()


class ExportNotReady(Conflict):
    """Your archive is not ready yet."""


class _Dropped(Exception):
    """The archive is no longer this one's to make: it was let go, or somebody else has it."""


async def start(*, user_id: str) -> Export:
    """Have an archive of somebody's data made, and give it; one that is under way is that one.

    Raises `TooManyRequests`, with the seconds to wait, within an hour of the last one, unless that failed.
    """
    export = await db.transact(_start, user_id=user_id)
    live.publish(user_id)
    return export


def latest(session: Session, *, user_id: str, now: datetime | None = None) -> Export | None:
    """Give somebody's newest archive; `None` for nobody's, and once it is gone."""
    mine = select(Export).where(col(Export.user_id) == user_id).order_by(col(Export.asked_at).desc())
    export = session.exec(mine.limit(1)).first()
    return None if export is None or is_gone(export, now=now) else export


def is_gone(export: Export, *, now: datetime | None = None) -> bool:
    """Tell whether an archive cannot be had any more."""
    is_over = export.expires_at is not None and export.expires_at <= (now or db.utc_now())
    return export.state == ExportState.GONE or is_over


def ready(session: Session, *, export_id: str) -> Export:
    """Find an archive for somebody who has shown a link to it; raise `NotFound` where it is not there any more."""
    export = session.get(Export, export_id)
    if export is None or export.state != ExportState.READY or is_gone(export):
        raise NotFound
    return export


def seconds_until_next(export: Export | None, *, now: datetime | None = None) -> int:
    """Tell in how many seconds somebody with this archive may ask for another one."""
    if export is None or export.state == ExportState.FAILED:
        return 0
    return max(0, round((export.asked_at + AGAIN - (now or db.utc_now())).total_seconds()))


def key_of(export_id: str) -> str:
    """Say where an archive's file is kept."""
    return f"{FOLDER}/{export_id}.zip"


async def make_due(*, now: datetime | None = None) -> int:
    """Make the archives that wait, one after the other, and tell how many."""
    made = 0
    while (export := await db.transact(_take, by=new_id(), now=now or db.utc_now())) is not None:
        made += await _make(export)
    return made


make_exports = Aside(NAME, make_due, niceness=LOW)
"""The chore: every few seconds, in any engine."""


async def let_old_go(*, now: datetime | None = None) -> int:
    """Remove the archives whose time is over, and files that no archive wants; tell how many."""
    moment = now or db.utc_now()
    await db.transact(_expire, now=moment)
    removed, after = 0, ""
    while page := await get_store().names(FOLDER, after=after, size=1000):
        old = [kept.key for kept in page if kept.changed_at < moment - STRAY_AGE]
        stray = await db.read(_stray, keys=old)
        for key in stray:
            await get_store().delete(key)
        removed, after = removed + len(stray), page[-1].key
    if removed:
        await db.transact(counting.count, NAME, removed=removed)
    return removed


purge_exports = Aside(PURGE, let_old_go, niceness=LOW, is_shared=True)
"""The chore: every few minutes, in one of the engines."""


async def _make(export: Export) -> bool:
    """Make one archive, or note why not; tell whether it was made."""
    live.publish(export.user_id)
    if export.tries > TRIES:  # whoever tried before has died of it
        await _fail(export, BROKEN)
        return False
    try:
        await _write_and_keep(export)
    except _Dropped:
        await _remove(export)
        return False
    except (StorageUnavailable, OSError) as error:
        log.warning("export.no-room", export=export.id, error=type(error).__name__)
        await _later(export, NO_ROOM)
        return False
    except DatabaseUnavailable:
        raise
    except Exception:
        log.exception("export.failed", export=export.id)
        await _later(export, BROKEN)
        return False
    await db.transact(counting.count, NAME, mended=1)
    live.publish(export.user_id)
    return True


async def _write_and_keep(export: Export) -> None:
    """Write the file, store it, and say that it is there: only for as long as it is still this one's to make."""
    file = tempfile.NamedTemporaryFile(dir=scratch_folder(), suffix=".zip")  # noqa: SIM115 - closed below
    with file:
        path = Path(file.name)
        async with _kept_alive(export) as lost:
            size = await asyncio.to_thread(_write, path, export, lost)
            await get_store().put(key_of(export.id), path)
        until = db.utc_now() + timedelta(days=get_settings().export_days)
        facts = {"size_bytes": size, "expires_at": until, "error": "", "taken_by": ""}
        await _note(export, state=ExportState.READY, **facts)


def _write(path: Path, export: Export, lost: threading.Event) -> int:
    """Write the whole archive into a file of this machine, and tell its size."""
    teller = _Teller(export, lost)
    with path.open("wb") as file:
        for block in _unless(lost, takeout.archive(export.user_id, teller.tell)):
            file.write(block)
    teller.tell_all()
    return path.stat().st_size


def _unless(lost: threading.Event, blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        if lost.is_set():
            raise _Dropped
        yield block


class _Teller:
    """Writes down how far an archive is, now and then, and wakes its owner's pages."""

    def __init__(
        self, export: Export, lost: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._export, self._lost, self._clock = export, lost, clock
        self._told_at, self._done = clock(), 0

    def tell(self, done: int) -> None:
        self._done = done
        if self._clock() - self._told_at >= TELL_SECONDS:
            self.tell_all()

    def tell_all(self) -> None:
        self._told_at = self._clock()
        if not db.run(_note_own, export=self._export, facts={"done": self._done}):
            raise _Dropped
        live.publish(self._export.user_id)


@contextlib.asynccontextmanager
async def _kept_alive(export: Export) -> AsyncGenerator[threading.Event, None]:
    """Hold an archive while the block runs; the event is set once it is lost."""
    lost = threading.Event()

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with contextlib.suppress(DatabaseUnavailable):
                facts = {"look_at": db.utc_now() + LEASE}
                if not await db.transact(_note_own, export=export, facts=facts):
                    lost.set()

    task = asyncio.create_task(renew(), name="export-lease")
    try:
        yield lost
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _later(export: Export, why: str) -> None:
    """Let somebody try again after a pause, or give up after so many tries."""
    if export.tries >= TRIES:
        await _fail(export, why)
        return
    again = {"state": ExportState.QUEUED, "taken_by": "", "look_at": db.utc_now() + PAUSE * export.tries}
    with contextlib.suppress(_Dropped):
        await _note(export, **again)
    live.publish(export.user_id)


async def _fail(export: Export, why: str) -> None:
    with contextlib.suppress(_Dropped):
        await _note(export, state=ExportState.FAILED, error=why, taken_by="")
    await _remove(export)
    live.publish(export.user_id)


async def _remove(export: Export) -> None:
    """Remove a file that is not wanted; where that cannot be, `let_old_go` does it later."""
    with contextlib.suppress(StorageUnavailable):
        await get_store().delete(key_of(export.id))


async def _note(export: Export, **facts: object) -> None:
    if not await db.transact(_note_own, export=export, facts=facts):
        raise _Dropped


def _note_own(session: Session, *, export: Export, facts: Mapping[str, object]) -> bool:
    """Write something down about an archive that is still its maker's, and tell whether it was."""
    own = (
        col(Export.id) == export.id,
        col(Export.state) == ExportState.MAKING,
        col(Export.taken_by) == export.taken_by,
    )
    return _rows(session.exec(update(Export).where(*own).values(**facts))) == 1


def _rows(result: object) -> int:
    return cast("CursorResult[object]", result).rowcount


def _start(session: Session, *, user_id: str) -> Export:
    held = select(User).where(col(User.id) == user_id, col(User.erased_at).is_(None)).with_for_update()
    if session.exec(held).first() is None:
        raise SignInRequired
    mine = select(Export).where(col(Export.user_id) == user_id).order_by(col(Export.asked_at).desc())
    last = session.exec(mine.limit(1)).first()
    if last is not None and last.state in LIVE:
        return last
    if wait := seconds_until_next(last):
        raise TooManyRequests("You have just had an archive made. Please ask again later.", retryAfter=wait)
    export = Export(user_id=user_id, total=takeout.count_files(session, user_id=user_id))
    session.add(export)
    session.flush()
    _let_go(session, user_id=user_id, but=export.id)
    return export


def _let_go(session: Session, *, user_id: str, but: str) -> None:
    """Let somebody's older archives go: the new one takes their place."""
    older = update(Export).where(col(Export.user_id) == user_id, col(Export.id) != but)
    session.exec(older.values(state=ExportState.GONE))


def has_work() -> ColumnElement[bool]:
    """Say when there is an archive to make."""
    return select(Export.id).where(*_due(db.utc_now())).exists()


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Export.state).in_(LIVE), col(Export.look_at) <= now


def _take(session: Session, *, by: str, now: datetime) -> Export | None:
    """Take the archive that has waited longest, so that for a while nobody else does."""
    due = _due(now)
    first = select(Export.id).where(*due).order_by(col(Export.look_at)).limit(1)
    export_id = session.exec(first.with_for_update(skip_locked=True)).first()
    if export_id is None:
        return None
    taken = {"state": ExportState.MAKING, "taken_by": by, "look_at": now + LEASE, "done": 0}
    mine = update(Export).where(col(Export.id) == export_id, *due)
    session.exec(mine.values(**taken, tries=col(Export.tries) + 1))
    return session.get(Export, export_id, populate_existing=True)


def _expire(session: Session, *, now: datetime) -> None:
    over = (col(Export.state) == ExportState.READY, col(Export.expires_at) <= now)
    session.exec(update(Export).where(*over).values(state=ExportState.GONE))


def _stray(session: Session, *, keys: list[str]) -> list[str]:
    """Give those of these files that no archive has, or that belong to one that is gone."""
    names = {key: key.removeprefix(f"{FOLDER}/").removesuffix(".zip") for key in keys}
    wanted = (ExportState.READY, ExportState.MAKING)
    living = select(Export.id).where(col(Export.id).in_(names.values()), col(Export.state).in_(wanted))
    kept = set(session.exec(living))
    return [key for key, name in names.items() if name not in kept]


def give_up(session: Session, *, user_id: str) -> list[str]:
    """Let all archives of somebody go, whatever they are doing, and name their files."""
    gone = update(Export).where(col(Export.user_id) == user_id).values(state=ExportState.GONE)
    session.exec(gone)
    return [
        key_of(export_id)
        for export_id in session.exec(select(Export.id).where(col(Export.user_id) == user_id))
    ]


def forget(session: Session, *, user_id: str) -> None:
    """Drop the rows of somebody's archives, once their files are gone for good."""
    session.exec(delete(Export).where(col(Export.user_id) == user_id))
