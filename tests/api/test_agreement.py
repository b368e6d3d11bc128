"""The agreement before the first purchase, and the credits as a file."""

from __future__ import annotations

import csv
import io

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.api import account
from cuttingasmr.credits import ledger
from cuttingasmr.payments import agreement
from tests.support.api import Api


def test_an_agreement_is_known_from_then_on(api: Api) -> None:
    person = api.someone()
    before = person.http.get("/api/user/agreement").json()

    agreed = person.http.post("/api/user/agreement").json()
    again = person.http.post("/api/user/agreement").json()

    assert before == {
        "success": True,
        "agreed": False,
        "version": agreement.VERSION,
        "agreedAt": None,
    }
    assert agreed["agreed"]
    assert again == agreed == person.http.get("/api/user/agreement").json()


def test_changed_texts_are_asked_about_once_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    person = api.someone()
    person.http.post("/api/user/agreement")

    monkeypatch.setattr(agreement, "VERSION", "2999-01-01")

    assert not person.http.get("/api/user/agreement").json()["agreed"]


def test_nobody_agrees_for_somebody_else(api: Api) -> None:
    assert api.browser().post("/api/user/agreement").status_code == 401
    assert api.browser().get("/api/user/agreement").status_code == 401


def earn(session: Session, user_id: str, reference: str) -> None:
    ledger.claw_back(session, user_id=user_id, reference=reference, credits=1)


def test_the_file_holds_ones_own_entries_all_of_them(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "CSV_ROWS", 3)
    person, other = api.someone(), api.someone()
    for number in range(8):
        db.run(earn, person.id, f"{person.id}{number}")
    db.run(earn, other.id, other.id)

    answer = person.http.get("/api/user/credits.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert [row["credits"] for row in rows] == ["-1"] * 8 + ["18"]
    assert other.id not in answer.text


def test_no_cell_is_taken_for_a_formula(api: Api) -> None:
    person = api.someone()
    db.run(earn, person.id, '=HYPERLINK("http://evil.example")')

    rows = list(csv.DictReader(io.StringIO(person.http.get("/api/user/credits.csv").text)))

    assert rows[0]["reference"] == '\'=HYPERLINK("http://evil.example")'


def test_a_stranger_gets_no_file(api: Api) -> None:
    assert api.browser().get("/api/user/credits.csv").status_code == 401
