"""What Clerk tells by webhook: only what it has signed just now, once, and in whatever order it comes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest
from sqlmodel import Session, col, select
from standardwebhooks import Webhook

from cuttingasmr import db, live
from cuttingasmr.auth import clerk_webhooks, local
from cuttingasmr.errors import WrongCredentials
from cuttingasmr.models import Outcome, WebhookEvent
from cuttingasmr.models.columns import new_id
from tests.support.clerk_api import ClerkApi, Somebody
from tests.support.mailed import PASSWORD, make_account

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of Svix's own documentation


@pytest.fixture
def site(clerk_api: ClerkApi) -> ClerkApi:
    return clerk_api


def address() -> str:
    return f"{new_id()}@example.org"


def event(session: Session, name: str) -> WebhookEvent:
    return session.exec(select(WebhookEvent).where(col(WebhookEvent.event_id) == name)).one()


def outcome(name: str) -> tuple[str, str]:
    row = db.look(event, name)
    return row.outcome, row.detail


def told(site: ClerkApi, name: str) -> tuple[str, str]:
    """Deliver an event, and tell what was done about it."""
    assert site.door.deliver(name) == [200]
    return outcome(name)


# --- the signature


@pytest.mark.parametrize(
    "alter", ["byte", "unsigned", "other-secret", "old", "early", "other-version", "no-id"]
)
def test_what_clerk_has_not_signed_just_now_is_refused_and_not_kept(site: ClerkApi, alter: str) -> None:
    ada = site.someone()
    name = site.door.mark(ada.session_id, "revoke", deliver="never")

    assert site.door.deliver(name, alter=alter) == [401]

    assert site.is_signed_in(ada.http)
    assert told(site, name) == (Outcome.ACTED, "")
    assert not site.is_signed_in(ada.http)


def test_svixs_published_signature_is_what_the_library_makes_and_takes() -> None:
    body, stamp = '{"test": 2432232314}', 1614265330
    signature = Webhook(SECRET).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(stamp, UTC), body)

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def signed(body: bytes, secret: str = SECRET, **headers: str) -> dict[str, str]:
    now = db.utc_now()
    names = {"svix-id": "msg_1", "svix-timestamp": str(int(now.timestamp()))}
    return {**names, "svix-signature": Webhook(secret).sign("msg_1", now, body.decode()), **headers}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"svix-signature": ""}, id="no signature"),
        pytest.param({"svix-signature": "v1"}, id="half a signature"),
        pytest.param({"svix-signature": "v1,a,b"}, id="three parts"),
        pytest.param({"svix-signature": "v1,\u00e4"}, id="no base64"),
        pytest.param({"svix-timestamp": "soon"}, id="no number"),
        pytest.param({"svix-timestamp": "nan"}, id="not a number"),
        pytest.param({"svix-timestamp": "1e400"}, id="the end of time"),
        pytest.param({"svix-id": "msg_2"}, id="another id"),
    ],
)
def test_a_strange_header_is_refused(headers: dict[str, str]) -> None:
    assert clerk_webhooks.is_genuine(b"{}", signed(b"{}"), SECRET)
    assert not clerk_webhooks.is_genuine(b"{}", signed(b"{}", **headers), SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!"])
def test_without_a_secret_nothing_is_genuine(secret: str) -> None:
    assert not clerk_webhooks.is_genuine(b"{}", signed(b"{}"), secret)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert not clerk_webhooks.is_genuine(b"\xff", signed(b"{}"), SECRET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b'{"data": {}}',
        b'{"type": 5, "data": {}}',
        b'{"type": "x", "data": []}',
    ],
)
def test_what_is_signed_but_no_event_is_a_bad_request(site: ClerkApi, body: bytes) -> None:
    headers = signed(body, "whsec_c2FuZGJveC1jbGVyay1zZWNyZXQ=")

    answer = site.api.browser().post("/api/webhooks/clerk", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "BadJson")


# --- the inbox


def test_an_event_is_acted_on_once_however_often_and_at_once_it_comes(site: ClerkApi) -> None:
    ada = site.someone(first_name="Ada")
    name = site.door.change(ada.clerk_id, deliver="never", first_name="Augusta")

    assert site.door.deliver(name, times=8) == [200] * 8

    assert outcome(name) == (Outcome.ACTED, "")
    assert site.row(ada.clerk_id).name == "Augusta"


@pytest.mark.parametrize("kind", ["organization.created", "email.created", "session.created", "x" * 64])
def test_an_event_of_no_concern_is_kept_and_answered(site: ClerkApi, kind: str) -> None:
    name = site.door.tell(kind, {"id": "org_1", "name": "Ada"})

    assert told(site, name) == (Outcome.IGNORED, "")


def test_nothing_in_the_inbox_says_who_somebody_is(site: ClerkApi) -> None:
    email = address()
    ada = site.someone(email=email, first_name="Ada")
    name = site.door.change(ada.clerk_id, deliver="never", last_name="Lovelace")

    told(site, name)

    kept = json.dumps(db.look(event, name).body)
    assert ada.clerk_id in kept
    assert [
        secret for secret in (email, "Ada", "Lovelace", "127.0.0.1", "img.clerk.com") if secret in kept
    ] == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("user.updated", {}),
        ("user.updated", {"id": 5}),
        ("user.updated", {"id": "user_2x", "email_addresses": "all"}),
        ("user.updated", {"id": "user_2x", "updated_at": -1}),
        ("user.deleted", {"deleted": True}),
        ("session.ended", {"id": "user_2x"}),
        ("session.ended", {}),
    ],
)
def test_an_event_that_cannot_be_read_is_kept_for_people(
    site: ClerkApi, kind: str, data: dict[str, object]
) -> None:
    name = site.door.tell(kind, data)

    assert told(site, name)[0] == Outcome.UNREADABLE


@pytest.mark.parametrize("kind", ["user.created", "user.updated", "user.deleted"])
def test_an_event_about_somebody_we_do_not_know_makes_no_account(site: ClerkApi, kind: str) -> None:
    user = site.door.join(email=address())
    before = site.api.written().users

    told(site, site.door.tell(kind, user))

    assert site.api.written().users == before


# --- users


def test_a_change_at_clerk_is_a_change_here(site: ClerkApi) -> None:
    email = address()
    ada = site.someone(first_name="Ada")

    told(site, site.door.change(ada.clerk_id, deliver="never", email=email, first_name="Augusta"))

    row = site.row(ada.clerk_id)
    assert (row.name, row.email, row.email_verified_at is not None) == ("Augusta", email, True)


def test_changes_in_the_wrong_order_end_with_the_newest(site: ClerkApi) -> None:
    ada = site.someone(first_name="Zero")
    names = [site.door.change(ada.clerk_id, deliver="never", first_name=it) for it in ("One", "Two", "Three")]

    outcomes = [told(site, name)[0] for name in (names[1], names[2], names[0])]

    assert outcomes == [Outcome.ACTED, Outcome.ACTED, Outcome.IGNORED]
    assert site.row(ada.clerk_id).name == "Three"


def test_an_address_that_is_named_but_not_told_stays(site: ClerkApi) -> None:
    """As in the sample of Clerk's own specification."""
    email = address()
    ada = site.someone(email=email)

    told(site, site.door.change(ada.clerk_id, deliver="never", email_addresses=[]))

    assert site.row(ada.clerk_id).email == email


