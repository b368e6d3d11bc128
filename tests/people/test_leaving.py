"""Deleting one's account: shut at once, kept for some days, and then erased, with nothing left of it but the books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cuttingasmr import db
from cuttingasmr.auth import operators
from cuttingasmr.credits import audit
from cuttingasmr.generation import control
from cuttingasmr.models import Status, User, Video
from tests.support.api import Api, Person
from tests.support.people import make_user
from tests.support.site import PASSWORD


def sign_up(api: Api, email: str) -> Person:
    browser = api.browser()
    body = {"email": email, "password": PASSWORD, "name": "Ada Lovelace"}
    answer = browser.post("/api/auth/sign-up", json=body)
    assert answer.status_code == 200, answer.text
    return Person(answer.json()["user"]["id"], browser)


def delete(person: Person, confirm: str = "DELETE", password: str = PASSWORD) -> Any:
    body = {"confirm": confirm, "password": password}
    return person.http.request("DELETE", "/api/user/delete-account", json=body)


def test_smoke(api: Api) -> None:
    ada = sign_up(api, "ada@example.org")
    started = ada.start("honey")
    assert delete(ada, "no").status_code == 422
    assert delete(ada, password="x").json()["code"] == "WrongPassword"
    answer = delete(ada)
    assert answer.status_code == 200, answer.text
    assert answer.json()["creditsReturned"] == 10
    assert ada.http.get("/api/credits").status_code == 401
