"""The webhook inbox, for operators alone: what has arrived, what was done about it, and what it said, without its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import and_, text
from sqlmodel import Session, col, func, select

from cuttingasmr.console import paging, people
from cuttingasmr.console.paging import Page
from cuttingasmr.models import Outcome, WebhookEvent

PROVIDERS = ("creem", "clerk")
UNSETTLED = (Outcome.HELD, Outcome.UNMATCHED, Outcome.WAITING, Outcome.UNREADABLE)
IS_UNSETTLED = text("webhook_events.outcome IN ('held', 'unmatched', 'waiting', 'unreadable')")
"""Written out, as its index has it."""

HIDDEN = (
    "secret",
    "token",
    "signature",
    "password",
    "key",
    "card",
    "last4",
    "email",
    "name",
    "phone",
    "address",
    "url",
    "order",
)
"""Parts of a field's name behind which stands what opens or tells something: a signed order token (`metadata.order`), a person."""

SHOWN = frozenset({"product_name", "event_name"})
NOT_SHOWN = "(not shown)"
DEEPEST = 12


def find(
    session: Session,
    *,
    words: str = "",
    provider: str = "",
    outcome: str = "",
    cursor: str = "",
) -> Page[WebhookEvent]:
    """Find events, newest first: by outcome and provider, and by the event's id, our order's, or what it tells of."""
    query = select(WebhookEvent)
    is_indexed = not provider
    if provider in PROVIDERS:
        query = query.where(col(WebhookEvent.provider) == provider)
    if words:
        query, is_indexed = query.where(_named(words)), not _is_kind(words)
    if outcome in set(Outcome):
        query = query.where(col(WebhookEvent.outcome) == outcome)
        is_rare = outcome in UNSETTLED
        query = query.where(IS_UNSETTLED) if is_rare else query
        is_indexed = is_indexed and (is_rare or bool(words))
    return paging.by_number(session, query, WebhookEvent.id, cursor=cursor, is_indexed=is_indexed)


def look_at(session: Session, *, event_id: str, provider: str = "") -> WebhookEvent | None:
    """Read one event, by its own name."""
    providers = (provider,) if provider else PROVIDERS
    named = (col(WebhookEvent.provider).in_(providers), col(WebhookEvent.event_id) == event_id)
    return session.exec(select(WebhookEvent).where(*named)).first()


def backlog(session: Session) -> dict[str, int]:
    """Count what waits for its purchase, and what nobody could read."""
    outcome = col(WebhookEvent.outcome)
    wanted = (Outcome.WAITING, Outcome.UNREADABLE)
    rows = session.exec(
        select(outcome, func.count()).where(IS_UNSETTLED, outcome.in_(wanted)).group_by(outcome)
    )
    return {name.value: 0 for name in wanted} | {str(row[0]): int(row[1]) for row in rows}


def veiled(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - as JSON is
    """Give what an event said without what opens something or says who somebody is. Ids stay: they are what is looked up."""
    if depth > DEEPEST:
        return NOT_SHOWN
    if isinstance(value, Mapping):
        inside = cast("Mapping[str, Any]", value)
        return {
            name: NOT_SHOWN if _is_hidden(name, inner) else veiled(inner, depth + 1)
            for name, inner in inside.items()
        }
    if isinstance(value, list):
        return [veiled(inner, depth + 1) for inner in cast("list[Any]", value)]
    return value


def _is_hidden(name: str, value: object) -> bool:
    """Whether a field is not for eyes. An object is looked into; an id is none of it."""
    low = name.lower()
    if isinstance(value, Mapping | list | bool | int | float) or value is None or low in SHOWN:
        return False
    return not low.endswith("id") and any(part in low for part in HIDDEN)


def _named(words: str) -> Any:  # noqa: ANN401 - a condition
    if people.ID.fullmatch(words):
        return col(WebhookEvent.order_id) == words
    if _is_kind(words):
        return col(WebhookEvent.kind) == words
    return and_(col(WebhookEvent.provider).in_(PROVIDERS), col(WebhookEvent.event_id) == words)


def _is_kind(words: str) -> bool:
    return "." in words
