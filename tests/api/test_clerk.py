"""Coming in with Clerk, over the API: the exchange of a token, accounts that are made and joined, and bearers."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, func, select

from cuttingasmr import db, live
from cuttingasmr.api.app import make_api
from cuttingasmr.api.headers import EMPTY, page_policy
from cuttingasmr.auth import bans, clerk, local, sessions
from cuttingasmr.clerk_address import publishable_key
from cuttingasmr.credits import audit
from cuttingasmr.models import ClerkEnding, ClerkState, CreditEntry, Kind, SessionRow, Status, User, Video
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.http import close_client
from cuttingasmr.rate_limits import REFUSED_TOKENS, parsed
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import get_store
from tests.support.api import Api, broken
from tests.support.binding import bind, let_go
from tests.support.clerk_api import ClerkApi, Somebody, serving_clerk
from tests.support.databases import Databases
from tests.support.people import make_user, make_video
from tests.support.site import PASSWORD, Sandbox, wait_until
from tests.support.who_may import ROUTES

BROKEN = (
    "expired", "not-yet", "other-signer", "alg-none", "hs256", "other-issuer", "no-azp", "foreign-azp", "pending",
    "unknown-kid", "impersonation", "truncated", "machine", "oauth", "no-session", "no-end",
)  # fmt: skip
UNCONFIRMED = "was never confirmed there"


@pytest.fixture
def site(clerk_api: ClerkApi) -> ClerkApi:
    return clerk_api


@pytest.fixture
def sqlite_site(
    databases: Databases, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClerkApi]:
    """A site of a test's own, with a sandbox of its own."""
    with serving_clerk(databases.make("sqlite"), sandbox, tmp_path_factory.mktemp("clerk")) as site:
        yield site


def address() -> str:
    return f"{new_id()}@example.org"


def welcomes(session: Session, user_id: str) -> int:
    mine = select(func.count()).select_from(CreditEntry)
    return session.exec(
        mine.where(col(CreditEntry.user_id) == user_id, col(CreditEntry.kind) == Kind.WELCOME)
    ).one()


def users(session: Session) -> int:
    return session.exec(select(func.count()).select_from(User)).one()


def session_of(cookie: str) -> SessionRow | None:
    return db.look(lambda session: sessions.find_row(session, token=cookie))


@pytest.fixture
def strict_site(
    databases: Databases, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClerkApi]:
    """One of which limits are kept as in production."""
    folder = tmp_path_factory.mktemp("clerk-strict")
    with serving_clerk(databases.make("sqlite"), sandbox, folder, strict_limits="true") as site:
        yield site


# --- the exchange


def test_a_token_is_exchanged_for_a_session_and_the_first_time_for_an_account(site: ClerkApi) -> None:
    email = address()
    ada = site.someone(email=email.upper(), first_name="Ada", last_name="Lovelace")

    told = ada.http.get("/api/auth/session").json()["user"]
    row = site.row(ada.clerk_id)
    assert told == {"id": row.id, "email": email, "name": "Ada Lovelace", "eraseAt": None}
    assert row.email_verified_at is not None
    assert row.picture_url == "https://img.clerk.com/xxxxxx"
    assert ada.http.get("/api/credits").json()["data"]["remainingCredits"] == 18
    assert db.look(audit.find_all) == []


def test_the_session_lives_an_hour_from_each_token_and_its_use_does_not_prolong_it(site: ClerkApi) -> None:
    ada = site.someone()
    row = session_of(ada.cookie)
    assert row is not None
    assert timedelta() < clerk.LIFE - (row.expires_at - db.utc_now()) < timedelta(minutes=1)
    then = db.utc_now() - 2 * sessions.RENEW_AFTER
    mine = update(SessionRow).where(col(SessionRow.token_hash) == row.token_hash)
    db.run(lambda session: session.exec(mine.values(last_seen_at=then)))

    assert "set-cookie" not in ada.http.get("/api/credits").headers

    after = session_of(ada.cookie)
    assert after is not None
    assert after.expires_at == row.expires_at


