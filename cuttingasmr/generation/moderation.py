"""Every prompt is judged before anything is charged. No clear "allow" means no video."""

from __future__ import annotations

import structlog

from cuttingasmr.errors import ModerationUnavailable, PromptRefused, ProviderUnavailable
from cuttingasmr.providers.creem import Decision, get_creem

log = structlog.get_logger()


async def moderate(prompt: str, *, user_id: str) -> None:
    """Let an allowed prompt pass; raise `PromptRefused`, or `ModerationUnavailable` when nobody can tell."""
    try:
        decision = await get_creem().screen_prompt(prompt, external_id=f"user_{user_id}")
    except ProviderUnavailable as error:
        raise ModerationUnavailable from error
    if decision is not Decision.ALLOW:
        log.info("moderation.refused", user=user_id, decision=decision)
        raise PromptRefused
