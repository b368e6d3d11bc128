"""Starting videos: check, moderate, then charge and record in one transaction. The row is the order: engines find it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import InsufficientCredits, Invalid, KeyReused, NotFound, TooManyVideos
from cuttingasmr.generation import engine, keyless, progress, rows, taking
from cuttingasmr.generation.moderation import moderate
from cuttingasmr.generation.prompts import MODEL, VideoRequest
from cuttingasmr.models import ENDED, AuditEntry, User, Video, VideoKind
from cuttingasmr.models.columns import new_id
from cuttingasmr.settings import get_settings

KEY_LIMIT = 200
VARIATIONS = 4
"""How many videos one press can start."""

RETRY_AFTER_SECONDS = 60
"""When somebody who has too many videos on their way is told to come back: about as long as one takes."""


async def start_videos(
    *, user_id: str, request: VideoRequest, count: int = 1, idempotency_key: str | None = None
) -> list[Video]:
    """Start 1 to `VARIATIONS` videos of one request: moderated once, and all of them charged or none.

    They are made even if nobody waits for them. The same `idempotency_key` gives the same videos and charges nothing more.
    Raises `Invalid` for another count, `InsufficientCredits`, `KeyReused`, `PromptRefused`, `TooManyVideos`,
    `ModerationUnavailable`, `DatabaseUnavailable`, or `MakingPaused` while none of our keys works, each with nothing charged
    and nothing written.
    """
    if isinstance(count, bool) or not 1 <= count <= VARIATIONS:
        raise Invalid(f"Choose 1 to {VARIATIONS} variations.")
    if idempotency_key is not None and not 0 < len(idempotency_key) <= KEY_LIMIT:
        raise Invalid(f"An Idempotency-Key has 1 to {KEY_LIMIT} characters.")
    order: dict[str, Any] = {
        "user_id": user_id,
        "request": request,
        "count": count,
        "idempotency_key": idempotency_key,
    }
    if made := await db.read(_made_before, **order):
        return made
    await moderate(request.prompt, user_id=user_id)
    videos = await _record(order)
    live.publish(user_id)
    engine.poke()
    return videos


async def _record(order: dict[str, Any]) -> list[Video]:
    """Write it down; the rival with the same key who was quicker has written the same videos."""
    try:
        return await db.transact(charge_and_record, **order)
    except IntegrityError:
        made = await db.read(_made_before, **order)
        if not made:
            raise
        return made


def charge_and_record(
    session: Session,
    *,
    user_id: str,
    request: VideoRequest,
    count: int = 1,
    idempotency_key: str | None = None,
) -> list[Video]:
    """Write the videos, their charges and their lines in the audit log: all of them or none."""
    place, now = _next_place(session, user_id, count), db.utc_now()
    batch = new_id() if count > 1 else None
    usual = progress.usual(session, request_kind(request))
    cost = get_settings().video_cost
    videos = [
        Video(
            user_id=user_id,
            kind=request_kind(request),
            prompt=request.prompt,
            picture_ids=list(getattr(request, "picture_ids", ())),
            search_text=rows.search_text_of("", request.prompt),
            template_id=request.template_id,
            aspect_ratio=request.aspect_ratio,
            model=MODEL,
            credits_used=cost,
            idempotency_key=key,
            request_hash=request.fingerprint(),
            batch_id=batch,
            queue_rank=0 if number else place,
            created_at=now + timedelta(microseconds=number),
            usual_seconds=usual.seconds,
            usual_from=usual.low,
            usual_to=usual.high,
        )
        for number, key in enumerate(_keys(idempotency_key, count))
    ]
    session.add_all(videos)
    session.flush()  # a rival with the same key loses here, before anything is charged
    _charge(session, user_id, videos)
    return videos


def request_kind(request: VideoRequest) -> VideoKind:
    """Tell what a request's videos are made from."""
    return VideoKind(getattr(request, "kind", VideoKind.TEXT))


def _charge(session: Session, user_id: str, videos: Sequence[Video]) -> None:
    try:
        for video in videos:
            ledger.reserve(session, user_id=user_id, video_id=video.id, credits=video.credits_used)
    except InsufficientCredits as error:
        raise _told(session, user_id, len(videos)) from error
    for video in videos:
        facts = {"credits": video.credits_used}
        session.add(AuditEntry(actor=user_id, action="video.started", subject=video.id, facts=facts))


def _next_place(session: Session, user_id: str, count: int) -> int:
    """Give the turn behind which this person joins the line, 0 if they stand in it already, or raise `TooManyVideos`.

    The person's row is locked, so that they cannot overtake themselves.
    """
    stays = (col(User.id) == user_id, col(User.erase_at).is_(None))  # who is leaving meanwhile starts nothing
    locked = select(User.id).where(*stays).with_for_update(key_share=True)
    if session.exec(locked).first() is None:
        raise NotFound
    waiting = func.count(case((and_(*taking.WAITING), 1)))
    mine = select(func.count(), waiting, taking.last_turn()).select_from(Video)
    mine = mine.where(col(Video.user_id) == user_id, col(Video.status).not_in(ENDED))
    unfinished, stand_already, last = session.exec(mine).one()
    limit = get_settings().user_video_limit
    if unfinished + count > limit:
        raise TooManyVideos(retryAfter=RETRY_AFTER_SECONDS, limit=limit, unfinished=unfinished)
    return 0 if stand_already else last


def _keys(key: str | None, count: int) -> list[str | None]:
    """Give each variation a key of its own; the first keeps the one that was given."""
    if key is None:
        return [None] * count
    digests = (hashlib.sha256(f"{key}\n{number}".encode()).hexdigest() for number in range(1, count))
    return [key, *(f"variation-{digest}" for digest in digests)]


def _made_before(
    session: Session, *, user_id: str, request: VideoRequest, count: int, idempotency_key: str | None
) -> list[Video]:
    """Give the videos this key has made; raise what can be told without asking anybody else.

    The balance is read first: who then finds no video of the key has not been charged for it either.
    """
    is_short = ledger.balance(session, user_id=user_id).remaining < get_settings().video_cost * count
    if idempotency_key is not None:
        mine = select(Video).where(col(Video.user_id) == user_id)
        first = session.exec(mine.where(col(Video.idempotency_key) == idempotency_key)).first()
        if first is not None:
            others = mine.where(col(Video.batch_id) == first.batch_id, col(Video.id) != first.id)
            made = [first, *(session.exec(others.order_by(col(Video.created_at))) if first.batch_id else ())]
            if first.request_hash != request.fingerprint() or len(made) != count:
                raise KeyReused
            return made
    if is_short:
        raise _told(session, user_id, count)
    keyless.refuse(session)
    return []


def _told(session: Session, user_id: str, count: int) -> InsufficientCredits:
    """Refuse, with what is missing."""
    has = ledger.balance(session, user_id=user_id).remaining
    return InsufficientCredits(needCredits=get_settings().video_cost * count, currentCredits=has)
