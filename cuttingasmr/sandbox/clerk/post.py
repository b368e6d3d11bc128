"""Telling the site by Svix (`providers.md` 3.5). One rule: any 2xx counts as heard, and a repeat has the same id and a new stamp."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import httpx

from .keys import new_id
from .refusal import Refused
from .settings import ClerkSettings

Alter = Literal["byte", "unsigned", "other-secret", "old", "early", "other-version", "no-id"]
ALTERS: tuple[Alter, ...] = get_args(Alter)
_TIME_LIMIT = 15
_OUTSIDE_SECONDS = 301
"""Just outside what a receiver may take, which is five minutes."""
_REMEMBERED = 500
_OTHER_SECRET = "whsec_YW5vdGhlciBzZWNyZXQ="  # noqa: S105 - what a receiver must not have


@dataclass
class Event:
    """Something that the site is told, and what it answered."""

    id: str
    type: str
    body: str
    statuses: list[int] = field(default_factory=list)


class Post:
    """All events of this run, and where they go."""

    def __init__(self, settings: ClerkSettings, count: Callable[[str], None]) -> None:
        self._settings, self._count = settings, count
        self._runs: set[asyncio.Task[None]] = set()
        self._client = httpx.AsyncClient(timeout=_TIME_LIMIT, trust_env=False)
        self.events: dict[str, Event] = {}
        self.address = settings.webhook_url

    def move(self, address: str) -> None:
        """Deliver to another address from now on."""
        self.address = address

    def tell(self, kind: str, data: dict[str, Any], *, instance: str, is_sent: bool = True) -> Event:
        """Write an event in its envelope, and begin to deliver it unless it is to be held."""
        told = {
            "data": data,
            "event_attributes": {"http_request": {"client_ip": "127.0.0.1", "user_agent": "sandbox"}},
            "instance_id": instance,
            "object": "event",
            "timestamp": round(time.time() * 1000),
            "type": kind,
        }
        event = Event(new_id("msg"), kind, json.dumps(told, separators=(",", ":"), ensure_ascii=False))
        self.events[event.id] = event
        while len(self.events) > _REMEMBERED:
            del self.events[next(iter(self.events))]
        if is_sent and self.address:
            run = asyncio.create_task(self._walk(event))
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)
        return event

    def find(self, identity: str) -> Event:
        """Find the event, or raise `Refused`."""
        if identity not in self.events:
            raise Refused(404, "resource_not_found", "No event was found with that id")
        return self.events[identity]

    async def send_now(self, event: Event, *, alter: Alter | None = None, times: int = 1) -> list[int]:
        """Send it now, so often at once: the statuses, 0 where no answer came."""
        if not self.address:
            raise Refused(409, "no_webhook_address", "No webhook address is set")
        return list(await asyncio.gather(*(self._send(event, alter) for _ in range(times))))

    def forget(self) -> None:
        """Stop, and drop every event."""
        for run in self._runs:
            run.cancel()
        self.events.clear()
        self.address = self._settings.webhook_url

    async def close(self) -> None:
        """Stop."""
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)
        await self._client.aclose()

    async def _walk(self, event: Event) -> None:
        for wait in self._settings.retry_seconds:
            await asyncio.sleep(wait)
            if httpx.codes.is_success(await self._send(event, None)):
                return

    async def _send(self, event: Event, alter: Alter | None) -> int:
        body, headers = parcel(self._settings.webhook_secret, event, alter)
        try:
            answer = await self._client.post(self.address, content=body, headers=headers)
            status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            status = 0
        event.statuses = [*event.statuses, status][-20:]
        self._count("deliveries" if httpx.codes.is_success(status) else "deliveries-failed")
        return status


def parcel(secret: str, event: Event, alter: Alter | None) -> tuple[bytes, dict[str, str]]:
    """Sign an event as it is sent now, or do it wrongly in one of the ways that must be refused."""
    shift = {"old": -_OUTSIDE_SECONDS, "early": _OUTSIDE_SECONDS}.get(alter or "", 0)
    stamp = str(int(time.time()) + shift)
    body = event.body.encode()
    signature = svix_signature(_OTHER_SECRET if alter == "other-secret" else secret, event.id, stamp, body)
    if alter == "byte":
        body = body.replace(b'"type":"', b'"type": "', 1)
    if alter == "other-version":
        signature = signature.replace("v1,", "v2,")
    signs = {"svix-id": event.id, "svix-timestamp": stamp, "svix-signature": f"v1a,x {signature}"}
    left_out = {"unsigned": "svix-signature", "no-id": "svix-id"}.get(alter or "", "")
    shown = {name: value for name, value in signs.items() if name != left_out}
    return body, {"content-type": "application/json", "user-agent": "Svix-Webhooks/1.62.0", **shown}


def svix_signature(secret: str, identity: str, stamp: str, body: bytes) -> str:
    """Sign: base64 HMAC-SHA256 keyed with the decoded secret, over id, stamp and body (3.5)."""
    text = secret.removeprefix("whsec_")
    key = base64.b64decode(text + "=" * (-len(text) % 4))
    said = f"{identity}.{stamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()}"