def test_a_fresh_token_prolongs_the_session_and_keeps_its_cookie(site: ClerkApi) -> None:
    ada = site.someone()
    before, cookie = session_of(ada.cookie), ada.cookie
    assert before is not None
    soon = {"expires_at": db.utc_now() - timedelta(minutes=1)}
    mine = update(SessionRow).where(col(SessionRow.token_hash) == before.token_hash)
    db.run(lambda session: session.exec(mine.values(**soon)))
    assert not site.is_signed_in(ada.http), "it has lapsed"
    assert ada.http.get("/api/auth/clerk").json()["renewIn"] == 0

    answer = site.exchange(site.door.token(ada.clerk_id, ada.session_id), ada.http)

    assert answer.json()["isNew"] is False
    assert (ada.cookie, site.is_signed_in(ada.http)) == (cookie, True)
    assert ada.http.get("/api/auth/clerk").json()["renewIn"] in range(890, 901)


def test_another_session_at_clerk_is_another_session_here_and_the_browsers_old_one_is_over(
    site: ClerkApi,
) -> None:
    ada = site.someone()
    old = ada.cookie

    answer = site.exchange(site.door.token_of(ada.clerk_id), ada.http)

    assert answer.json()["isNew"] is True
    assert ada.cookie != old
    assert session_of(old) is None


async def test_a_cookie_of_somebody_else_is_not_prolonged_and_their_tabs_see_that_it_is_over(
    site: ClerkApi,
) -> None:
    ada, bob = site.someone(), site.someone()
    token = site.door.token(bob.clerk_id, bob.session_id)

    with live.listening(site.row(ada.clerk_id).id) as tab:
        answer = site.exchange(token, ada.http)
        assert await tab.wait(5)

    assert answer.json()["user"]["id"] == site.row(bob.clerk_id).id
    assert answer.json()["isNew"] is True


def test_the_token_may_come_in_the_body(site: ClerkApi) -> None:
    token = site.door.token_of(site.door.join()["id"])

    assert site.api.browser().post("/api/auth/clerk", json={"token": token}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"token": 5}', b'{"token": ""}', b'{"token": "a.b.c"}'])
def test_without_a_token_nobody_comes_in(site: ClerkApi, body: bytes) -> None:
    browser = site.api.browser()

    answer = browser.post("/api/auth/clerk", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in {400, 401, 422}
    assert not browser.cookies


def test_every_broken_token_is_refused_the_same_way_with_one_look_at_the_keys(sqlite_site: ClerkApi) -> None:
    site = sqlite_site
    ada = site.someone()
    looks, written = site.api.sandbox.counts("clerk")["jwks"], site.api.written()
    tokens = {kind: site.door.token(ada.clerk_id, ada.session_id, kind=kind) for kind in BROKEN}
    answers: dict[str, set[bytes]] = {}
    for kind, token in tokens.items():
        for _ in range(5):
            answer = site.exchange(token)
            answers.setdefault(kind, set()).add(answer.content)
            assert (answer.status_code, dict(answer.cookies)) == (401, {})
        bearer = site.api.browser().get("/api/credits", headers={"Authorization": f"Bearer {token}"})
        assert bearer.status_code == 401
        answers[kind].add(bearer.content)

    assert len(set().union(*answers.values())) == 1
    assert site.api.sandbox.counts("clerk")["jwks"] <= looks + 1
    assert site.api.written() == written


def test_refused_tokens_are_counted_and_a_good_one_is_taken_all_the_same(strict_site: ClerkApi) -> None:
    site = strict_site
    ada = site.someone()
    most = parsed(REFUSED_TOKENS.rule()).amount
    assert {site.exchange("a.b.c").status_code for _ in range(most)} == {401}

    answer = site.exchange("a.b.c")

    assert (answer.status_code, answer.json()["code"]) == (429, "TooManyRequests")
    assert int(answer.headers["retry-after"]) == answer.json()["retryAfter"]
    assert site.exchange(site.door.token(ada.clerk_id, ada.session_id), ada.http).status_code == 200
    assert site.someone().http.get("/api/auth/session").json()["user"] is not None


def test_a_key_that_was_changed_is_found_when_its_minute_is_over(sqlite_site: ClerkApi) -> None:
    site = sqlite_site
    site.door.rotate()  # before anybody has looked

    assert site.is_signed_in(site.someone().http)


@pytest.mark.parametrize("shut_out", ["banned", "deprovisioned", "locked"])
def test_whom_clerk_has_shut_out_gets_no_account(site: ClerkApi, shut_out: str) -> None:
    before = db.look(users)
    fields: dict[str, Any] = {"email": address(), shut_out: True}
    user = site.door.join(**fields)

    assert site.exchange(site.door.token_of(user["id"])).status_code == 401
    assert db.look(users) == before


def test_somebody_whom_clerk_has_forgotten_gets_no_account(site: ClerkApi) -> None:
    user = site.door.join()
    token = site.door.token_of(user["id"])
    site.door.leave(user["id"], deliver="never")

    assert site.exchange(token).status_code == 401


def test_a_ban_of_ours_counts_for_clerks_people_too(site: ClerkApi) -> None:
    ada = site.someone()
    mine = update(User).where(col(User.clerk_id) == ada.clerk_id)
    db.run(lambda session: session.exec(mine.values(is_banned=True)))

    assert not site.is_signed_in(ada.http)
    assert site.exchange(site.door.token(ada.clerk_id, ada.session_id)).status_code == 401


def test_many_first_requests_at_once_make_one_account_with_one_welcome(site: ClerkApi) -> None:
    user = site.door.join(email=address())
    token = site.door.token_of(user["id"])
    browsers = [site.api.browser() for _ in range(12)]

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda browser: site.exchange(token, browser), browsers))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1
    assert db.look(welcomes, site.row(user["id"]).id) == 1
    assert db.look(audit.find_all) == []


