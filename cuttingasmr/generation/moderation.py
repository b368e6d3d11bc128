"""Every prompt is judged before anything is charged. No clear "allow" means no video.

Each decision is written down, with the prompt for 30 days and with its keyed hash for good; the same words within a day are not
judged anew. A prompt is never logged.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.errors import ModerationUnavailable, PromptRefused, ProviderUnavailable
from cuttingasmr.models import ModerationDecision
from cuttingasmr.providers.creem import Decision, get_creem
from cuttingasmr.settings import get_settings

REPEAT_LIFE = timedelta(hours=24)
PROMPT_LIFE = timedelta(days=30)

log = structlog.get_logger()


async def moderate(prompt: str, *, user_id: str) -> None:
    """Let an allowed prompt pass; raise `PromptRefused`, or `ModerationUnavailable` when nobody can tell."""
    known = await db.transact(_repeat, prompt=prompt, user_id=user_id)
    decision = known or await _judged(prompt, user_id)
    if decision != Decision.ALLOW:
        log.info("moderation.refused", user=user_id, decision=decision, is_repeat=known is not None)
        raise PromptRefused


async def _judged(prompt: str, user_id: str) -> str:
    """Have a prompt judged by Creem, which wants `flag` blocked as `deny` is; and write it down."""
    try:
        decision = await get_creem().screen_prompt(prompt, external_id=f"user_{user_id}")
    except ProviderUnavailable as error:
        raise ModerationUnavailable from error
    await db.transact(_write, prompt=prompt, user_id=user_id, decision=decision)
    return decision


def forget_prompts(session: Session, *, now: datetime | None = None) -> int:
    """Let go of the words of decisions that are older than 30 days, and tell how many; their hashes stay."""
    old = col(ModerationDecision.decided_at) < (now or db.utc_now()) - PROMPT_LIFE
    forget = update(ModerationDecision).where(old, col(ModerationDecision.prompt).is_not(None))
    return session.exec(forget.values(prompt=None)).rowcount


def hash_of(prompt: str) -> str:
    """Give a hash by which the same words are known again; without our key nobody can try words on it."""
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"prompt:{prompt}".encode(), hashlib.sha256).hexdigest()


def _repeat(session: Session, *, prompt: str, user_id: str) -> str | None:
    """Find what was decided about these words within a day, and write down that it counts once more."""
    fresh = col(ModerationDecision.decided_at) > db.utc_now() - REPEAT_LIFE
    same = col(ModerationDecision.prompt_hash) == hash_of(prompt)
    judged = select(ModerationDecision.decision).where(
        same, fresh, col(ModerationDecision.is_repeat).is_(False)
    )
    decision = session.exec(judged.order_by(col(ModerationDecision.decided_at).desc())).first()
    if decision is not None:
        _write(session, prompt=prompt, user_id=user_id, decision=decision, is_repeat=True)
    return decision


def _write(session: Session, *, prompt: str, user_id: str, decision: str, is_repeat: bool = False) -> None:
    session.add(
        ModerationDecision(
            user_id=user_id,
            prompt_hash=hash_of(prompt),
            prompt=None if is_repeat else prompt,
            decision=str(decision),
            is_repeat=is_repeat,
        )
    )
