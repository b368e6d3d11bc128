"""Lines of the audit log, as the console shows them: the log itself, and what was done about one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.console import people, trail
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
    fact_at,
    when,
)
from cuttingasmr.console.screens.wording import NONE
from cuttingasmr.credits import by_hand
from cuttingasmr.models import AuditEntry

PATH = routes.ADMIN_AUDIT
LEADS_TO = {
    "user": routes.ADMIN_USERS,
    "credits": routes.ADMIN_USERS,
    "video": routes.ADMIN_VIDEOS,
    "order": routes.ADMIN_ORDERS,
    "webhook": routes.ADMIN_INBOX,
    "key": routes.ADMIN_KEYS,
    "decision": routes.ADMIN_MODERATION,
}
"""Where the subject of an action is looked at, by the action's first word."""


def show(session: Session, query: Query) -> Screen:
    """Show the log, or one line of it."""
    if query.id:
        return Screen(opened=_opened(session, query))
    everything = query["show"] == "everything"
    page = trail.find(session, words=query.words, everything=everything, cursor=query.after)
    empty = (
        "Nothing among these lines. Look further back."
        if page.next
        else "Nobody has done anything like this."
        if query.words
        else "Nobody has done anything by hand."
    )
    table = views.turned(lines(session, page.rows, empty=empty), page, query, PATH, next_name="Older")
    return Screen(
        words=query.words,
        hint="Subject, operator, or action (user.banned)",
        groups=[
            views.group(query, PATH, "show", "Show", {"": "By hand", "everything": "Everything"}),
        ],
        tables=[Listing("", table)],
    )


def lines(session: Session, rows: Sequence[AuditEntry], *, empty: str) -> Table:
    """Show lines of everybody's."""
    names = people.addresses(session, user_ids={row.actor for row in rows if people.ID.fullmatch(row.actor)})
    shown = [
        Line(
            str(row.id),
            routes.in_console(PATH, id=row.id),
            [when(row.at), Cell(text=row.action, is_code=True), _actor(row, names), _subject(row), _why(row)],
        )
        for row in rows
    ]
    return Table.of(("When", "Action", "By", "About", "Reason"), shown, empty=empty)


def about(session: Session, rows: Sequence[AuditEntry], subject: str) -> Listing:
    """Show what was done about one thing."""
    names = people.addresses(session, user_ids={row.actor for row in rows if people.ID.fullmatch(row.actor)})
    shown = [
        Line(
            str(row.id),
            routes.in_console(PATH, id=row.id),
            [when(row.at), Cell(text=row.action, is_code=True), _actor(row, names), _why(row)],
        )
        for row in rows
    ]
    table = Table.of(("When", "Action", "By", "Reason"), shown, empty="Nothing has been written down.")
    return Listing("Audit log", table, routes.in_console(PATH, q=subject, show="everything"))


def undo_of(session: Session, line: int) -> list[Act]:
    """Offer to undo an adjustment, or thanks, while it stands."""
    row = trail.look_at(session, line=line)
    if row is None or row.action not in by_hand.UNDOABLE or by_hand.undone(session, lines=[line]):
        return []
    credits = int(row.facts.get("credits", 0))
    verb = "Take back" if credits > 0 else "Return"
    tells = f"Does the opposite of what was done: {-credits:+,} credits. An adjustment is undone once."
    label = f"{verb} {abs(credits):,} credits"
    return [Act("undo-adjustment", str(line), label, tells, reason=f"Undone: {row.reason}"[:200])]


def _opened(session: Session, query: Query) -> list[Opened]:
    number = int(query.id) if query.id.isascii() and query.id.isdigit() and len(query.id) < 19 else 0  # noqa: PLR2004 - a bigint's digits
    row = trail.look_at(session, line=number)
    if row is None:
        return []
    names = people.addresses(session, user_ids={row.actor})
    who, what = _actor(row, names), _subject(row)
    return [
        Opened(
            title=row.action,
            id=f"Line {row.id}",
            back=PATH,
            marks=[],
            facts=[
                fact_at("When", row.at),
                Fact("By", who.text, href=who.href),
                Fact("About", row.subject, href=what.href, is_code=True),
                Fact("Reason", row.reason or NONE),
            ],
            acts=undo_of(session, number),
            listings=[],
            text=json.dumps(row.facts, indent=2, ensure_ascii=False) if row.facts else "",
            text_name="Facts",
        )
    ]


def _actor(row: AuditEntry, names: Mapping[str, str]) -> Cell:
    if row.actor in names:
        return Cell(text=names[row.actor], href=routes.in_console(routes.ADMIN_USERS, id=row.actor))
    return Cell(text=row.actor, tone="faint")


def _subject(row: AuditEntry) -> Cell:
    path = LEADS_TO.get(row.action.partition(".")[0])
    name = row.subject.removeprefix("decision:")
    href = routes.in_console(path, id=name) if path else ""
    return Cell(text=name if len(name) < 24 else views.short(name), href=href, is_code=True)  # noqa: PLR2004 - an id is longer


def _why(row: AuditEntry) -> Cell:
    return Cell(text=row.reason) if row.reason else Cell(text=_facts(row.facts), tone="faint")


def _facts(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())[:120]
