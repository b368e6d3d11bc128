"""One event and how it was told, as the sandbox keeps it (`providers.md` 1.6, 1.7).

One rule: its id and its bytes are made once; every delivery sends the same.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, get_args

from .checkout import new_id, now_ms
from .wire import compact

Delivery = Literal["once", "twice", "never", "late"]
DELIVERIES: tuple[Delivery, ...] = get_args(Delivery)
_REMEMBERED = 30


@dataclass
class Attempt:
    """One answer to one delivery; status 0 means that none came."""

    at_ms: int
    status: int
    took_ms: int
    alter: str = ""


@dataclass
class Run:
    """One way through the retry schedule; `due_ms` None means that it is over."""

    due_ms: int | None
    attempts: int = 0


@dataclass
class Event:
    """Something that the merchant is told."""

    id: str
    type: str
    checkout_id: str
    order_id: str
    created_ms: int
    body: str
    hold: Literal["", "never", "late", "nowhere"] = ""
    is_heard: bool = False
    sent: int = 0
    runs: list[Run] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @classmethod
    def from_kept(cls, body: dict[str, Any]) -> Self:
        """Read the event as `to_keep` wrote it."""
        read: dict[str, Any] = {
            "runs": [Run(**run) for run in body["runs"]],
            "attempts": [Attempt(**attempt) for attempt in body["attempts"]],
        }
        return cls(**body | read)

    def to_keep(self) -> dict[str, Any]:
        """Write the event for the store."""
        return asdict(self)

    @property
    def state(self) -> str:
        """Tell what becomes of it: `due`, `delivered`, `never`, `late`, `nowhere` or `given-up`."""
        if any(run.due_ms is not None for run in self.runs):
            return "due"
        return "delivered" if self.is_heard else self.hold or "given-up"

    def note(self, attempt: Attempt) -> None:
        """Remember an answer; of many, the last."""
        self.sent += 1
        self.attempts = [*self.attempts, attempt][-_REMEMBERED:]
        self.is_heard = self.is_heard or (attempt.status == 200 and not attempt.alter)  # noqa: PLR2004 - 1.6


def new_event(kind: str, told: dict[str, Any], *, checkout_id: str, order_id: str) -> Event:
    """Write an event in its envelope (1.7)."""
    identity, now = new_id("evt"), now_ms()
    body = compact({"id": identity, "eventType": kind, "created_at": now, "object": told})
    return Event(identity, kind, checkout_id, order_id, now, body)
