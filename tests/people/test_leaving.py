"""Deleting one's account: shut at once everywhere, to be kept by one press for some days; and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import operators, sessions
from cuttingasmr.credits import audit
from cuttingasmr.errors import NotFound
from cuttingasmr.generation import shelving, start
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.models import AuditEntry, SessionRow, Status
from cuttingasmr.people import leaving
from tests.support.api import Api
from tests.support.leaver import WEEK, Leaver
from tests.support.people import make_user

Someone = Callable[[str], Leaver]
OPERATOR = "the-operator@example.org"


@pytest.fixture
def zoe(leaver: Someone) -> Leaver:
    return leaver("zoe")


def sessions_of(session: Session, user_id: str) -> int:
    return len(session.exec(select(SessionRow).where(col(SessionRow.user_id) == user_id)).all())


@pytest.mark.parametrize(
    ("confirm", "password", "code"),
    [
        pytest.param("", "correct horse battery", "NotConfirmed", id="nothing typed"),
        pytest.param("delete", "correct horse battery", "NotConfirmed", id="in small letters"),
        pytest.param("somebody@else.org", "correct horse battery", "NotConfirmed", id="another address"),
        pytest.param("DELETE", "", "WrongPassword", id="no password"),
        pytest.param("DELETE", "incorrect horse", "WrongPassword", id="a wrong password"),
    ],
)
def test_nothing_is_deleted_by_mistake(zoe: Leaver, confirm: str, password: str, code: str) -> None:
    answer = zoe.delete(confirm, password)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert zoe.row().erase_at is None
    assert zoe.http.get("/api/credits").status_code == 200


def test_the_address_confirms_as_well_and_an_account_without_a_password_needs_none(api: Api) -> None:
    user_id = make_user(email="nobody-knows@example.org")
    browser = api.browser(db.run(sessions.begin, user_id=user_id))

    answer = browser.request(
        "DELETE", "/api/user/delete-account", json={"confirm": " Nobody-Knows@example.org "}
    )

    assert answer.status_code == 200, answer.text
    left = datetime.fromisoformat(answer.json()["eraseAt"]) - db.utc_now()
    assert timedelta(days=6, hours=23) < left < timedelta(days=7, hours=1)
    assert "cuttingasmr_session=" in answer.headers["set-cookie"], "the cookie goes with it"


def test_leaving_shuts_the_account_everywhere_and_gives_back_what_was_not_begun(
    zoe: Leaver, api: Api
) -> None:
    zoe.buy()
    waiting = [zoe.person.start("one"), zoe.person.start("two")]
    shared, running = zoe.keep_video(1), zoe.running_video()
    elsewhere = zoe.sign_in()
    link = zoe.http.get(f"/api/videos/{shared}/link").json()["url"].removeprefix(api.url)
    assert api.browser().get(f"/video/{shared}").status_code == 200
    assert api.browser().get(link).status_code == 200

    answer = zoe.delete()

    assert (answer.json()["videosCanceled"], answer.json()["creditsReturned"]) == (2, 20)
    for browser in (zoe.http, elsewhere):
        assert browser.get("/api/credits").status_code == 401
    assert db.look(sessions_of, zoe.id) == 0
    for path in (f"/video/{shared}", f"/api/videos/{shared}/file", f"/api/videos/{shared}/poster", link):
        assert api.browser().get(path).status_code == 404, path
    status = {video.id: video.status for video in zoe.videos()}
    assert [status[video] for video in waiting] == [Status.CANCELED] * 2
    assert status[running] == Status.RENDERING, "it is let finish: it is paid for"
    assert db.look(audit.find_all) == []


def test_who_is_leaving_may_sign_in_look_take_along_stay_and_go_and_nothing_else(zoe: Leaver) -> None:
    zoe.leave()
    browser = zoe.sign_in()

    told = browser.get("/api/auth/session").json()["user"]
    assert datetime.fromisoformat(told["eraseAt"]) > db.utc_now()
    refused = [
        browser.get("/api/credits"),
        browser.get("/api/user/videos"),
        browser.get("/api/user/sessions"),
        browser.post("/api/generate-video", json={"prompt": "ice"}),
        browser.post("/api/payments/checkout", json={"planType": "starter"}),
        browser.request("DELETE", "/api/user/delete-account", json={"confirm": "DELETE"}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(401, "AccountLeaving")}
    assert refused[0].json()["eraseAt"] == zoe.row().erase_at.isoformat()  # pyright: ignore[reportOptionalMemberAccess]
    assert browser.get("/api/user/export-data").status_code == 202
    assert browser.post("/api/auth/sign-out").status_code == 200
    assert browser.get("/api/user/export-data").status_code == 401


def test_one_press_keeps_the_account_with_all_that_is_in_it(zoe: Leaver) -> None:
    zoe.buy()
    video = zoe.keep_video(1)
    before = zoe.person.balance()
    zoe.leave()
    browser = zoe.sign_in()

    kept = [browser.post("/api/user/keep-account") for _ in range(2)]

    assert [answer.json()["user"]["eraseAt"] for answer in kept] == [None, None]
    assert browser.get("/api/credits").json()["data"]["remainingCredits"] == before
    assert browser.get(f"/api/videos/{video}/file").content == zoe.film
    zoe.erase()
    assert zoe.row().email == zoe.email
    lines = select(AuditEntry.action).where(col(AuditEntry.subject) == zoe.id)
    assert list(db.look(lambda session: session.exec(lines).all())) == ["user.leaving", "user.stayed"]


def test_what_was_on_its_way_when_somebody_left_starts_and_shares_nothing(zoe: Leaver) -> None:
    video = zoe.keep_video(1)
    zoe.leave()

    with pytest.raises(NotFound):
        db.run(start.charge_and_record, user_id=zoe.id, request=VideoRequest.checked(prompt="ice"))
    with pytest.raises(NotFound):
        db.run(shelving.set_shared, user_id=zoe.id, video_id=video, shared=True)
    assert db.look(audit.find_all) == []


def test_it_is_too_late_once_the_erasing_has_begun(zoe: Leaver) -> None:
    zoe.leave()
    browser = zoe.sign_in()
    zoe.finished = []
    zoe.erase()

    assert browser.post("/api/user/keep-account").status_code == 401
    answer = zoe.api.browser().post(
        "/api/auth/sign-in", json={"email": zoe.email, "password": "correct horse battery"}
    )
    assert answer.status_code == 401
    assert zoe.row().erased_at is not None


def test_leaving_twice_is_leaving_once_and_the_day_stays(zoe: Leaver) -> None:
    first = db.run(leaving.begin, user_id=zoe.id, actor=zoe.id)
    again = db.run(leaving.begin, user_id=zoe.id, actor=zoe.id, now=db.utc_now() + WEEK)

    assert again.erase_at == first.erase_at


def test_a_session_that_is_somebody_elses_keeps_and_deletes_only_theirs(zoe: Leaver, leaver: Someone) -> None:
    eve = leaver("eve")
    zoe.leave()

    assert eve.http.post("/api/user/keep-account").json()["user"]["id"] == eve.id
    assert zoe.row().erase_at is not None
    assert eve.row().erase_at is None


def test_an_operator_stays_as_long_as_the_settings_name_them(make_api: Callable[..., Api]) -> None:
    api = make_api("sqlite", admin_emails=OPERATOR)
    user_id = make_user(email=OPERATOR)
    db.run(operators.vouch_for, email=OPERATOR)
    browser = api.browser(db.run(sessions.begin, user_id=user_id))

    answer = browser.request("DELETE", "/api/user/delete-account", json={"confirm": "DELETE"})

    assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")


def test_deletion_days_of_none_erase_at_the_next_round(make_api: Callable[..., Api], film: bytes) -> None:
    zoe = Leaver(make_api("sqlite", deletion_days="0"), "zoe", film)
    zoe.leave()

    zoe.erase(after=timedelta(0))

    assert zoe.row().name == ""
