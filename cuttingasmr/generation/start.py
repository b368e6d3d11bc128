"""Starting a video: check, moderate, then charge and record and enqueue in one transaction."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cuttingasmr import db, live
from cuttingasmr.credits import ledger
from cuttingasmr.errors import InsufficientCredits, Invalid, KeyReused
from cuttingasmr.generation import engine
from cuttingasmr.generation.moderation import moderate
from cuttingasmr.generation.prompts import MODEL, VideoRequest
from cuttingasmr.models import AuditEntry, Video
from cuttingasmr.settings import get_settings

KEY_LIMIT = 200


async def start_video(*, user_id: str, request: VideoRequest, idempotency_key: str | None = None) -> Video:
    """Charge a video to this user and set it going; it is made even if nobody waits for it.

    The same `idempotency_key` gives the same video and charges nothing more. Raises `InsufficientCredits`, `KeyReused`,
    `PromptRefused`, `ModerationUnavailable` or `DatabaseUnavailable`, each with nothing charged and nothing written.
    """
    if idempotency_key is not None and not 0 < len(idempotency_key) <= KEY_LIMIT:
        raise Invalid(f"An Idempotency-Key has 1 to {KEY_LIMIT} characters.")
    made = await db.read(_made_before, user_id=user_id, request=request, idempotency_key=idempotency_key)
    if made is not None:
        return made
    await moderate(request.prompt, user_id=user_id)
    video = await _record(user_id, request, idempotency_key)
    live.publish(user_id)
    return video


async def _record(user_id: str, request: VideoRequest, idempotency_key: str | None) -> Video:
    """Write it down; the rival with the same key who was quicker has written the same video."""
    try:
        return await db.transact(
            charge_and_record, user_id=user_id, request=request, idempotency_key=idempotency_key
        )
    except IntegrityError:
        made = await db.read(_made_before, user_id=user_id, request=request, idempotency_key=idempotency_key)
        if made is None:
            raise
        return made


def charge_and_record(
    session: Session, *, user_id: str, request: VideoRequest, idempotency_key: str | None = None
) -> Video:
    """Write the video, its charge, its line in the audit log and its workflow: all of them or none."""
    cost = get_settings().video_cost
    video = Video(
        user_id=user_id,
        prompt=request.prompt,
        template_id=request.template_id,
        aspect_ratio=request.aspect_ratio,
        model=MODEL,
        credits_used=cost,
        idempotency_key=idempotency_key,
        request_hash=request.fingerprint(),
    )
    session.add(video)
    session.flush()  # a rival with the same key loses here, before anything is charged
    try:
        ledger.reserve(session, user_id=user_id, video_id=video.id, credits=cost)
    except InsufficientCredits as error:
        raise _told(session, user_id, cost) from error
    session.add(AuditEntry(actor=user_id, action="video.started", subject=video.id, facts={"credits": cost}))
    engine.enqueue(session, video.id)
    return video


def _made_before(
    session: Session, *, user_id: str, request: VideoRequest, idempotency_key: str | None
) -> Video | None:
    """Give the video this key has made; raise what can be told without asking anybody else."""
    if idempotency_key is not None:
        made = session.exec(
            select(Video).where(col(Video.user_id) == user_id, col(Video.idempotency_key) == idempotency_key)
        ).first()
        if made is not None and made.request_hash != request.fingerprint():
            raise KeyReused
        if made is not None:
            return made
    cost = get_settings().video_cost
    if ledger.balance(session, user_id=user_id).remaining < cost:
        raise _told(session, user_id, cost)
    return None


def _told(session: Session, user_id: str, cost: int) -> InsufficientCredits:
    """Refuse, with what is missing."""
    has = ledger.balance(session, user_id=user_id).remaining
    return InsufficientCredits(needCredits=cost, currentCredits=has)
