"""The agreement before the first purchase, and the credits as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.api import account
from cuttingasmr.credits import ledger
from cuttingasmr.models import Agreement
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
        "version": agreement.version(),
        "agreedAt": None,
        "agreedVersion": None,
        "changes": [],
    }
    assert agreed["agreed"]
    assert agreed["agreedVersion"] == agreement.version()
    assert again == agreed == person.http.get("/api/user/agreement").json()


def test_every_text_is_its_last_edition() -> None:
    """A text that was changed needs a line that says how: `scripts/edition.py "what changed"` writes it."""
    for name in agreement.TEXTS:
        assert agreement.editions(name)[-1].text_hash == agreement.hash_of(agreement.text_of(name)), name


def test_the_version_is_made_of_the_texts_themselves() -> None:
    """So a changed text is another version, whatever else was forgotten."""
    assert agreement.version().endswith(f"-{agreement.text_hash()[:8]}")


def agree_to_what_was(user_id: str, *, editions: dict[str, int]) -> None:
    """Let somebody have agreed to older texts."""
    row = Agreement(user_id=user_id, version="2026-11-24", text_hash="0" * 64, editions=editions)
    db.run(lambda session: session.add(row))


@pytest.mark.parametrize(
    ("editions", "changed"),
    [
        pytest.param({}, {"privacy", "refund"}, id="before editions were counted"),
        pytest.param({"terms": 1, "privacy": 1, "refund": 2}, {"privacy"}, id="one text has changed since"),
    ],
)
def test_who_agreed_to_older_texts_is_asked_again_and_told_what_changed(
    api: Api, editions: dict[str, int], changed: set[str]
) -> None:
    person = api.someone()
    agree_to_what_was(person.id, editions=editions)

    found = person.http.get("/api/user/agreement").json()
    refused = person.http.post("/api/payments/checkout", json={"planType": "starter"})
    by_hand = person.http.post("/api/payments/creem-advanced", json={"planType": "starter"})
    person.http.post("/api/user/agreement")
    page = person.http.post("/api/payments/checkout", json={"planType": "starter"})

    assert (found["agreed"], found["agreedVersion"]) == (False, "2026-11-24")
    assert {it["text"] for it in found["changes"]} >= changed
    assert all(it["changed"] for it in found["changes"])
    for answer in (refused, by_hand):
        assert (answer.status_code, answer.json()["code"]) == (409, "AgreementNeeded")
    assert page.status_code == 200
    kept = db.look(lambda session: session.exec(select(Agreement.version).where(mine(person.id))).all())
    assert sorted(kept) == sorted(["2026-11-24", agreement.version()]), "both are kept"


def test_the_texts_say_how_this_site_is_set_and_who_agreed_to_other_numbers_is_told_so(
    make_api: Callable[..., Api],
) -> None:
    usual = make_api("sqlite").someone()
    usual.http.post("/api/user/agreement")
    agreed = db.look(lambda session: session.exec(select(Agreement).where(mine(usual.id))).one())
    facts = agreed.model_dump(include={"version", "text_hash", "editions"})
    ada = make_api("sqlite", bin_days="3", deletion_days="1").someone()
    db.run(lambda session: session.add(Agreement(user_id=ada.id, **facts)))

    found = ada.http.get("/api/user/agreement").json()

    assert agreement.facts() == {"bin_days": "3 days", "deletion_days": "1 day", "export_days": "7 days"}
    assert not found["agreed"]
    assert [it["changed"] for it in found["changes"]] == [agreement.PERIODS]
    assert found["version"] != agreed.version
    assert ada.http.post("/api/user/agreement").json()["agreed"]


def test_every_name_in_a_text_is_known() -> None:
    named = {name for text in agreement.TEXTS for name in re.findall(r"\{(.*?)\}", agreement.text_of(text))}

    assert named == set(agreement.facts())


def test_who_never_agreed_is_not_refused_by_the_api(api: Api) -> None:
    answer = api.someone().http.post("/api/payments/checkout", json={"planType": "starter"})

    assert answer.status_code == 200


def mine(user_id: str) -> ColumnElement[bool]:
    return col(Agreement.user_id) == user_id


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
