"""Whether the money is right, in the console: what the hourly audit found, and how the nightly comparison with Creem came out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.console.screens import views
from cuttingasmr.console.screens.views import Cell, Figure, Line, Listing, Table, mark, when
from cuttingasmr.console.screens.wording import NONE, span
from cuttingasmr.credits import audit
from cuttingasmr.models import AuditEntry, ChoreRun
from cuttingasmr.payments import report

MOST = 20
LATE = report.EVERY * 2
"""A comparison that is older was left out at least once."""

AUDIT, COMPARISON = "Statements about the money", "Nightly comparison with Creem"


def figures(session: Session, now: datetime) -> list[Figure]:
    """Say in two numbers whether the books are right."""
    return [_audited(session), _compared(report.latest(session), now)]


def found(session: Session) -> list[Listing]:
    """Show the statements that are not true; nothing where all are."""
    line = audit.latest(session)
    return [_findings(line, empty="")] if line is not None and line.facts["count"] else []


def listings(session: Session) -> list[Listing]:
    """Show how both came out, whatever that is."""
    were_checked = (run := session.get(ChoreRun, audit.NAME)) is not None and run.runs > 0
    empty = "None was found untrue when they were last checked." if were_checked else "Not checked yet."
    return [_findings(audit.latest(session), empty=empty), _comparison(report.latest(session))]


def _audited(session: Session) -> Figure:
    run, line = session.get(ChoreRun, audit.NAME), audit.latest(session)
    count = line.facts["count"] if line else 0
    if line is not None and count:
        return Figure("Findings about the money", f"{count:,}", "not true: look at them", _href(line), "bad")
    if run is not None and run.broke_off:
        note = "could not be checked"
        return Figure("Findings about the money", NONE, note, routes.ADMIN_HEALTH, "bad")
    if run is None or not run.runs:
        return Figure("Findings about the money", NONE, "not checked yet", routes.ADMIN_HEALTH)
    return Figure("Findings about the money", "0", "all statements are true", routes.ADMIN_HEALTH)


def _compared(line: AuditEntry | None, now: datetime) -> Figure:
    name = "Differences from Creem\N{RIGHT SINGLE QUOTATION MARK}s books"
    if line is None:
        return Figure(name, NONE, "not compared yet", routes.ADMIN_HEALTH)
    count, ago = line.facts["count"], now - line.at
    tone = "bad" if count else "warn" if ago > LATE else ""
    return Figure(name, f"{count:,}", f"compared {span(ago.total_seconds())} ago", _href(line), tone)


def _findings(line: AuditEntry | None, *, empty: str) -> Listing:
    found: list[dict[str, Any]] = line.facts["findings"] if line else []
    lines = [
        Line(
            f"{finding['statement']}:{finding['subject']}",
            _href(line) if line else "",
            [
                Cell(text=f"Not true: {finding['statement']}"),
                _subject(finding["subject"]),
                Cell(text=finding["detail"]),
            ],
        )
        for finding in found[:MOST]
    ]
    table = Table.of(("Statement", "Of", "Found"), lines, empty=empty)
    return Listing(AUDIT, table, _href(line) if line and found else "")


def _subject(subject: str) -> Cell:
    href = routes.in_console(routes.ADMIN_AUDIT, q=subject, show="everything")
    return Cell(text=views.short(subject), href=href, is_code=True)


def _comparison(line: AuditEntry | None) -> Listing:
    lines = [_outcome(line)] if line else []
    table = Table.of(("Outcome", "First", "When"), lines, empty="Nothing has been compared yet.")
    return Listing(COMPARISON, table, _href(line) if line else "")


def _outcome(line: AuditEntry) -> Line:
    count, first = line.facts["count"], line.facts["differences"][:1]
    outcome = mark(f"{count:,} differ", tone="bad") if count else mark("No differences", tone="good")
    cells = [outcome, Cell(text=first[0]["what"] if first else NONE), when(line.at)]
    return Line(str(line.id), _href(line), cells)


def _href(line: AuditEntry) -> str:
    return routes.in_console(routes.ADMIN_AUDIT, id=line.id)
