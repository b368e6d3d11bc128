"""The part of Creem's API that this site uses: prompts are judged, checkouts opened and read (providers.md §1)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
import structlog
from pydantic import BaseModel, Field, ValidationError, field_validator

from cuttingasmr.errors import ProviderRejected, ProviderUnavailable
from cuttingasmr.providers.http import Provider
from cuttingasmr.settings import get_settings

SECONDS = 5
"""Creem's own limit for moderation, and ours for the first road to a payment page; what takes longer has failed."""

log = structlog.get_logger()

Answer = TypeVar("Answer", bound=BaseModel)


class Decision(StrEnum):
    """What Creem says of a prompt. Its documentation wants `flag` blocked as `deny` is."""

    ALLOW = "allow"
    FLAG = "flag"
    DENY = "deny"


class Screening(BaseModel):
    """The part of a moderation's answer that matters here."""

    decision: Decision


class Checkout(BaseModel):
    """A payment page that was opened (§1.2). Only these are the same in every source."""

    id: str = Field(min_length=1, max_length=64)
    checkout_url: str = Field(max_length=500)

    @field_validator("checkout_url")
    @classmethod
    def _is_web(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError(value)
        return value


class Creem(Provider):
    """Creem, as seen from this site."""

    name = "creem"

    def __init__(self, base_url: str, key: str) -> None:
        """Speak to `base_url` with an API key."""
        super().__init__(base_url, seconds=SECONDS)
        self._headers = {"x-api-key": key}

    def check(self, answer: httpx.Response) -> None:
        """Let 429 and 5xx count as failures: after enough of them, Creem is left in peace for a while."""
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise ProviderUnavailable

    async def screen_prompt(self, prompt: str, *, external_id: str) -> Decision:
        """Have a prompt judged (§1.10), or raise `ProviderUnavailable`: any answer but a clear one counts as none."""
        answer = await self.write(
            "/v1/moderation/prompt",
            part="moderation",
            headers=self._headers,
            body={"prompt": prompt, "external_id": external_id},
        )
        if answer.status_code != HTTPStatus.OK:
            raise ProviderUnavailable
        return _read(Screening, answer).decision

    async def create_checkout(
        self, *, product_id: str, order_id: str, email: str, success_url: str, metadata: dict[str, str]
    ) -> Checkout:
        """Open a payment page. `order_id` comes back in the webhook as `request_id`.

        Raises `ProviderUnavailable`, or `ProviderRejected` for what Creem will never accept. One that was opened in vain is
        harmless: nobody has paid on it.
        """
        body: dict[str, Any] = {
            "product_id": product_id,
            "request_id": order_id,
            "success_url": success_url,
            "metadata": metadata,
        }
        if email:
            body["customer"] = {"email": email}
        answer = await self.write("/v1/checkouts", part="checkouts", headers=self._headers, body=body)
        if not answer.is_success:
            log.error("creem.checkout-refused", status=answer.status_code, trace=_trace(answer))
            raise ProviderRejected
        return _read(Checkout, answer)

    async def read_checkout(self, checkout_id: str) -> dict[str, Any]:
        """Read what has become of a payment page, as the same object that a webhook would carry; or raise `ProviderUnavailable`."""
        answer = await self.read(
            "/v1/checkouts", part="checkouts", headers=self._headers, params={"checkout_id": checkout_id}
        )
        if not answer.is_success:
            raise ProviderUnavailable
        return _read(_Object, answer).model_dump()

    async def portal_link(self, customer_id: str) -> str:
        """Give the address of the pages where a customer finds receipts (§1.3), or raise `ProviderUnavailable`."""
        body = {"customer_id": customer_id}
        answer = await self.write("/v1/customers/billing", part="customers", headers=self._headers, body=body)
        if not answer.is_success:
            raise ProviderUnavailable
        return _read(_Portal, answer).customer_portal_link

    async def transactions(self, *, page: int = 1) -> list[dict[str, Any]]:
        """Read one page of what Creem has on its books, or raise `ProviderUnavailable`."""
        params = {"page_number": str(page), "page_size": "50"}
        answer = await self.read(
            "/v1/transactions/search", part="transactions", headers=self._headers, params=params
        )
        if not answer.is_success:
            raise ProviderUnavailable
        return _read(_Transactions, answer).items


class _Object(BaseModel, extra="allow"):
    pass


class _Portal(BaseModel):
    customer_portal_link: str


class _Transactions(BaseModel):
    items: list[dict[str, Any]]


def _read(shape: type[Answer], answer: httpx.Response) -> Answer:
    try:
        return shape.model_validate_json(answer.content)
    except ValidationError as error:
        raise ProviderUnavailable from error


def _trace(answer: httpx.Response) -> str:
    """Find the id under which Creem can look an error up (§1.4)."""
    try:
        return str(answer.json().get("trace_id", ""))[:64]
    except (ValueError, AttributeError):
        return ""


@cache
def get_creem() -> Creem:
    """Give the one client of this process."""
    settings = get_settings()
    return Creem(settings.creem_api_url, settings.creem_api_key.get_secret_value())