# --- leaving


def test_signing_out_ends_both_sessions_and_no_token_of_it_comes_in_again(site: ClerkApi) -> None:
    ada = site.someone()
    token = site.door.token(ada.clerk_id, ada.session_id)

    ada.http.post("/api/auth/sign-out")

    def told() -> bool:
        last = site.door.events()[0]
        return last["type"] == "session.revoked" and ada.session_id in last["body"]

    wait_until(told)
    assert site.exchange(token).status_code == 401
    assert (
        site.api.browser().get("/api/credits", headers={"Authorization": f"Bearer {token}"}).status_code
        == 401
    )


def test_signing_out_works_while_clerk_is_away_and_counts(sqlite_site: ClerkApi) -> None:
    site = sqlite_site
    ada = site.someone()
    token = site.door.token(ada.clerk_id, ada.session_id)

    with broken(site.api.sandbox, "down", provider="clerk"):
        assert ada.http.post("/api/auth/sign-out").json() == {"success": True}
        wait_until(lambda: "revocations-broken" in site.api.sandbox.counts("clerk"))  # after the answer

    assert site.exchange(token).status_code == 401
    assert asyncio.run(tell_clerk()) == 1, "later it is told"
    assert site.door.events()[0]["type"] == "session.revoked"
    assert asyncio.run(tell_clerk()) == 0
    assert site.exchange(token).status_code == 401
    db.run(age_endings)
    asyncio.run(tell_clerk())
    assert db.look(lambda session: session.exec(select(ClerkEnding)).all()) == [], "one day nobody needs it"


def age_endings(session: Session) -> None:
    session.exec(
        update(ClerkEnding).values(ended_at=db.utc_now() - clerk.REMEMBER_FOR - timedelta(minutes=1))
    )


async def tell_clerk() -> int:
    """Do the chore, in an event loop of its own."""
    try:
        return await clerk.tell_endings()
    finally:
        await close_client()


def told_of(site: ClerkApi) -> list[str]:
    """The sessions whose end Clerk has heard of from us, newest first."""
    revoked = [json.loads(told["body"]) for told in site.door.events() if told["type"] == "session.revoked"]
    return [body["data"]["id"] for body in revoked]


def is_refused(site: ClerkApi, person: Somebody) -> bool:
    return site.exchange(site.door.token(person.clerk_id, person.session_id)).status_code == 401


