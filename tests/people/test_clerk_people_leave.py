"""Leaving with Clerk: its sessions end with ours, its user is deleted with the account, and who deletes themselves there leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select

from cuttingasmr import db
from cuttingasmr.auth import clerk
from cuttingasmr.credits import audit
from cuttingasmr.models import ClerkEnding, User
from cuttingasmr.models.columns import new_id
from cuttingasmr.people import erasing
from tests.support.api import broken
from tests.support.clerk_api import ClerkApi, Somebody, serving_clerk
from tests.support.databases import Databases
from tests.support.everything import traces
from tests.support.leaver import WEEK, wait_for
from tests.support.site import Sandbox


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(
    request: pytest.FixtureRequest,
    databases: Databases,
    shared_sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ClerkApi]:
    url, folder = databases.make(request.param), tmp_path_factory.mktemp("clerk")
    with serving_clerk(url, shared_sandbox, folder) as site:
        yield site


def leave(ada: Somebody) -> None:
    answer = ada.http.request("DELETE", "/api/user/delete-account", json={"confirm": "DELETE"})
    assert answer.status_code == 200, answer.text


def at_clerk(site: ClerkApi, path: str) -> dict[str, str]:
    headers = {"Authorization": "Bearer sk_test_sandbox"}
    return site.door.http.get(f"{site.api.sandbox.url}/clerk/v1/{path}", headers=headers).json()


def erase() -> None:
    wait_for(erasing.erase_due(now=db.utc_now() + WEEK))


def row(user_id: str) -> User:
    return db.look(lambda session: session.get_one(User, user_id))


def test_leaving_ends_the_sessions_at_clerk_and_their_tokens_open_nothing(site: ClerkApi) -> None:
    ada = site.someone(email=f"{new_id()}@example.org")
    token = site.door.token(ada.clerk_id, ada.session_id)

    leave(ada)
    wait_for(clerk.tell_endings())

    assert at_clerk(site, f"sessions/{ada.session_id}")["status"] == "revoked"
    assert site.exchange(token).status_code == 401


def test_a_new_session_at_clerk_lets_them_look_and_stay_and_a_bearer_too(site: ClerkApi) -> None:
    ada = site.someone(email=f"{new_id()}@example.org")
    user_id = site.row(ada.clerk_id).id
    leave(ada)

    again = site.arrive(ada.clerk_id)
    bearer = {"Authorization": f"Bearer {site.door.token_of(ada.clerk_id)}"}
    refused = [again.http.get("/api/credits"), site.api.browser().get("/api/credits", headers=bearer)]
    told = site.api.browser().get("/api/auth/session", headers=bearer).json()["user"]

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(401, "AccountLeaving")}
    assert told["eraseAt"] is not None
    assert site.api.browser().post("/api/user/keep-account", headers=bearer).status_code == 200
    assert again.http.get("/api/credits").status_code == 200
    assert row(user_id).erase_at is None


def test_the_erasing_deletes_them_at_clerk_and_keeps_no_id_of_theirs(site: ClerkApi) -> None:
    word = new_id()[:12]
    ada = site.someone(
        email=f"{word}@example.org", first_name=word.capitalize(), image_url=f"https://img.example/{word}"
    )
    user_id = site.row(ada.clerk_id).id
    site.door.deliver(site.door.mark(ada.session_id, "end"))
    again = site.arrive(ada.clerk_id)
    leave(again)

    with broken(site.api.sandbox, "down", provider="clerk"):
        erase()
        assert row(user_id).clerk_id is None
        wait_for(clerk.tell_endings())
    assert at_clerk(site, f"users/{ada.clerk_id}")["id"] == ada.clerk_id, "Clerk could not be told"
    wait_for(clerk.tell_endings())

    assert at_clerk(site, f"users/{ada.clerk_id}")["errors"]
    deleted = next(event for event in site.door.events() if event["type"] == "user.deleted")
    assert site.door.deliver(deleted["id"]) == [200], "what Clerk says of it brings nothing back"
    late = site.door.tell("user.updated", {"id": ada.clerk_id, "first_name": word, "updated_at": 9})
    assert site.door.deliver(late) == [200]
    assert traces([word, ada.clerk_id]) == []
    assert (
        db.look(lambda session: [one.id for one in session.exec(select(ClerkEnding)) if not one.is_told])
        == []
    )
    assert db.look(audit.find_all) == []


def test_the_same_person_may_come_again_as_somebody_new_without_a_second_welcome(site: ClerkApi) -> None:
    email = f"{new_id()}@example.org"
    ada = site.someone(email=email)
    old = site.row(ada.clerk_id).id
    leave(ada)
    erase()
    wait_for(clerk.tell_endings())

    again = site.someone(email=email)

    assert site.row(again.clerk_id).id != old
    assert again.http.get("/api/credits").json()["data"]["remainingCredits"] == 0
    assert db.look(audit.find_all) == []


def test_who_deletes_themselves_at_clerk_leaves_and_can_come_back_with_the_same_address(
    site: ClerkApi,
) -> None:
    email = f"{new_id()}@example.org"
    ada = site.someone(email=email)
    user_id = site.row(ada.clerk_id).id

    site.door.deliver(site.door.leave(ada.clerk_id, deliver="never"))
    assert row(user_id).erase_at is not None
    assert ada.http.get("/api/credits").status_code == 401
    again = site.someone(email=email)

    assert site.row(again.clerk_id).id == user_id
    assert again.http.post("/api/user/keep-account").status_code == 200
    assert again.http.get("/api/credits").json()["data"]["remainingCredits"] == 18


def test_who_has_a_password_here_too_loses_only_the_one_door(site: ClerkApi) -> None:
    ada = site.someone(email=f"{new_id()}@example.org")
    user_id = site.row(ada.clerk_id).id
    db.run(lambda session: session.get_one(User, user_id).sqlmodel_update({"password_hash": "x"}))

    site.door.deliver(site.door.leave(ada.clerk_id, deliver="never"))

    assert row(user_id).erase_at is None
