"""Signing up, in and out over HTTP: shapes, cookies, limits, and what an account holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from sqlmodel import Session, col, select, update

from cuttingasmr import db, live
from cuttingasmr.auth import buyer, sessions
from cuttingasmr.auth.sessions import COOKIE, LIFE, RENEW_AFTER
from cuttingasmr.models import SessionRow, User
from cuttingasmr.models.columns import new_id
from tests.support.api import Api

PASSWORD = "correct horse battery"


def sign_up(browser: httpx.Client, email: str = "", **more: str) -> httpx.Response:
    body = {"email": email or f"{new_id()}@example.org", "password": PASSWORD, **more}
    return browser.post("/api/auth/sign-up", json=body)


def cookie_of(answer: httpx.Response, name: str = COOKIE) -> Morsel[str]:
    return next(
        morsel
        for line in answer.headers.get_list("set-cookie")
        for key, morsel in SimpleCookie(line).items()
        if key == name
    )


def hashes(session: Session, user_id: str) -> list[str]:
    return list(session.exec(select(SessionRow.token_hash).where(col(SessionRow.user_id) == user_id)))


def test_a_new_account_is_signed_in_at_once(api: Api) -> None:
    browser, email = api.browser(), f"{new_id()}@example.org"

    answer = sign_up(browser, email, name="Ada")

    told = answer.json()
    assert answer.status_code == 200
    assert told["user"] == {"id": told["user"]["id"], "email": email, "name": "Ada", "eraseAt": None}
    assert browser.get("/api/auth/session").json() == told
    assert browser.get("/api/credits").json()["data"]["remainingCredits"] == 18


@pytest.mark.parametrize(("name", "value"), [(COOKIE, sessions.TOKEN), (buyer.COOKIE, buyer.VALUE)])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    api: Api, name: str, value: re.Pattern[str]
) -> None:
    cookie = cookie_of(sign_up(api.browser()), name)

    assert value.fullmatch(cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert cookie["max-age"] == str(round(LIFE.total_seconds()))
    assert not cookie["secure"], "this site is reached over http"
    assert not cookie["domain"], "this host alone"


def test_the_cookie_of_a_site_with_https_goes_over_https_alone(make_api: Callable[..., Api]) -> None:
    api = make_api(app_url="https://asmr.example")

    answer = sign_up(api.browser())

    assert cookie_of(answer)["secure"] is True
    assert cookie_of(answer, buyer.COOKIE)["secure"] is True


def test_signing_in_begins_a_session_and_ends_the_one_this_browser_had(api: Api) -> None:
    browser, other, email = api.browser(), api.browser(), f"{new_id()}@example.org"
    first = sign_up(browser, email).json()["user"]["id"]
    had = browser.cookies[COOKIE]
    signing_in = {"email": email.upper(), "password": PASSWORD}

    answer = browser.post("/api/auth/sign-in", json=signing_in)
    other.post("/api/auth/sign-in", json=signing_in)

    assert answer.json()["user"]["id"] == first
    assert browser.cookies[COOKIE] != had
    assert db.look(sessions.find, token=had) is None
    assert len(db.look(hashes, first)) == 2, "the other browser has one of its own"


async def test_signing_in_as_another_person_wakes_the_tabs_of_who_was_signed_in_here(api: Api) -> None:
    browser, other = api.browser(), api.browser()
    ada = sign_up(browser).json()["user"]["id"]
    bobs = sign_up(other).json()["user"]["email"]

    with live.listening(ada) as tab:
        browser.post("/api/auth/sign-in", json={"email": bobs, "password": PASSWORD})
        assert await tab.wait(5)

    assert browser.get("/api/auth/session").json()["user"]["email"] == bobs


async def test_signing_out_wakes_the_tabs_also_of_somebody_who_is_leaving(api: Api) -> None:
    ada = api.someone()
    mine = update(User).where(col(User.id) == ada.id)
    db.run(lambda session: session.exec(mine.values(erase_at=db.utc_now() + timedelta(days=7))))

    with live.listening(ada.id) as tab:
        ada.http.post("/api/auth/sign-out")
        assert await tab.wait(5)


def test_signing_out_ends_this_session_and_takes_the_cookie_away(api: Api) -> None:
    ada = api.someone()
    token = ada.http.cookies[COOKIE]

    answer = ada.http.post("/api/auth/sign-out")

    assert answer.json() == {"success": True}
    assert cookie_of(answer)["max-age"] == "0"
    assert db.look(sessions.find, token=token) is None
    assert ada.http.get("/api/auth/session").json() == {"success": True, "user": None}


def test_signing_out_without_a_session_is_no_error(api: Api) -> None:
    assert api.browser().post("/api/auth/sign-out").json() == {"success": True}


def test_nobody_is_an_answer_too(api: Api) -> None:
    assert api.browser().get("/api/auth/session").json() == {"success": True, "user": None}


def test_a_ban_ends_a_session_at_once(api: Api) -> None:
    ada = api.someone()

    db.run(lambda session: session.exec(update(User).where(col(User.id) == ada.id).values(is_banned=True)))

    assert ada.http.get("/api/credits").status_code == 401
    assert ada.http.get("/api/auth/session").json()["user"] is None


@pytest.mark.parametrize(
    ("unused", "renews"),
    [
        pytest.param(RENEW_AFTER - timedelta(minutes=1), False, id="within the hour"),
        pytest.param(RENEW_AFTER + timedelta(minutes=1), True, id="after the hour"),
    ],
)
def test_a_session_in_use_renews_its_cookie_once_an_hour(
    api: Api, unused: timedelta, *, renews: bool
) -> None:
    ada = api.someone()
    ends = db.utc_now() + LIFE - unused
    db.run(
        lambda session: session.exec(
            update(SessionRow).where(col(SessionRow.user_id) == ada.id).values(expires_at=ends)
        )
    )

    answer = ada.http.get("/api/credits")

    assert ("set-cookie" in answer.headers) is renews
    assert "set-cookie" not in ada.http.get("/api/credits").headers


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(api: Api) -> None:
    browser, email = api.browser(), f"{new_id()}@example.org"
    sign_up(browser, email)
    stranger = api.browser()

    wrong = stranger.post("/api/auth/sign-in", json={"email": email, "password": "wrong horse battery"})
    unknown = stranger.post("/api/auth/sign-in", json={"email": "no@example.org", "password": PASSWORD})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json()["code"] == "WrongCredentials"
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"email": "no address", "password": PASSWORD}, 422, "InvalidEmail", id="no address"),
        pytest.param(
            {"email": "a@example.org", "password": "short"}, 422, "InvalidPassword", id="a short password"
        ),
        pytest.param(
            {"email": "a@example.org", "password": "x" * 201}, 422, "InvalidPassword", id="a long password"
        ),
        pytest.param({"email": "a@example.org"}, 422, "Invalid", id="no password"),
        pytest.param(
            {"email": "a@example.org", "password": PASSWORD, "name": "x" * 10_000},
            422,
            "Invalid",
            id="a name of 10 KB",
        ),
        pytest.param({"email": "x" * 10_000, "password": PASSWORD}, 422, "Invalid", id="an address of 10 KB"),
        pytest.param(
            {"email": ["a@example.org"], "password": PASSWORD}, 422, "Invalid", id="a list of addresses"
        ),
    ],
)
def test_a_sign_up_that_will_not_do_leaves_nothing(
    api: Api, body: dict[str, object], status: int, code: str
) -> None:
    before, browser = api.written(), api.browser()

    answer = browser.post("/api/auth/sign-up", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "set-cookie" not in answer.headers
    assert api.written() == before


def test_a_taken_address_is_told(api: Api) -> None:
    browser, email = api.browser(), f"{new_id()}@example.org"
    sign_up(browser, email)
    before = api.written()

    answer = sign_up(api.browser(), email.upper())

    assert (answer.status_code, answer.json()["code"]) == (409, "EmailTaken")
    assert api.written() == before


def test_a_demo_account_takes_one_press(api: Api) -> None:
    browser = api.browser()

    told = browser.post("/api/auth/demo").json()

    assert told["user"]["name"] == "Demo"
    assert browser.get("/api/credits").json()["data"]["remainingCredits"] == 18


def test_a_guesser_has_ten_tries_and_is_told_when_to_come_back(make_api: Callable[..., Api]) -> None:
    browser = make_api().browser()
    guess = {"email": "ada@example.org", "password": "x"}

    answers = [browser.post("/api/auth/sign-in", json=guess) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900
    assert answers[-1].json()["retryAfter"] == int(answers[-1].headers["retry-after"])
    assert answers[-1].json()["code"] == "TooManyRequests"


def test_sign_ups_of_one_address_are_limited(make_api: Callable[..., Api]) -> None:
    api = make_api()
    browser = api.browser()

    answers = [browser.post("/api/auth/sign-up", json={"email": "no", "password": "x"}) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


@pytest.mark.parametrize("method", [pytest.param("GET", id="GET"), pytest.param("POST", id="POST")])
def test_credits_have_the_shape_of_the_contract(api: Api, method: str) -> None:
    ada = api.someone(credits=25)
    ada.start()

    assert ada.http.request(method, "/api/credits").json() == {
        "success": True,
        "data": {"totalCredits": 25, "usedCredits": 10, "remainingCredits": 15, "videosCount": 1},
    }


def test_a_credits_check_has_the_shape_of_the_contract(api: Api) -> None:
    ada = api.someone(credits=25)
    email = db.look(lambda session: session.get_one(User, ada.id).email)

    assert ada.http.get("/api/credits-check").json() == {
        "success": True, "userExists": True, "userId": ada.id, "email": email, "totalCredits": 25, "usedCredits": 0,
        "remainingCredits": 25, "videoCost": 10, "canCreateVideo": True, "videosAffordable": 2,
    }  # fmt: skip


def test_who_cannot_pay_a_video_is_told_so(api: Api) -> None:
    told = api.someone(credits=9).http.get("/api/credits-check").json()

    assert (told["canCreateVideo"], told["videosAffordable"]) == (False, 0)


def test_a_write_from_our_own_page_is_let_through(api: Api) -> None:
    headers = {"origin": api.url, "sec-fetch-site": "same-origin"}

    assert api.browser().post("/api/auth/demo", headers=headers).status_code == 200