def test_a_session_that_is_ended_from_elsewhere_ends_at_clerk_and_stays_over(site: ClerkApi) -> None:
    ada = site.someone()
    phone, tablet = site.arrive(ada.clerk_id), site.arrive(ada.clerk_id)
    asyncio.run(tell_clerk())

    name = sessions.name_of(phone.cookie)[:32]
    assert ada.http.delete(f"/api/user/sessions/{name}").status_code == 200
    assert is_refused(site, phone), "also before Clerk has heard of it"
    assert ada.http.post("/api/user/sessions/end-others").json()["ended"] == 1
    assert is_refused(site, tablet)

    assert asyncio.run(tell_clerk()) == 2
    assert set(told_of(site)[:2]) == {phone.session_id, tablet.session_id}
    assert site.exchange(site.door.token(ada.clerk_id, ada.session_id), ada.http).status_code == 200


def test_ending_all_others_spares_the_session_at_clerk_that_one_lives_with(site: ClerkApi) -> None:
    ada = site.someone()
    left = site.api.browser()
    token = site.door.token(ada.clerk_id, ada.session_id)
    assert site.exchange(token, left).status_code == 200, "the same browser, having lost its cookie"

    assert ada.http.post("/api/user/sessions/end-others").json()["ended"] == 1

    assert (site.is_signed_in(left), site.is_signed_in(ada.http)) == (False, True)
    assert not is_refused(site, ada)


def test_a_ban_ends_the_sessions_at_clerk_too(site: ClerkApi) -> None:
    ada = site.someone()
    asyncio.run(tell_clerk())
    operator = User(id=make_user(), email="", name="")
    user_id = site.row(ada.clerk_id).id

    asyncio.run(bans.set_banned(operator=operator, user_id=user_id, banned=True, reason="Stolen cards."))

    assert not site.is_signed_in(ada.http)
    assert is_refused(site, ada)
    assert asyncio.run(tell_clerk()) == 1
    assert told_of(site)[0] == ada.session_id


# --- bearers


def test_a_token_is_taken_as_a_bearer_and_makes_the_account(site: ClerkApi) -> None:
    user = site.door.join(email=address(), username="ada")
    headers = {"Authorization": f"Bearer {site.door.token_of(user['id'])}"}
    script = site.api.browser()

    made = script.post("/api/generate-video", json={"prompt": "honeycomb"}, headers=headers)

    assert made.status_code == 202, made.text
    assert script.get("/api/credits", headers=headers).json()["data"]["remainingCredits"] == 8
    assert script.get("/api/auth/session", headers=headers).json()["user"]["name"] == "ada"
    for road in ("checkout", "creem-advanced", "creem"):
        bought = script.post(f"/api/payments/{road}", json={"planType": "starter"}, headers=headers)
        assert bought.status_code == 200, bought.text
    assert not script.cookies, "a bearer gets no session"


def test_a_bearer_opens_the_files_of_its_own_videos_and_a_wrong_one_those_that_are_shared(
    sqlite_site: ClerkApi,
) -> None:
    site = sqlite_site
    ada, eve = (site.door.join(email=address()) for _ in range(2))
    with_token = {
        name: {"Authorization": f"Bearer {site.door.token_of(user['id'])}"}
        for name, user in (("ada", ada), ("eve", eve))
    }
    script = site.api.browser()
    assert (
        script.get("/api/credits", headers=with_token["ada"]).status_code == 200
    )  # and so they have an account
    video_id = db.run(_finished, site.row(ada["id"]).id)
    for key in WATCHABLE:
        asyncio.run(get_store().put(key.format(video_id), b"file"))
    roads = [f"/api/videos/{video_id}/{road}" for road in ("file", "poster", "preview")]

    def opens(**headers: str) -> list[int]:
        return [script.get(road, headers=headers).status_code for road in roads]

    assert opens(**with_token["ada"]) == [200] * 3
    assert opens(**with_token["eve"]) == opens(Authorization="Bearer wrong") == opens() == [404] * 3
    db.run(lambda session: session.get_one(Video, video_id).sqlmodel_update({"is_shared": True}))
    assert opens(Authorization="Bearer wrong") == opens() == [200] * 3


