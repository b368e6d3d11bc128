"""The sandbox's own door to its Creem: paying without a browser, spoiling deliveries, breaking it on purpose.

None of this is Creem's. `get_sandbox_shop` gives nothing unless Creem is the sandbox's, so no live shop is ever asked.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.http import client
from cuttingasmr.settings import get_settings

SECONDS = 15.0
WAYS_TO_FORGE = ("unsigned", "empty-secret", "other-secret", "byte", "reserialise")
"""What the door can do to an event that must then be refused."""


class SandboxShop:
    """The sandbox at `url`. Whatever it does not do as asked is `ProviderUnavailable`."""

    def __init__(self, url: str) -> None:
        """Speak to the sandbox at this address."""
        self._url = url

    async def pay(self, checkout_id: str, *, deliver: str = "once") -> dict[str, Any]:
        """Pay a page; its event is delivered `once`, `twice`, `never` or `late`."""
        return await self._tell(f"/creem/sandbox/checkouts/{checkout_id}/pay", {"deliver": deliver})

    async def refund(self, checkout_id: str) -> dict[str, Any]:
        """Give all the money of a page back."""
        return await self._tell(f"/creem/sandbox/checkouts/{checkout_id}/refund", {})

    async def deliver(self, event_id: str, *, times: int = 1, alter: str = "") -> list[int]:
        """Send an event (again), as it is or spoilt, and give the statuses that were answered."""
        told: dict[str, Any] = {"times": times, "concurrency": times} | ({"alter": alter} if alter else {})
        answer = await self._tell(f"/creem/sandbox/events/{event_id}/deliver", told)
        return [int(status) for status in answer["statuses"]]

    async def open_link(self, url: str) -> str:
        """Open a hosted link as a browser would, and give the id of the page it leads to."""
        try:
            answer = await client().get(url, timeout=SECONDS)
        except httpx.HTTPError as error:
            raise ProviderUnavailable from error
        return urlsplit(str(answer.headers.get("location", ""))).path.rpartition("/")[2]

    async def break_checkouts(self, *, is_broken: bool) -> None:
        """Let its API open no page for some seconds, or again."""
        told = {"provider": "creem", "only": "checkouts", "mode": "500" if is_broken else "ok", "seconds": 10}
        await self._tell("/control", told)

    async def _tell(self, path: str, told: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await client().post(f"{self._url}{path}", json=told, timeout=SECONDS)
            if answer.is_success:
                return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderUnavailable from error
        raise ProviderUnavailable(f"The sandbox answered {answer.status_code} to {path}.")


def get_sandbox_shop() -> SandboxShop | None:
    """Give the sandbox's door, if Creem is the sandbox's; else nothing."""
    settings = get_settings()
    is_sandbox = settings.creem_mode == "test" and settings.creem_api_url == f"{settings.sandbox_url}/creem"
    return SandboxShop(settings.sandbox_url) if is_sandbox else None
