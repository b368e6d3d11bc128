"""Files that are missing, and that the walk does not act on by itself: too many at once, or the storage does not seem to be ours.

They are written down, so that operators see them. What an operator gives up is looked for once more, and only then fetched again
or given back: a storage that was mounted meanwhile costs nobody their video.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update
from sqlmodel.sql.expression import Select

from cuttingasmr import db
from cuttingasmr.credits.by_hand import checked_reason, write_line
from cuttingasmr.errors import Conflict
from cuttingasmr.generation import counting
from cuttingasmr.generation.lost import ACTOR, mend_or_give_back
from cuttingasmr.models import MissingFile, Status, User, Video
from cuttingasmr.storage.store import get_store

GIVEN_UP: Final = "video.file-given-up"
MOST = 200
"""So many are looked for one by one, shown, and given up, at once."""

MOST_SECONDS = 32_503_680_000
"""The year 3000."""

AT_ONCE = 20
"""So many that were given up are seen to in one round."""


def note(session: Session, *, video_ids: Sequence[str], now: datetime) -> None:
    """Write down whose files are missing; those that are written down already stay as they are."""
    for video_id in video_ids:
        db.write_once(session, MissingFile, once=("video_id",), video_id=video_id, found_at=now)


def forget_found(
    session: Session, *, missed: Sequence[str], among: Callable[[Any], ColumnElement[bool]]
) -> None:
    """Forget those among some ids whose files are not missed any more, unless more may be missed than were looked for."""
    if len(missed) < MOST:
        found = (among(col(MissingFile.video_id)), col(MissingFile.video_id).not_in(missed))
        session.exec(delete(MissingFile).where(*found))


def look(session: Session) -> list[tuple[MissingFile, Video]]:
    """Give those that wait for an operator, longest first, then those that were given up: `MOST` at most."""
    is_decided = col(MissingFile.given_up_at).is_not(None)
    return list(session.exec(_missing().order_by(is_decided, *_IN_ORDER).limit(MOST)))


def count(session: Session) -> int:
    """Count those that wait for an operator."""
    waiting = _missing().where(_IS_WAITING).with_only_columns(func.count())
    return session.connection().execute(waiting).scalar_one()


async def give_up(*, operator: User, seen: int, reason: str) -> int:
    """Say that the files which are shown are lost, as far as they were found before `seen` (seconds of 1970); tell how many.

    Raises `Conflict` where there are none: a colleague was quicker, or they were found again.
    """
    return await db.transact(
        _give_up,
        operator_id=operator.id,
        seen=datetime.fromtimestamp(min(max(seen, 0), MOST_SECONDS), UTC),
        reason=checked_reason(reason),
    )


async def settle(*, now: datetime) -> None:
    """See to some that were given up: what is there again is let be, the others are fetched again, or end as lost."""
    came = [await _settle(video, now=now) for _, video in await db.read(_given_up)]
    mended, returned = came.count("mended"), came.count("returned")
    if mended or returned:
        await db.transact(counting.count, ACTOR, mended=mended, returned=returned)


_IN_ORDER = (col(MissingFile.found_at), col(MissingFile.video_id))
_IS_WAITING = col(MissingFile.given_up_at).is_(None)


async def _settle(video: Video, *, now: datetime) -> str:
    is_there = bool(video.file_key) and await get_store().find(video.file_key or "") is not None
    outcome = "there" if is_there else await mend_or_give_back(video, now=now)
    await db.transact(_put_last if outcome == "later" else _forget, video_id=video.id)
    return outcome


def _missing() -> Select[MissingFile, Video]:
    """Ask for those whose video is finished still, and not in the bin."""
    return (
        select(MissingFile, Video)
        .join(Video, col(Video.id) == col(MissingFile.video_id))
        .where(col(Video.status) == Status.COMPLETED, col(Video.deleted_at).is_(None))
    )


def _given_up(session: Session) -> list[tuple[MissingFile, Video]]:
    given_up = _missing().where(~_IS_WAITING).order_by(col(MissingFile.given_up_at), *_IN_ORDER)
    return list(session.exec(given_up.limit(AT_ONCE)))


def _give_up(session: Session, *, operator_id: str, seen: datetime, reason: str) -> int:
    shown = [row.video_id for row, _ in look(session) if row.given_up_at is None and row.found_at < seen]
    waiting = update(MissingFile).where(col(MissingFile.video_id).in_(shown), _IS_WAITING)
    mine = waiting.values(given_up_at=db.utc_now()).returning(col(MissingFile.video_id))
    given_up = list(session.exec(mine).scalars())
    if not given_up:
        raise Conflict("None of these files waits for a decision any more. Look again.")
    for video_id in given_up:
        write_line(
            session, operator_id=operator_id, action=GIVEN_UP, subject=video_id, reason=reason, facts={}
        )
    return len(given_up)


def _put_last(session: Session, *, video_id: str) -> None:
    mine = update(MissingFile).where(col(MissingFile.video_id) == video_id)
    session.exec(mine.values(given_up_at=db.utc_now()))


def _forget(session: Session, *, video_id: str) -> None:
    session.exec(delete(MissingFile).where(col(MissingFile.video_id) == video_id))