WATCHABLE = ("videos/{}.mp4", "posters/{}.webp", "previews/{}.mp4")


def _finished(session: Session, user_id: str) -> str:
    video = make_video(session, user_id=user_id, status=Status.COMPLETED)
    video.file_key, video.poster_key, video.preview_key = (key.format(video.id) for key in WATCHABLE)
    return video.id


def test_with_a_bearer_the_cookie_does_not_count(site: ClerkApi) -> None:
    ada = site.someone()

    assert ada.http.get("/api/credits", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert ada.http.get("/api/credits", headers={"Authorization": "Basic wrong"}).status_code == 200


def test_an_operator_with_a_bearer_sees_what_one_with_a_cookie_sees(
    site: ClerkApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = address()
    boss, other = site.someone(email=theirs), site.someone()
    monkeypatch.setattr(get_settings(), "admin_emails", theirs)
    monkeypatch.setattr("cuttingasmr.settings.Settings.creem_mode", "prod")

    def status(path: str, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return site.api.browser().get(f"/api/{path}", headers=headers).status_code

    for path in ("check-creem-config", "webhook-info", "api-key-status"):
        tokens = [site.door.token(one.clerk_id, one.session_id) for one in (boss, other)]
        assert [status(path, token) for token in (*tokens, "", "wrong")] == [200, 404, 404, 401], path
        assert boss.http.get(f"/api/{path}").status_code == 200


def test_a_request_asks_clerk_nothing(sqlite_site: ClerkApi) -> None:
    site = sqlite_site
    ada = site.someone()
    headers = {"Authorization": f"Bearer {site.door.token(ada.clerk_id, ada.session_id)}"}
    asked = site.api.sandbox.counts("clerk")

    for _ in range(20):
        assert site.api.browser().get("/api/credits", headers=headers).status_code == 200
        assert ada.http.get("/api/credits").status_code == 200

    assert site.api.sandbox.counts("clerk") == asked


def test_without_clerk_a_bearer_is_nobody_and_there_is_nothing_to_exchange(
    make_api: Callable[..., Api],
) -> None:
    browser = make_api(clerk_publishable_key="").browser()

    assert browser.get("/api/credits", headers={"Authorization": "Bearer a.b.c"}).status_code == 401
    assert browser.post("/api/auth/clerk", json={"token": "a.b.c"}).status_code == 401
    assert browser.get("/api/auth/clerk").status_code == 404
    assert browser.post("/api/webhooks/clerk", content=b"{}").status_code == 401


# --- who it is


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        pytest.param({"first_name": "Ada"}, "Ada", id="a first name"),
        pytest.param({"username": "ada_l"}, "ada_l", id="a user name"),
        pytest.param({}, "Somebody", id="nothing"),
        pytest.param({"first_name": "x" * 10_000, "last_name": "y" * 10_000}, "x" * 120, id="10 KB"),
        pytest.param({"first_name": "<b>Ada</b>"}, "<b>Ada</b>", id="HTML, which pages show as text"),
        pytest.param({"first_name": "A\0d\u202ea\n"}, "Ada", id="what cannot be seen"),
        pytest.param({"first_name": "Зоя 🐝"}, "Зоя 🐝", id="any language"),
    ],
)
def test_somebody_without_an_address_has_an_account_with_a_name(
    site: ClerkApi, fields: dict[str, str], name: str
) -> None:
    ada = site.someone(**fields)

    told = ada.http.get("/api/auth/session").json()["user"]
    row = site.row(ada.clerk_id)
    assert (told["email"], told["name"]) == ("", name)
    assert (row.email_verified_at, row.email.endswith(".invalid")) == (None, True)
    assert ada.http.get("/api/credits-check").json()["email"] == ""


@pytest.mark.parametrize(
    ("email", "verified"),
    [
        pytest.param("ada-{}@example.org", False, id="unverified"),
        pytest.param("ada-{}@localhost", True, id="no address that we could keep"),
        pytest.param("a" * 10_000 + "{}@example.org", True, id="10 KB"),
        pytest.param("ada\0{}@example.org", True, id="NUL"),
    ],
)
def test_an_address_that_clerk_has_not_made_sure_of_is_none(
    site: ClerkApi, email: str, *, verified: bool
) -> None:
    ada = site.someone(email=email.format(new_id()), verified=verified)

    assert ada.http.get("/api/auth/session").json()["user"]["email"] == ""


def test_plus_and_look_alike_addresses_are_other_peoples(site: ClerkApi) -> None:
    tail = address()
    spellings = [f"ada{tail}", f"ada+tag{tail}", f"\u0430da{tail}", f"a.da{tail}"]

    ids = {site.row(site.someone(email=email).clerk_id).id for email in spellings}

    assert len(ids) == len(spellings)


def make_local(email: str, *, is_verified: bool) -> str:
    user_id = make_user(email=email)
    facts: dict[str, object] = {"password_hash": local._hasher.hash(PASSWORD), "name": "Local Ada"}
    facts |= {"email_verified_at": db.utc_now()} if is_verified else {}
    db.run(lambda session: session.exec(update(User).where(col(User.id) == user_id).values(**facts)))
    return user_id


def test_an_address_that_both_have_verified_leads_into_the_same_account(site: ClerkApi) -> None:
    email = address()
    user_id = make_local(email, is_verified=True)

    ada = site.someone(email=email.upper())

    assert site.row(ada.clerk_id).id == user_id
    assert db.look(welcomes, user_id) == 1
    other = site.api.browser()
    assert other.post("/api/auth/sign-in", json={"email": email, "password": PASSWORD}).status_code == 200


def test_an_address_that_a_local_account_never_confirmed_is_not_joined_and_it_says_why(
    site: ClerkApi,
) -> None:
    email = address()
    user_id = make_local(email, is_verified=False)
    user = site.door.join(email=email)

    answer = site.exchange(site.door.token_of(user["id"]))

    assert (answer.status_code, answer.json()["code"]) == (409, "EmailUnconfirmed")
    assert UNCONFIRMED in answer.json()["error"]
    assert "“Forgot your password?”" in answer.json()["error"]
    assert email not in answer.text
    assert db.look(lambda session: session.get_one(User, user_id)).clerk_id is None


def test_once_confirmed_it_is_joined(site: ClerkApi) -> None:
    email = address()
    user_id = make_local(email, is_verified=False)
    user = site.door.join(email=email)
    assert site.exchange(site.door.token_of(user["id"])).status_code == 409
    mine = update(User).where(col(User.id) == user_id)
    db.run(lambda session: session.exec(mine.values(email_verified_at=db.utc_now())))

    assert site.exchange(site.door.token_of(user["id"])).json()["user"]["id"] == user_id


def test_an_unverified_address_at_clerk_joins_nothing(site: ClerkApi) -> None:
    email = address()
    user_id = make_local(email, is_verified=True)

    ada = site.someone(email=email, verified=False)

    assert site.row(ada.clerk_id).id != user_id
    assert ada.http.get("/api/auth/session").json()["user"]["email"] == ""


def test_an_address_that_clerk_has_given_to_somebody_else_moves_with_it(site: ClerkApi) -> None:
    email = address()
    ada = site.someone(email=email)
    site.door.change(ada.clerk_id, deliver="never", email=address())

    bob = site.someone(email=email)

    assert site.row(bob.clerk_id).email == email
    assert (site.row(ada.clerk_id).known_email, site.row(ada.clerk_id).email_verified_at) == ("", None)


def test_a_joined_account_keeps_its_address_from_another_person_at_clerk(site: ClerkApi) -> None:
    email = address()
    make_local(email, is_verified=True)
    site.someone(email=email)
    other = site.door.join(email=email)

    answer = site.exchange(site.door.token_of(other["id"]))

    assert (answer.status_code, answer.json()["code"]) == (409, "EmailTaken")


def test_somebody_who_left_clerk_and_came_back_finds_their_account(site: ClerkApi) -> None:
    email = address()
    ada = site.someone(email=email)
    user_id = site.row(ada.clerk_id).id
    site.door.leave(ada.clerk_id, deliver="never")
    assert ada.http.post("/api/user/sync").status_code == 401, "Clerk knows them no more"
    assert not site.is_signed_in(ada.http)

    again = site.someone(email=email)

    assert site.row(again.clerk_id).id == user_id
    assert db.look(welcomes, user_id) == 1


def test_accounts_are_made_at_clerk_alone_where_there_is_clerk(site: ClerkApi) -> None:
    written = site.api.written()
    browser = site.api.browser()

    signed_up = browser.post("/api/auth/sign-up", json={"email": address(), "password": PASSWORD})

    assert (signed_up.status_code, signed_up.json()["code"]) == (403, "SignUpElsewhere")
    assert browser.post("/api/auth/demo").status_code == 404
    assert site.api.written() == written


def test_every_route_is_described_with_what_a_bearer_is_told_whose_address_is_anothers(
    site: ClerkApi,
) -> None:
    email = address()
    make_local(email, is_verified=False)
    bearer = {"Authorization": f"Bearer {site.door.token_of(site.door.join(email=email)['id'])}"}
    paths, browser = make_api().openapi()["paths"], site.api.browser()
    told = set[int]()

    for name in (name for name, route in ROUTES.items() if route.nobody == HTTPStatus.UNAUTHORIZED):
        method, _, path = name.partition(" ")
        answer = browser.request(method, re.sub(r"{\w+}", "1", path), headers=bearer)
        told.add(answer.status_code)
        assert str(answer.status_code) in paths[path][method.lower()]["responses"], name

    assert told >= {409}


# --- syncing, and Clerk being away


def test_syncing_reads_who_somebody_is_now(site: ClerkApi) -> None:
    ada = site.someone(first_name="Ada")
    email = address()
    site.door.change(ada.clerk_id, deliver="never", first_name="Augusta", email=email)

    for ask in (ada.http.get, ada.http.post):
        told = ask("/api/user/sync").json()
        assert (told["user"]["name"], told["user"]["email"]) == ("Augusta", email)
        assert (told["totalCredits"], told["usedCredits"], told["remainingCredits"]) == (18, 0, 18)


def test_what_clerk_says_of_somebody_whom_it_has_shut_out_is_learned_though_they_are_sent_away(
    site: ClerkApi,
) -> None:
    ada, email = site.someone(first_name="Ada"), address()
    site.door.change(ada.clerk_id, deliver="never", first_name="Augusta", email=email, banned=True)

    assert ada.http.post("/api/user/sync").status_code == 401

    row = site.row(ada.clerk_id)
    assert (row.clerk_state, row.name, row.email) == (ClerkState.BLOCKED, "Augusta", email)
    assert session_of(ada.cookie) is None
    assert not site.is_signed_in(ada.http)
    site.door.change(ada.clerk_id, deliver="never", banned=False)
    assert site.exchange(site.door.token_of(ada.clerk_id)).status_code == 401, "until Clerk says otherwise"


def test_clerk_is_asked_about_one_person_ten_times_a_minute(site: ClerkApi) -> None:
    ada, before = site.someone(), asked_of_clerk(site)

    answers = [ada.http.get("/api/user/sync") for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert asked_of_clerk(site) == before + 10
    assert site.someone().http.get("/api/user/sync").status_code == 200, "others have their own"


def test_who_moves_to_an_address_that_is_taken_at_this_moment_keeps_theirs(site: ClerkApi) -> None:
    old, new = address(), address()
    ada = site.someone(email=old)
    site.door.change(ada.clerk_id, deliver="never", email=new)

    with Session(db.get_engine()) as rival, ThreadPoolExecutor() as pool:
        rival.add(User(email=new, name="Rival"))
        rival.flush()
        answer = pool.submit(ada.http.get, "/api/user/sync")
        wait_until(somebody_waits)
        rival.commit()
        told = answer.result()

    assert (told.status_code, told.json()["user"]["email"]) == (200, old)


def somebody_waits() -> bool:
    """Tell whether a change of an account waits for another one; SQLite does not say, and has one writer at a time."""
    if db.get_engine().dialect.name == "sqlite":
        return True
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE users%'"
    )
    return db.look(lambda session: bool(session.connection().execute(waiting).scalar_one()))


def asked_of_clerk(site: ClerkApi) -> int:
    """Count what Clerk was asked about people."""
    return site.api.sandbox.counts("clerk").get("users", 0)


def test_syncing_somebody_who_has_left_clerk_and_has_a_password_changes_nothing(site: ClerkApi) -> None:
    email = address()
    user_id = make_local(email, is_verified=True)
    ada = site.someone(email=email)
    site.door.leave(ada.clerk_id, deliver="never")
    assert ada.http.post("/api/user/sync").status_code == 401
    browser = site.api.browser()
    assert browser.post("/api/auth/sign-in", json={"email": email, "password": PASSWORD}).status_code == 200

    assert browser.post("/api/user/sync").json()["user"]["id"] == user_id


def test_health_tells_of_clerk(site: ClerkApi) -> None:
    assert site.api.browser().get("/api/health").json()["checks"]["clerk"] == {
        "status": "ok",
        "breaker": "closed",
    }


def test_syncing_a_local_account_changes_nothing(site: ClerkApi) -> None:
    ada = site.api.someone()

    assert ada.http.post("/api/user/sync").json()["user"]["id"] == ada.id


def test_while_clerk_is_away_those_who_are_here_stay_and_others_are_told(sqlite_site: ClerkApi) -> None:
    site = sqlite_site
    ada = site.someone()
    new = site.door.token_of(site.door.join()["id"])
    known = site.door.token(ada.clerk_id, ada.session_id)

    with broken(site.api.sandbox, "500", provider="clerk"):
        answer = site.exchange(new)
        assert (answer.status_code, answer.json()["code"]) == (503, "SignInUnavailable")
        assert ada.http.get("/api/credits").status_code == 200
        assert site.exchange(known, ada.http).status_code == 200

    assert site.exchange(new).status_code == 200


def test_what_a_page_needs_to_load_clerk_is_told_and_no_secret(site: ClerkApi) -> None:
    told = site.api.browser().get("/api/auth/clerk").json()

    assert told["publishableKey"].startswith("pk_test_")
    assert told["renewIn"] is None
    assert [script.rpartition("/")[2] for script in told["scripts"]] == ["ui.browser.js", "clerk.browser.js"]
    assert "sk_" not in str(told)


# --- the policy of the pages


def policy(folder: Path, **environment: str) -> dict[str, set[str]]:
    with pytest.MonkeyPatch.context() as patch:
        bind(patch, folder, app_url="https://asmr.example", **environment)
        written = page_policy({"script": ("'sha256-a'",), "style": ("'sha256-b'",)}, "")
    let_go()
    return {line.split()[0]: set(line.split()[1:]) for line in written.split("; ")}


def test_pages_may_load_what_clerk_needs_where_there_is_clerk_and_nothing_more(tmp_path: Path) -> None:
    robots, shield = "https://challenges.cloudflare.com", "https://*.protect.clerk.com"
    key = publishable_key("clerk.example.com")
    plain = policy(tmp_path, clerk_publishable_key="")
    clerks = policy(tmp_path, clerk_publishable_key=key, clerk_secret_key="sk_test_x")

    assert policy(tmp_path, clerk_publishable_key=key, accounts="local") == plain
    assert {name: sources - plain.get(name, set()) for name, sources in clerks.items()} == {
        **{name: set() for name in plain},
        "script-src": {"https://clerk.example.com", robots, shield},
        "connect-src": {"https://clerk.example.com", f"{shield}:*"},
        "img-src": {"https://img.clerk.com"},
        "frame-src": {robots, shield},
        "worker-src": {"blob:"},
        "style-src": {"'unsafe-inline'"},
    }
    assert {name: sources - clerks[name] for name, sources in plain.items() if sources - clerks[name]} == {
        "style-src": {"'sha256-b'", EMPTY}
    }