def test_an_address_that_is_no_longer_theirs_goes(site: ClerkApi) -> None:
    ada = site.someone(email=address())

    told(site, site.door.change(ada.clerk_id, deliver="never", email=None))

    assert site.row(ada.clerk_id).known_email == ""


def test_an_address_of_a_local_account_is_not_taken_over_by_a_change(site: ClerkApi) -> None:
    email = address()
    db.run(lambda session: session.add(local.User(email=email, name="Bob", password_hash="x")))
    ada = site.someone(email=address())
    before = site.row(ada.clerk_id).email

    done = told(site, site.door.change(ada.clerk_id, deliver="never", email=email, first_name="Ada"))

    assert done == (Outcome.ACTED, clerk_webhooks.ADDRESS_IS_ANOTHERS)
    assert (site.row(ada.clerk_id).email, site.row(ada.clerk_id).name) == (before, "Ada")


def test_a_ban_at_clerk_ends_every_session_at_once_until_it_is_lifted(site: ClerkApi) -> None:
    ada = site.someone()
    other = site.arrive(ada.clerk_id)
    token = site.door.token(ada.clerk_id, ada.session_id)

    told(site, site.door.change(ada.clerk_id, deliver="never", banned=True))

    assert [site.is_signed_in(browser) for browser in (ada.http, other.http)] == [False, False]
    assert site.exchange(token).status_code == 401
    told(site, site.door.change(ada.clerk_id, deliver="never", banned=False))
    assert site.exchange(token).status_code == 200


async def test_a_ban_at_clerk_ends_a_session_by_password_too_and_the_open_tab_hears_of_it(
    site: ClerkApi,
) -> None:
    ada, by_password, credentials = joined(site)
    row = site.row(ada.clerk_id)
    assert row.password_hash is not None
    ban = site.door.change(ada.clerk_id, deliver="never", banned=True)

    with live.listening(row.id) as tab:
        assert told(site, ban) == (Outcome.ACTED, "")
        assert await tab.wait(5)

    assert [site.is_signed_in(browser) for browser in (ada.http, by_password)] == [False, False]
    assert by_password.post("/api/auth/sign-in", json=credentials).status_code == 401
    with pytest.raises(WrongCredentials):  # one that was under way: its password was looked at before the ban
        db.run(local._begin, user_id=row.id, verified=row.password_hash, user_agent="")
    told(site, site.door.change(ada.clerk_id, deliver="never", banned=False))
    assert not site.is_signed_in(by_password)
    assert by_password.post("/api/auth/sign-in", json=credentials).status_code == 200


