"""Telling the merchant (`providers.md` 1.6). One rule: only HTTP 200 counts as heard, and nobody waits for anybody.

Every event is delivered by coroutines of its own, so that the order of delivery is whatever comes of it. A restart
takes up every delivery where it was.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx

from cuttingasmr.sandbox.store import Store

from .checkout import now_ms
from .event import Attempt, Delivery, Event, Run
from .refusal import Refused, not_found
from .settings import CreemSettings
from .signing import Alter, Signed, signed

_TIME_LIMIT = 15
_KIND = "creem-event"


class Post:
    """All events, in memory and in the store, and where they go."""

    def __init__(self, settings: CreemSettings, store: Store, count: Callable[[str], None]) -> None:
        self._settings, self._store, self._count = settings, store, count
        self._runs: set[asyncio.Task[None]] = set()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # as axios: one each
        self._client = httpx.AsyncClient(timeout=_TIME_LIMIT, trust_env=False, limits=limits)
        self.events: dict[str, Event] = {}
        self.address = settings.webhook_url

    def resume(self) -> None:
        """Take up what a former run left."""
        for told in self._store.kept("creem-address"):
            if told["instead_of"] == self._settings.webhook_url:  # else the environment has news
                self.address = told["address"]
        events = map(Event.from_kept, self._store.kept(_KIND))
        self.events = {event.id: event for event in sorted(events, key=lambda event: event.created_ms)}
        for event in self.events.values():
            self._begin(event)

    def move(self, address: str) -> None:
        """Deliver to another address from now on, also after a restart with the same environment."""
        self.address = address
        told = {"address": address, "instead_of": self._settings.webhook_url}
        self._store.keep("creem-address", "webhook", told)

    def find(self, identity: str) -> Event:
        """Find the event, or raise `Refused`."""
        if identity not in self.events:
            raise not_found("Event")
        return self.events[identity]

    def plan(self, event: Event, delivery: Delivery, seconds: float | None) -> None:
        """Decide when an event is told: `late` after so many seconds, or when it is asked for."""
        if delivery == "never" or (delivery == "late" and seconds is None):
            event.hold = delivery
        elif not self.address:
            event.hold = "nowhere"
        else:
            due = event.created_ms + round(1000 * (seconds or 0 if delivery == "late" else self._waits[0]))
            event.runs = [Run(due) for _ in range(2 if delivery == "twice" else 1)]

    def row(self, event: Event) -> tuple[str, str, dict[str, Any]]:
        """Give what the store keeps of it."""
        return _KIND, event.id, event.to_keep()

    def accept(self, event: Event) -> None:
        """Begin with an event that is planned and written down."""
        self.events[event.id] = event
        self._begin(event)

    async def send_now(self, event: Event, *, alter: Alter | None, times: int, concurrency: int) -> list[int]:
        """Send it now, so often, so many at once: the statuses, 0 where no answer came."""
        if not self.address:
            raise Refused(409, "No webhook address is set")
        parcel = signed(self._settings.webhook_secret, event.body, alter)
        turns = asyncio.Semaphore(concurrency)

        async def one() -> int:
            async with turns:
                return await self._send(event, parcel, alter or "")

        statuses = await asyncio.gather(*(one() for _ in range(times)))
        if event.id in self.events:  # else there was a reset meanwhile
            self._store.keep(*self.row(event))
        return statuses

    def signature(self, event: Event) -> str:
        """Sign it as it is sent."""
        return signed(self._settings.webhook_secret, event.body).signature

    def forget(self) -> None:
        """Stop and drop every event; the store is cleared by others."""
        for run in self._runs:
            run.cancel()
        self.events.clear()
        self.address = self._settings.webhook_url

    async def close(self) -> None:
        """Stop; what is due is taken up by the next run."""
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)
        await self._client.aclose()

    @property
    def _waits(self) -> tuple[float, ...]:
        return self._settings.retry_seconds

    def _begin(self, event: Event) -> None:
        for run in event.runs:
            if run.due_ms is not None:
                task = asyncio.create_task(self._walk(event, run))
                self._runs.add(task)
                task.add_done_callback(self._runs.discard)

    async def _walk(self, event: Event, run: Run) -> None:
        parcel = signed(self._settings.webhook_secret, event.body)
        while run.due_ms is not None:
            await asyncio.sleep(max(0, run.due_ms - now_ms()) / 1000)
            status = await self._send(event, parcel, "")
            run.attempts += 1
            over = status == httpx.codes.OK or run.attempts >= len(self._waits)
            run.due_ms = None if over else now_ms() + round(1000 * self._waits[run.attempts])
            self._store.keep(*self.row(event))

    async def _send(self, event: Event, parcel: Signed, alter: str) -> int:
        began, at = time.perf_counter(), now_ms()
        try:
            answer = await self._client.post(self.address, content=parcel.body, headers=_headers(parcel))
            status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            status = 0
        event.note(Attempt(at, status, round((time.perf_counter() - began) * 1000), alter))
        self._count("deliveries" if status == httpx.codes.OK else "deliveries-failed")
        return status


def _headers(parcel: Signed) -> dict[str, str]:
    """Build the headers that were seen on the wire (1.6)."""
    trace = secrets.token_hex(16)
    return {
        "accept": "application/json, text/plain, */*",
        "content-type": "application/json",
        "user-agent": "axios/1.9.0",
        "sentry-trace": f"{trace}-{secrets.token_hex(8)}-0",
        "baggage": f"sentry-environment=sandbox,sentry-trace_id={trace}",
        **({"creem-signature": parcel.signature} if parcel.signature else {}),
    }
