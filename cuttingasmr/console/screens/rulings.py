"""What was decided about prompts, in the console: verdicts, and the words only with a reason and while they are kept."""

from __future__ import annotations

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.console import people, rulings
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
from cuttingasmr.models import ModerationDecision

PATH = routes.ADMIN_MODERATION
SHOWS = {"": "Refused", "deny": "Denied", "flag": "Flagged", "allow": "Allowed"}
NAMES = {"deny": "Denied", "flag": "Flagged", "allow": "Allowed"}
TONES: dict[str, Tone] = {"deny": "bad", "flag": "warn", "allow": "good"}


def show(session: Session, query: Query) -> Screen:
    """Show decisions, or one of them."""
    if query.id:
        return Screen(opened=_opened(session, query.id))
    page = rulings.find(session, words=query.words, verdict=query["show"], cursor=query.after)
    names = people.addresses(session, user_ids={row.user_id for row in page.rows if row.user_id})
    empty = "Nothing among these. Look further back." if page.next else "Nothing was decided like this."
    table = Table.of(
        ("Verdict", "Of", "Words", "When"), [_line(row, names) for row in page.rows], empty=empty
    )
    return Screen(
        words=query.words,
        hint="Address or id of who wrote it",
        groups=[views.group(query, PATH, "show", "Verdict", SHOWS)],
        tables=[Listing("", views.turned(table, page, query, PATH, next_name="Older"))],
    )


def _line(row: ModerationDecision, names: dict[str, str]) -> Line:
    return Line(
        str(row.id),
        routes.in_console(PATH, id=row.id),
        [
            _verdict(row),
            views.person(row.user_id, names),
            Cell(text="kept" if row.prompt is not None else "gone", tone="faint"),
            when(row.decided_at),
        ],
    )


def _verdict(row: ModerationDecision) -> Cell:
    note = "as before" if row.is_repeat else ""
    return mark(NAMES.get(row.decision, row.decision), note=note, tone=TONES.get(row.decision, ""))


def _opened(session: Session, name: str) -> list[Opened]:
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else 0  # noqa: PLR2004 - a bigint's digits
    row = rulings.look_at(session, decision=number)
    if row is None:
        return []
    who = views.person(
        row.user_id, people.addresses(session, user_ids={row.user_id} if row.user_id else set())
    )
    tells = "Shows what was written. That you have read it is written down."
    acts = [Act("read-decision", str(row.id), "Read the prompt", tells)] if row.prompt is not None else []
    return [
        Opened(
            title=f"Prompt {NAMES.get(row.decision, row.decision).lower()}",
            id=f"Decision {row.id}",
            back=PATH,
            marks=[_verdict(row)],
            facts=[
                Fact("Written by", who.text, href=who.href),
                fact_at("Decided", row.decided_at),
                Fact("How", "by an earlier decision about the same words" if row.is_repeat else "by Creem"),
                Fact("Words", "kept for 30 days" if row.prompt is not None else "gone"),
                Fact("Hash", row.prompt_hash[:16], is_code=True),
            ],
            acts=acts,
            listings=[],
        )
    ]
