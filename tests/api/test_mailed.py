"""Passwords and addresses by letter, over the API; the letters go to the sandbox, as in development."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.letters import sending
from cuttingasmr.models import AuditEntry, Letter, User
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.http import close_client
from tests.support.api import Api, broken

PASSWORD = "correct horse battery"
OTHER = "another fine password"


def letters(api: Api, to: str) -> list[dict[str, Any]]:
    """Send what waits, and give the letters to somebody, the newest first."""

    async def send() -> None:
        try:
            await sending.send_due()
        finally:
            await close_client()

    asyncio.run(send())
    asked = httpx.get(f"{api.sandbox.url}/mail/messages", params={"to": to}, trust_env=False)
    return asked.json()["messages"]


def token_to(api: Api, to: str) -> str:
    """Give the token of the last letter to somebody."""
    link = letters(api, to)[0]["links"][0]
    assert link.startswith(f"{api.url}/")
    return link.partition("#")[2]


class Ada:
    """Somebody who has signed up in a browser."""

    def __init__(self, api: Api) -> None:
        self.api, self.email, self.http = api, f"{new_id()}@example.org", api.browser()
        assert self.post("sign-up", email=self.email, password=PASSWORD).status_code == 200

    def post(self, what: str, http: httpx.Client | None = None, **body: Any) -> httpx.Response:
        return (http or self.http).post(f"/api/auth/{what}", json=body)

    def sign_in(self, password: str) -> httpx.Client | None:
        browser = self.api.browser()
        answer = self.post("sign-in", browser, email=self.email, password=password)
        return browser if answer.is_success else None

    def row(self) -> User:
        mine = select(User).where(col(User.email) == self.email)
        return db.look(lambda session: session.exec(mine).one())


@pytest.fixture
def ada(api: Api) -> Ada:
    ada = Ada(api)
    letters(
        api, ada.email
    )  # the first is sent, so that the next one is the last: those that wait together come in any order
    return ada


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_signing_up_sends_a_link_that_opening_alone_does_not_use(api: Api, ada: Ada) -> None:
    (letter,) = letters(api, ada.email)
    address, _, token = letter["links"][0].partition("#")
    assert address == f"{api.url}/verify-email"
    for _ in range(3):
        api.browser().get("/verify-email")  # as a program does that looks into mail: the token stays with it

    assert code(ada.post("verify", api.browser(), token=token)) == (401, "SignInRequired")
    assert code(ada.post("verify", Ada(api).http, token=token)) == (404, "NotFound")
    assert ada.row().email_verified_at is None
    answer = ada.post("verify", token=token)

    assert answer.json() == {"success": True, "email": ada.email, "isNew": False}
    assert ada.row().email_verified_at is not None
    assert code(ada.post("verify", token=token)) == (410, "LinkOver")
    assert ada.post("request-verification").json() == {"success": True, "sent": False}


def test_a_forgotten_password_is_set_anew(api: Api, ada: Ada) -> None:
    stranger = api.browser()
    known = ada.post("request-reset", stranger, email=ada.email.upper())
    unknown = ada.post("request-reset", stranger, email=f"{new_id()}@example.org")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers.keys() == unknown.headers.keys()
    token = token_to(api, ada.email)

    assert code(ada.post("reset", stranger, token=token, password="short")) == (422, "InvalidPassword")
    assert ada.post("reset", stranger, token=token, password=OTHER).json() == {"success": True}

    assert ada.http.get("/api/credits").status_code == 401  # the session from before
    assert not stranger.cookies  # it is no way in by itself
    assert ada.sign_in(PASSWORD) is None
    assert ada.sign_in(OTHER) is not None
    assert code(ada.post("reset", stranger, token=token, password=OTHER)) == (410, "LinkOver")
    assert letters(api, ada.email)[0]["subject"] == "Your password was changed"


def test_a_password_is_changed_by_the_present_one(ada: Ada) -> None:
    elsewhere = ada.sign_in(PASSWORD)
    assert elsewhere is not None
    wrong = ada.post("change-password", password="a guess of somebody", newPassword=OTHER)
    assert code(wrong) == (422, "WrongPassword")

    assert ada.post("change-password", password=PASSWORD, newPassword=OTHER).is_success

    assert ada.http.get("/api/credits").is_success
    assert elsewhere.get("/api/credits").status_code == 401
    assert ada.sign_in(OTHER) is not None


def test_an_address_is_changed_by_a_letter_to_the_new_one(api: Api, ada: Ada) -> None:
    assert ada.post("verify", token=token_to(api, ada.email)).is_success
    new = f"{new_id()}@new.example"
    answer = ada.post("change-email", email=new, password=PASSWORD)
    assert answer.json() == {"success": True, "email": new}
    token = token_to(api, new)
    assert code(ada.post("verify", api.browser(), token=token)) == (401, "SignInRequired")
    assert code(ada.post("verify", Ada(api).http, token=token)) == (404, "NotFound")

    assert ada.post("verify", token=token).json() == {"success": True, "email": new, "isNew": True}

    assert ada.http.get("/api/auth/session").json()["user"]["email"] == new
    assert letters(api, ada.email)[0]["subject"] == "The address of your account was changed"


def test_a_change_can_be_stopped(api: Api, ada: Ada) -> None:
    new = f"{new_id()}@new.example"
    ada.post("change-email", email=new, password=PASSWORD)
    token = token_to(api, new)

    assert ada.http.delete("/api/auth/change-email").json() == {"success": True}

    assert code(ada.post("verify", token=token)) == (410, "LinkOver")


def test_another_sites_page_can_ask_for_nothing(ada: Ada) -> None:
    for what, body in (
        ("request-reset", {"email": ada.email}),
        ("change-password", {"password": PASSWORD, "newPassword": OTHER}),
        ("change-email", {"email": "eve@example.org", "password": PASSWORD}),
    ):
        answer = ada.http.post(
            f"/api/auth/{what}",
            json=body,
            headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        )
        assert answer.status_code == 403


def test_what_makes_no_sense_is_refused(ada: Ada) -> None:
    bodies: list[Any] = [{}, {"email": 5, "token": []}, {"token": "x" * 201, "email": "x" * 1001}, [], "x"]
    for what in ("request-reset", "reset", "verify", "change-password", "change-email"):
        for body in bodies:
            assert ada.http.post(f"/api/auth/{what}", json=body).status_code == 422


def test_a_mail_server_that_is_away_loses_no_letter(api: Api) -> None:
    with broken(api.sandbox, "500", provider="mail"):
        ada = Ada(api)
        assert letters(api, ada.email) == []

    def due_now(session: Session) -> None:
        for letter in session.exec(select(Letter).where(col(Letter.due_at).is_not(None))):
            letter.due_at = db.utc_now()

    db.run(due_now)
    assert [it["subject"] for it in letters(api, ada.email)] == ["Confirm your e-mail address"]


def test_neither_address_nor_token_is_in_the_audit_log(api: Api, ada: Ada) -> None:
    ada.post("request-reset", email=ada.email)
    token = token_to(api, ada.email)
    ada.post("reset", token=token, password=OTHER)

    written = db.look(lambda session: [line.model_dump_json() for line in session.exec(select(AuditEntry))])

    assert any("user.reset-password" in line for line in written)
    assert all(ada.email not in line and token not in line for line in written)
