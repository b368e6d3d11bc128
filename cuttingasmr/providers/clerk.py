"""The part of Clerk that this site asks: its keys, and now and then who somebody is (providers.md §3.1, §3.6).

Nothing here is called for an ordinary request: tokens are checked with the keys, and people are read when they first come.
"""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

import httpx
import structlog
from pydantic import BaseModel, Field, ValidationError

from cuttingasmr.errors import ProviderUnavailable, SignInUnavailable
from cuttingasmr.providers.http import Provider
from cuttingasmr.settings import get_settings

SECONDS = 5
API_VERSION = "2025-11-10"
USER_ID = r"^user_[A-Za-z0-9]{1,58}$"
SESSION_ID = r"^sess_[A-Za-z0-9]{1,58}$"

log = structlog.get_logger()


class Verification(BaseModel):
    """How far an address is confirmed."""

    status: str | None = None


class Address(BaseModel):
    """One of somebody's e-mail addresses."""

    id: str | None = None
    email_address: str | None = None
    verification: Verification | None = None


class ClerkUser(BaseModel):
    """Somebody, as Clerk's API and its webhooks tell alike. Times are milliseconds."""

    id: str = Field(pattern=USER_ID)
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    image_url: str | None = None
    primary_email_address_id: str | None = None
    email_addresses: list[Address] = Field(default_factory=list[Address])
    banned: bool | None = None
    locked: bool | None = None
    deprovisioned: bool | None = None
    updated_at: int = Field(default=0, ge=0, lt=2**62)

    @property
    def name(self) -> str:
        """What they are called; empty if they have not said."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.username or ""

    @property
    def is_blocked(self) -> bool:
        """Whether Clerk has shut them out. `locked` is none of it: that only means that somebody guessed at their password."""
        return bool(self.banned or self.deprovisioned)

    @property
    def tells_address(self) -> bool:
        """Whether their primary address is told; an event may name it without telling it (§3.5)."""
        return self.primary_email_address_id is None or self._primary is not None

    @property
    def verified_email(self) -> str | None:
        """Their primary address, if Clerk has made sure that it is theirs."""
        primary = self._primary
        if primary is None or primary.verification is None or primary.verification.status != "verified":
            return None
        return primary.email_address

    @property
    def _primary(self) -> Address | None:
        wanted = self.primary_email_address_id
        return next((one for one in self.email_addresses if wanted and one.id == wanted), None)


class Clerk(Provider):
    """Clerk's backend API. A Clerk that cannot be asked is `SignInUnavailable`."""

    name = "clerk"

    def __init__(self, base_url: str, secret_key: str) -> None:
        """Speak to `base_url` with the instance's secret key."""
        super().__init__(base_url, seconds=SECONDS)
        self._headers = {"Authorization": f"Bearer {secret_key}", "Clerk-API-Version": API_VERSION}

    def check(self, answer: httpx.Response) -> None:
        """Treat 429 and 5xx as "not now", and a key that is not ours as an operator's mistake that stops signing in."""
        is_refused = answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if is_refused:
            log.error("clerk.key-refused", status=answer.status_code)
        if is_refused or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise ProviderUnavailable

    async def user(self, user_id: str) -> ClerkUser | None:
        """Read who somebody is; `None` if Clerk knows nobody of that id."""
        try:
            answer = await self.read(f"/v1/users/{user_id}", part="users", headers=self._headers, params={})
        except ProviderUnavailable as error:
            raise SignInUnavailable from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        try:
            return ClerkUser.model_validate_json(answer.content)
        except ValidationError as error:
            log.error("clerk.user-unreadable", status=answer.status_code)  # noqa: TRY400 - it would show who
            raise SignInUnavailable from error

    async def delete(self, user_id: str) -> None:
        """Delete somebody there; who is not there any more is no error. Raises `SignInUnavailable`."""
        try:
            path = f"/v1/users/{user_id}"
            answer = await self.remove(path, part="users", headers=self._headers)
        except ProviderUnavailable as error:
            raise SignInUnavailable from error
        if not answer.is_success and answer.status_code != HTTPStatus.NOT_FOUND:
            log.error("clerk.not-deleted", status=answer.status_code)
            raise SignInUnavailable

    async def revoke(self, session_id: str) -> None:
        """End a session there; one that is over already is no error. Raises `SignInUnavailable`."""
        try:
            path = f"/v1/sessions/{session_id}/revoke"
            await self.write(path, part="sessions", headers=self._headers, body={})
        except ProviderUnavailable as error:
            raise SignInUnavailable from error


class ClerkKeys(Provider):
    """Where Clerk publishes the keys that its tokens are signed with."""

    name = "clerk-keys"

    def __init__(self, url: str) -> None:
        """Read from `url`."""
        super().__init__(url, seconds=SECONDS)

    async def fetch(self) -> list[dict[str, Any]]:
        """Read the keys, with one request and no repeat, or raise `SignInUnavailable`."""
        secret = get_settings().clerk_secret_key.get_secret_value()
        from_api = self.base_url.startswith(get_settings().clerk_api_url)  # there they are not for everybody
        headers = {"Authorization": f"Bearer {secret}"} if from_api else {}
        try:
            answer = await self._send("GET", "", "", headers=headers)
            if answer.is_success:
                return _Keys.model_validate_json(answer.content).keys
        except (ProviderUnavailable, ValidationError) as error:
            raise SignInUnavailable from error
        raise SignInUnavailable


class _Keys(BaseModel):
    keys: list[dict[str, Any]]


@cache
def get_clerk() -> Clerk:
    """Give the one client of this process."""
    settings = get_settings()
    return Clerk(settings.clerk_api_url, settings.clerk_secret_key.get_secret_value())
