"""Sessions as their owner sees them, ending them, and operators shutting somebody out."""

from __future__ import annotations

import secrets
from datetime import timedelta

import httpx
import pytest
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.auth import operators, sessions
from cuttingasmr.auth.session_list import device_of
from cuttingasmr.auth.sessions import COOKIE, LIFE
from cuttingasmr.models import AuditEntry, SessionRow
from tests.support.api import Api, Person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
PASSWORD = "correct horse battery"
OPERATOR = "operator@example.org"


def elsewhere(api: Api, person: Person, user_agent: str = FIREFOX) -> httpx.Client:
    """Sign somebody in from another browser."""
    return api.browser(db.run(sessions.begin, user_id=person.id, user_agent=user_agent))


def listed(http: httpx.Client) -> list[dict[str, object]]:
    return http.get("/api/user/sessions").json()["sessions"]


@pytest.fixture
def operator(api: Api, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody whom the settings and a shell on the server call an operator."""
    monkeypatch.setattr("cuttingasmr.auth.operators._named", lambda: {OPERATOR})
    browser = api.browser()
    account = {"email": OPERATOR, "password": PASSWORD}
    answer = browser.post("/api/auth/sign-up", json=account)
    if answer.status_code != 200:
        answer = browser.post("/api/auth/sign-in", json=account)
    db.run(operators.vouch_for, email=OPERATOR)
    return Person(answer.json()["user"]["id"], browser)


def test_somebody_sees_where_they_are_signed_in(api: Api) -> None:
    ada = api.someone()
    elsewhere(api, ada)

    here, there = listed(ada.http)

    assert (here["isHere"], there["isHere"], there["device"]) == (True, False, "Firefox on Linux")
    assert set(here) == {"id", "device", "createdAt", "lastSeenAt", "isHere"}
    assert ada.http.cookies[COOKIE] not in str(here)


def test_a_session_that_is_ended_elsewhere_opens_nothing_any_more(api: Api) -> None:
    ada = api.someone()
    other = elsewhere(api, ada)
    there = next(it for it in listed(ada.http) if not it["isHere"])

    assert ada.http.delete(f"/api/user/sessions/{there['id']}").json() == {"success": True}

    assert other.get("/api/credits").status_code == 401
    assert len(listed(ada.http)) == 1
    assert ada.http.delete(f"/api/user/sessions/{there['id']}").status_code == 404


@pytest.mark.parametrize("name", ["0" * 32, "x", "%00" * 32, "A" * 32, "x" * 5000, "_" * 32, "%25" * 32])
def test_what_is_no_session_of_ones_own_cannot_be_ended(api: Api, name: str) -> None:
    ada = api.someone()

    assert ada.http.delete(f"/api/user/sessions/{name}").status_code == 404
    assert len(listed(ada.http)) == 1


def test_somebody_elses_session_cannot_be_ended(api: Api) -> None:
    ada, eve = api.someone(), api.someone()
    (hers,) = listed(ada.http)

    assert eve.http.delete(f"/api/user/sessions/{hers['id']}").status_code == 404
    assert ada.http.get("/api/credits").status_code == 200


def test_all_others_can_be_ended_at_once(api: Api) -> None:
    ada, eve = api.someone(), api.someone()
    others = [elsewhere(api, ada) for _ in range(3)]

    assert ada.http.post("/api/user/sessions/end-others").json() == {"success": True, "ended": 3}

    assert {other.get("/api/credits").status_code for other in others} == {401}
    assert (ada.http.get("/api/credits").status_code, eve.http.get("/api/credits").status_code) == (200, 200)


def test_signing_in_makes_a_new_token_and_kills_the_old_one_even_if_it_was_planted(api: Api) -> None:
    eve, victim = api.someone(), api.browser()
    planted = eve.http.cookies[COOKIE]
    victim.cookies.set(COOKIE, planted)
    email = f"{secrets.token_hex(8)}@example.org"

    victim.post("/api/auth/sign-up", json={"email": email, "password": PASSWORD})

    given = [cookie.value for cookie in victim.cookies.jar if cookie.name == COOKIE]
    assert planted not in given[-1:]
    assert api.browser(planted).get("/api/auth/session").json()["user"] is None
    assert api.browser(given[-1]).get("/api/auth/session").json()["user"]["email"] == email


def test_a_cookie_that_was_copied_before_signing_out_is_dead_after_it(api: Api) -> None:
    ada = api.someone()
    copied = ada.http.cookies[COOKIE]

    ada.http.post("/api/auth/sign-out")

    assert api.browser(copied).get("/api/credits").status_code == 401


def test_a_page_that_only_asks_who_is_here_renews_the_session(api: Api) -> None:
    ada = api.someone()
    ends = db.utc_now() + LIFE / 2
    db.run(
        lambda session: session.exec(
            update(SessionRow).where(col(SessionRow.user_id) == ada.id).values(expires_at=ends)
        )
    )

    answer = ada.http.get("/api/auth/session")

    assert COOKIE in answer.headers["set-cookie"]
    (row,) = db.look(_rows, ada.id)
    assert row.expires_at > ends + timedelta(days=14)


def _rows(session: Session, user_id: str) -> list[SessionRow]:
    return list(session.exec(select(SessionRow).where(col(SessionRow.user_id) == user_id)))


def test_when_a_session_was_used_last_is_written_down_now_and_then(api: Api) -> None:
    ada = api.someone()
    long_ago = db.utc_now() - timedelta(hours=1)
    db.run(
        lambda session: session.exec(
            update(SessionRow).where(col(SessionRow.user_id) == ada.id).values(last_seen_at=long_ago)
        )
    )

    ada.http.get("/api/credits")
    (first,) = db.look(_rows, ada.id)
    ada.http.get("/api/credits")
    (second,) = db.look(_rows, ada.id)

    assert first.last_seen_at > long_ago
    assert second.last_seen_at == first.last_seen_at


@pytest.mark.parametrize(
    ("said", "device"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iOS",
        ),
        ("", "Another device"),
        ("<script>alert(1)</script>", "Another device"),
        ("x" * 100_000, "Another device"),
    ],
)
def test_a_browser_is_named_in_a_few_words(said: str, device: str) -> None:
    assert device_of(said) == device


def test_a_ban_acts_at_once_everywhere_and_is_written_down(api: Api, operator: Person) -> None:
    ada = api.someone()
    other = elsewhere(api, ada)

    answer = operator.http.post("/api/manual-ban", json={"userId": ada.id, "reason": "Stolen cards."})

    assert answer.json() == {"success": True}
    assert [it.get("/api/credits").status_code for it in (ada.http, other)] == [401, 401]
    line = db.look(
        lambda session: session.exec(select(AuditEntry).where(col(AuditEntry.subject) == ada.id)).all()[-1]
    )
    assert (line.actor, line.action, line.reason) == (operator.id, "user.banned", "Stolen cards.")
    operator.http.post("/api/manual-ban", json={"userId": ada.id, "reason": "A mistake.", "banned": False})
    assert ada.http.get("/api/credits").status_code == 401, "the old session stays over"
    assert elsewhere(api, ada).get("/api/credits").status_code == 200


def test_nobody_is_banned_without_a_reason_nor_an_operator_at_all(api: Api, operator: Person) -> None:
    ada = api.someone()

    for body, status in (
        ({"userId": ada.id, "reason": " "}, 422),
        ({"userId": operator.id, "reason": "Coup."}, 409),
        ({"userId": "0" * 32, "reason": "Nobody."}, 404),
    ):
        assert operator.http.post("/api/manual-ban", json=body).status_code == status

    assert ada.http.get("/api/credits").status_code == 200
    assert ada.http.post("/api/manual-ban", json={"userId": ada.id, "reason": "x"}).status_code == 404
