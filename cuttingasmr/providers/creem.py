"""The part of Creem's API that this site uses: so far, its moderation of prompts (providers.md §1.10)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from http import HTTPStatus

from pydantic import BaseModel, ValidationError

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.http import Provider
from cuttingasmr.settings import get_settings

MODERATION_SECONDS = 5
"""Creem's own limit for this call; what takes longer counts as refused."""


class Decision(StrEnum):
    """What Creem says of a prompt. Its documentation wants `flag` blocked as `deny` is."""

    ALLOW = "allow"
    FLAG = "flag"
    DENY = "deny"


class Screening(BaseModel):
    """The part of Creem's answer that matters here."""

    decision: Decision


class Creem(Provider):
    """Creem, as seen from this site."""

    name = "creem"

    def __init__(self, base_url: str, key: str) -> None:
        """Speak to `base_url` with an API key."""
        super().__init__(base_url, seconds=MODERATION_SECONDS)
        self._headers = {"x-api-key": key}

    async def screen_prompt(self, prompt: str, *, external_id: str) -> Decision:
        """Have a prompt judged, or raise `ProviderUnavailable`: any answer but a clear one counts as none."""
        answer = await self.write(
            "/v1/moderation/prompt",
            headers=self._headers,
            body={"prompt": prompt, "external_id": external_id},
        )
        if answer.status_code != HTTPStatus.OK:
            raise ProviderUnavailable
        try:
            return Screening.model_validate_json(answer.content).decision
        except ValidationError as error:
            raise ProviderUnavailable from error


@cache
def get_creem() -> Creem:
    """Give the one client of this process."""
    settings = get_settings()
    return Creem(settings.creem_api_url, settings.creem_api_key.get_secret_value())