def test_whom_clerk_has_forgotten_keeps_the_session_by_their_password(site: ClerkApi) -> None:
    ada, by_password, _ = joined(site)

    told(site, site.door.leave(ada.clerk_id, deliver="never"))

    assert [site.is_signed_in(browser) for browser in (ada.http, by_password)] == [False, True]


def joined(site: ClerkApi) -> tuple[Somebody, httpx.Client, dict[str, str]]:
    """Let somebody be signed in by Clerk, and in another browser by the password of the same account."""
    credentials = {"email": address(), "password": PASSWORD}
    make_account(credentials["email"], email_verified_at=db.utc_now())
    browser = site.api.browser()
    assert browser.post("/api/auth/sign-in", json=credentials).status_code == 200
    return site.someone(email=credentials["email"]), browser, credentials


def test_late_word_takes_no_address_from_whom_clerk_has_given_it_to_since(site: ClerkApi) -> None:
    email, later = address(), address()
    ada, bob = site.someone(email=address()), site.someone(email=address())
    had = site.row(bob.clerk_id).email
    bobs = [site.door.change(bob.clerk_id, deliver="never", email=it) for it in (email, later)]
    adas = site.door.change(ada.clerk_id, deliver="never", email=email)

    assert told(site, adas) == (Outcome.ACTED, "")
    assert told(site, bobs[0]) == (Outcome.ACTED, clerk_webhooks.ADDRESS_IS_ANOTHERS)
    assert (site.row(ada.clerk_id).email, site.row(bob.clerk_id).email) == (email, had)
    assert told(site, bobs[1]) == (Outcome.ACTED, "")

    assert (site.row(ada.clerk_id).email, site.row(bob.clerk_id).email) == (email, later)


def test_newer_word_moves_an_address_whose_holders_own_change_is_still_on_its_way(site: ClerkApi) -> None:
    email, later = address(), address()
    ada, bob = site.someone(email=address()), site.someone(email=email)
    bobs = site.door.change(bob.clerk_id, deliver="never", email=later)

    told(site, site.door.change(ada.clerk_id, deliver="never", email=email))
    assert (site.row(ada.clerk_id).email, site.row(bob.clerk_id).known_email) == (email, "")

    assert told(site, bobs) == (Outcome.ACTED, "")
    assert site.row(bob.clerk_id).email == later


def test_whoever_is_deleted_at_clerk_is_out_and_a_late_event_brings_nobody_back(site: ClerkApi) -> None:
    ada = site.someone(first_name="Ada")
    token = site.door.token(ada.clerk_id, ada.session_id)
    late = site.door.change(ada.clerk_id, deliver="never", first_name="Late")

    told(site, site.door.leave(ada.clerk_id, deliver="never"))
    told(site, late)

    assert not site.is_signed_in(ada.http)
    assert site.exchange(token).status_code == 401
    row = site.row(ada.clerk_id)
    assert (row.name, row.remaining_credits) == ("Ada", 18), "what they have stays"


def test_a_deletion_that_comes_before_the_person_keeps_them_out(site: ClerkApi) -> None:
    user = site.door.join()
    token = site.door.token_of(user["id"])

    told(site, site.door.tell("user.deleted", {"id": user["id"], "deleted": True}))

    assert site.exchange(token).status_code == 401


# --- sessions


def gone(site: ClerkApi, person: Somebody) -> bool:
    token = site.door.token(person.clerk_id, person.session_id)
    bearer = site.api.browser().get("/api/credits", headers={"Authorization": f"Bearer {token}"})
    return (
        not site.is_signed_in(person.http) and site.exchange(token).status_code == bearer.status_code == 401
    )


@pytest.mark.parametrize("what", ["end", "remove", "revoke"])
def test_a_session_that_is_over_at_clerk_is_over_here_at_once_and_the_others_live_on(
    site: ClerkApi, what: str
) -> None:
    ada = site.someone()
    elsewhere = site.arrive(ada.clerk_id)

    told(site, site.door.mark(ada.session_id, what, deliver="never"))

    assert gone(site, ada)
    assert site.is_signed_in(elsewhere.http)


def test_an_end_that_comes_before_its_token_keeps_the_token_out(site: ClerkApi) -> None:
    user = site.door.join()
    session_id = site.door.sign_in(user["id"])

    told(site, site.door.mark(session_id, "end", deliver="never"))

    assert site.exchange(site.door.token(user["id"], session_id)).status_code == 401


def test_a_session_that_must_do_something_first_is_out_until_it_has(site: ClerkApi) -> None:
    ada = site.someone()

    told(site, site.door.mark(ada.session_id, "pending", deliver="never"))

    assert not site.is_signed_in(ada.http)
    assert site.exchange(site.door.token(ada.clerk_id, ada.session_id, kind="pending")).status_code == 401
    assert site.exchange(site.door.token(ada.clerk_id, ada.session_id), ada.http).status_code == 200
