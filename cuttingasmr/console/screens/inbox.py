"""The webhook inbox in the console, with replay."""

from __future__ import annotations

import json

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.console import events
from cuttingasmr.console.screens import views
from cuttingasmr.console.screens.views import (
    Act,
    Cell,
    Fact,
    Line,
    Listing,
    Opened,
    Query,
    Screen,
    Table,
    Tone,
    fact_at,
    mark,
    when,
)
from cuttingasmr.console.screens.wording import NONE
from cuttingasmr.models import Outcome, WebhookEvent
from cuttingasmr.payments import manual

PATH = routes.ADMIN_INBOX
OUTCOMES = {"": "All"} | {outcome: outcome.capitalize() for outcome in Outcome}
PROVIDERS = {"": "Both"} | {name: name.capitalize() for name in events.PROVIDERS}
TONES: dict[str, Tone] = {
    Outcome.ACTED: "good",
    Outcome.UNREADABLE: "bad",
    Outcome.HELD: "warn",
    Outcome.UNMATCHED: "warn",
    Outcome.WAITING: "warn",
    Outcome.IGNORED: "faint",
    Outcome.REPEATED: "faint",
}


def show(session: Session, query: Query) -> Screen:
    """Show what has arrived, or one event."""
    if query.id:
        event = events.look_at(session, event_id=query.id, provider=query["provider"])
        return Screen(opened=[_opened(event)] if event else [])
    page = events.find(
        session,
        words=query.words,
        provider=query["provider"],
        outcome=query["outcome"],
        cursor=query.after,
    )
    empty = "Nothing among these. Look further back." if page.next else "Nothing like this has arrived."
    table = Table.of(
        ("Event", "Outcome", "What was done", "About", "When"), [_line(row) for row in page.rows], empty=empty
    )
    return Screen(
        words=query.words,
        hint="Event id, order id, or kind (refund.created)",
        groups=[
            views.group(query, PATH, "outcome", "Outcome", OUTCOMES),
            views.group(query, PATH, "provider", "From", PROVIDERS),
        ],
        tables=[Listing("", views.turned(table, page, query, PATH, next_name="Older"))],
    )


def _line(event: WebhookEvent) -> Line:
    return Line(
        event.event_id,
        routes.in_console(PATH, id=event.event_id, provider=event.provider),
        [
            Cell(text=event.kind, note=event.provider, is_code=True),
            _outcome(event),
            Cell(text=event.detail or NONE, tone="faint"),
            _about(event),
            when(event.received_at),
        ],
    )


def _outcome(event: WebhookEvent) -> Cell:
    return mark(event.outcome.capitalize(), tone=TONES.get(event.outcome, ""))


def _about(event: WebhookEvent) -> Cell:
    if event.order_id:
        href = routes.in_console(routes.ADMIN_ORDERS, id=event.order_id)
        return Cell(text=views.short(event.order_id), href=href, is_code=True)
    return Cell(text=event.provider_order_id or NONE, tone="faint")


def _opened(event: WebhookEvent) -> Opened:
    about = _about(event)
    tells = "Does once more what it says. What was done before is not done twice."
    acts = [Act("replay", event.event_id, "Replay", tells)] if event.provider == manual.CREEM else []
    return Opened(
        title=event.kind,
        id=event.event_id,
        back=PATH,
        marks=[_outcome(event)],
        facts=[
            Fact("From", event.provider.capitalize()),
            fact_at("Received", event.received_at),
            Fact("What was done", event.detail or NONE),
            Fact("Order", event.order_id or NONE, href=about.href, is_code=True),
            Fact("Creem's order", event.provider_order_id or NONE, is_code=True),
        ],
        acts=acts,
        listings=[],
        text=json.dumps(events.veiled(event.body), indent=2, ensure_ascii=False),
        text_name="What it said, without what opens something or says who somebody is",
    )
