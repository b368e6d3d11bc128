"""What the money audit and the nightly comparison find stands where operators look first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import chores, db, routes
from cuttingasmr.console.screens import books, machinery
from cuttingasmr.console.screens.views import Figure, Screen
from cuttingasmr.credits import audit
from cuttingasmr.generation import counting
from cuttingasmr.models import AuditEntry, User
from cuttingasmr.payments import report
from cuttingasmr.payments.report import Difference
from tests.support.desk import see
from tests.support.people import make_user

pytestmark = pytest.mark.usefixtures("database")
HEALTH = routes.ADMIN_HEALTH


def health() -> Screen:
    return db.look(machinery.show_health, {})


def figures(screen: Screen) -> tuple[Figure, Figure]:
    """Give the numbers of the audit and of the comparison."""
    audited, compared = screen.figures[-2:]
    return audited, compared


def texts(screen: Screen, title: str) -> list[list[str]]:
    (listing,) = (listing for listing in screen.tables if listing.title == title)
    return [[cell.text for cell in line.cells] for line in listing.table.lines]


def empty_words(screen: Screen, title: str) -> str:
    (listing,) = (listing for listing in screen.tables if listing.title == title)
    return listing.table.empty


def lines(action: str) -> list[AuditEntry]:
    mine = select(AuditEntry).where(col(AuditEntry.action) == action).order_by(col(AuditEntry.id))
    return db.look(lambda session: list(session.exec(mine)))


def line_at(href: str) -> str:
    """Tell what stands where a link leads."""
    page, _, number = href.partition("?id=")
    assert page == routes.ADMIN_AUDIT
    return see("audit", id=number).opened[0].text


def give(user_id: str, credits: int) -> None:
    """Spoil a balance, past the ledger."""

    def spoil(session: Session) -> None:
        session.get_one(User, user_id).total_credits += credits

    db.run(spoil)


def test_a_balance_that_is_wrong_is_shown_until_it_is_right_and_written_down_once() -> None:
    user_id = make_user()
    give(user_id, 9981)

    for _ in range(2):
        chores.audit_money()

    for screen in (see("overview"), health()):
        figure = figures(screen)[0]
        assert (figure.number, figure.note, figure.tone) == ("1", "not true: look at them", "bad")
        (found,) = texts(screen, books.AUDIT)
        assert found == [
            "Not true: a balance is the sum of its entries",
            user_id[:8],
            "total is off by 9981, used by 0",
        ]
    assert user_id in line_at(figures(see("overview"))[0].href)
    (job,) = texts(health(), "Scheduled jobs")
    assert job[1] == "Found something"
    assert len(lines(audit.ACTION)) == 1

    give(user_id, -9981)
    chores.audit_money()

    assert figures(health())[0] == Figure("Findings about the money", "0", "all statements are true", HEALTH)
    assert texts(health(), books.AUDIT) == []
    assert [listing.title for listing in see("overview").tables if listing.title == books.AUDIT] == []
    assert [line.facts["count"] for line in lines(audit.ACTION)] == [1, 0]
    (job,) = texts(health(), "Scheduled jobs")
    assert job[1] == "OK"


def test_an_audit_that_was_not_or_could_not_be_done_is_no_clean_one() -> None:
    assert figures(health())[0].note == "not checked yet"
    db.run(counting.begin, audit.NAME, seconds=1)
    assert figures(health())[0].note == "not checked yet"

    assert empty_words(health(), books.AUDIT) == "Not checked yet."

    counting.note_failure(audit.NAME, ZeroDivisionError("some reason"))
    figure = figures(see("overview"))[0]
    assert (figure.note, figure.tone) == ("could not be checked", "bad")
    (job,) = texts(health(), "Scheduled jobs")
    assert job[1] == "Failed"

    chores.audit_money()
    assert figures(see("overview"))[0].number == "0"
    assert empty_words(health(), books.AUDIT) == "None was found untrue when they were last checked."
    assert lines(audit.ACTION) == []


def test_the_last_comparison_is_shown_with_its_line() -> None:
    assert figures(see("overview"))[1].note == "not compared yet"
    assert texts(health(), books.COMPARISON) == []
    differences = [
        Difference("Creem was paid, and we have no order", f"tran_{number}", "") for number in (1, 2)
    ]
    db.run(report._write_down, differences=differences)

    for screen in (see("overview"), health()):
        figure = figures(screen)[1]
        assert (figure.number, figure.note, figure.tone) == ("2", "compared 0 s ago", "bad")
        assert "tran_2" in line_at(figure.href)
    (outcome,) = texts(health(), books.COMPARISON)
    assert outcome[:2] == ["2 differ", "Creem was paid, and we have no order"]

    db.run(report._write_down, differences=[])
    assert (figures(health())[1].number, figures(health())[1].tone) == ("0", "")
    (outcome,) = texts(health(), books.COMPARISON)
    assert outcome[0] == "No differences"


def test_a_comparison_that_was_left_out_is_told_by_its_age() -> None:
    at = db.utc_now() - books.LATE - timedelta(hours=1)
    line = AuditEntry(at=at, actor="report", action=report.ACTION, subject=report.SUBJECT)
    line.facts = {"count": 0, "differences": []}
    db.run(lambda session: session.add(line))

    figure = figures(see("overview"))[1]

    assert (figure.note, figure.tone) == ("compared 47 h ago", "warn")
