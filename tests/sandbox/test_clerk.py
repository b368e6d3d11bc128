"""The sandbox's Clerk answers as Clerk does: its keys, tokens, people, webhooks and scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from clerk_backend_api.models import User
from standardwebhooks import Webhook, WebhookVerificationError

from tests.sandbox.conftest import Receiver, Sandbox, wait_until

SECRET = "whsec_c2FuZGJveC1jbGVyay1zZWNyZXQ="
KEY = {"authorization": "Bearer sk_test_x"}
ORIGIN = "http://localhost:3000"


def door(sandbox: Sandbox, path: str, **told: object) -> dict[str, Any]:
    answer = sandbox.http.post(f"/clerk/sandbox/{path}", json=told)
    assert answer.is_success, answer.text
    return answer.json()


def join(sandbox: Sandbox, **fields: object) -> dict[str, Any]:
    return door(sandbox, "users", **fields)["user"]


def jwks(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.http.get("/clerk/.well-known/jwks.json").json()["keys"]


def token(sandbox: Sandbox, kind: str = "good", **claims: object) -> str:
    user = join(sandbox)["id"]
    session = door(sandbox, f"users/{user}/sessions")["session"]["id"]
    told = {"user": user, "session": session, "kind": kind, "origin": ORIGIN, "claims": claims}
    return door(sandbox, "tokens", **told)["token"]


def read(sandbox: Sandbox, made: str) -> dict[str, Any]:
    name = jwt.get_unverified_header(made)["kid"]
    key = next(key for key in jwks(sandbox) if key["kid"] == name)
    return jwt.decode(made, jwt.PyJWK(key), algorithms=["RS256"], leeway=1)


def test_a_token_says_what_clerks_does_and_is_signed_by_the_published_key(sandbox: Sandbox) -> None:
    made = token(sandbox)

    claims = read(sandbox, made)
    assert jwt.get_unverified_header(made).keys() == {"alg", "kid", "typ"}
    assert (claims["iss"], claims["azp"]) == (f"{sandbox.url}/clerk", ORIGIN)
    assert (claims["exp"] - claims["iat"], claims["iat"] - claims["nbf"]) == (60, 10)
    assert (claims["sub"][:5], claims["sid"][:5], claims["sts"], claims["v"]) == (
        "user_",
        "sess_",
        "active",
        2,
    )


@pytest.mark.parametrize("kind", ["expired", "not-yet", "other-signer", "alg-none", "hs256", "truncated"])
def test_a_token_can_be_wrong_in_itself(sandbox: Sandbox, kind: str) -> None:
    with pytest.raises(jwt.PyJWTError):
        read(sandbox, token(sandbox, kind))


@pytest.mark.parametrize(
    ("kind", "claim", "value"),
    [
        ("no-azp", "azp", None),
        ("foreign-azp", "azp", "https://somewhere.example"),
        ("other-issuer", "iss", "https://clerk.somewhere.example"),
        ("pending", "sts", "pending"),
        ("no-session", "sid", None),
        ("no-end", "exp", None),
        ("v1", "v", None),
    ],
)
def test_a_token_can_say_the_wrong_thing(sandbox: Sandbox, kind: str, claim: str, value: str | None) -> None:
    assert read(sandbox, token(sandbox, kind)).get(claim) == value


def test_a_key_that_is_changed_keeps_its_name_unless_it_is_given_another(sandbox: Sandbox) -> None:
    old, (_, before) = token(sandbox), jwks(sandbox)

    door(sandbox, "keys/rotate")
    (_, after) = jwks(sandbox)
    door(sandbox, "keys/rotate", name="ins_2New")

    assert (before["kid"] == after["kid"], before["n"] == after["n"]) == (True, False)
    assert jwks(sandbox)[1]["kid"] == "ins_2New"
    with pytest.raises(StopIteration):
        read(sandbox, old)
    assert read(sandbox, token(sandbox))


def test_users_and_keys_survive_a_restart(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    made, user = token(sandbox), join(sandbox, email="ada@example.org")
    sandbox.process.stop()

    sandbox.start()

    assert read(sandbox, made)
    assert sandbox.http.get(f"/clerk/v1/users/{user['id']}", headers=KEY).json() == user


def test_a_user_is_told_in_the_shape_of_clerks_own_library(sandbox: Sandbox) -> None:
    made = join(sandbox, email="ada@example.org", first_name="Ada")

    told = sandbox.http.get(f"/clerk/v1/users/{made['id']}", headers=KEY).json()

    user = User.model_validate(told)
    assert (user.id, user.first_name) == (made["id"], "Ada")
    assert user.primary_email_address_id == user.email_addresses[0].id


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, "v1/users/user_2x", 401),
        ({"authorization": "Bearer sk_test_bad"}, "v1/users/user_2x", 401),
        ({"authorization": "Bearer pk_test_x"}, "v1/jwks", 401),
        (KEY, "v1/users/user_2x", 404),
        (KEY, "v1/nothing", 404),
    ],
)
def test_a_refusal_has_clerks_shape(
    sandbox: Sandbox, headers: dict[str, str], path: str, status: int
) -> None:
    answer = sandbox.http.get(f"/clerk/{path}", headers=headers)

    assert answer.status_code == status
    assert answer.json()["errors"][0].keys() == {"message", "long_message", "code", "meta"}


def test_a_revoked_session_is_revoked_once(sandbox: Sandbox) -> None:
    user = join(sandbox)["id"]
    session = door(sandbox, f"users/{user}/sessions")["session"]["id"]

    answers = [
        sandbox.http.post(f"/clerk/v1/sessions/{session}/revoke", headers=KEY).json() for _ in range(2)
    ]

    assert [answer["status"] for answer in answers] == ["revoked", "revoked"]
    events = sandbox.http.get("/clerk/sandbox/events").json()["events"]
    assert [event["type"] for event in events].count("session.revoked") == 1


def listen(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.control(provider="clerk", webhookUrl=receiver.url)


def test_an_event_is_signed_as_svix_does_and_told_in_clerks_envelope(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    listen(sandbox, receiver)

    user = join(sandbox, email="ada@example.org", first_name="Zoë")

    delivery = wait_until(lambda: receiver.deliveries and receiver.deliveries[0])
    names = {f"webhook-{name}": delivery.headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
    told = Webhook(SECRET).verify(delivery.raw, names)
    assert (told["type"], told["object"], told["data"]) == ("user.created", "event", user)
    assert told.keys() == {"data", "event_attributes", "instance_id", "object", "timestamp", "type"}


@pytest.mark.parametrize(
    "alter", ["byte", "unsigned", "other-secret", "old", "early", "other-version", "no-id"]
)
def test_an_event_can_be_sent_spoilt(sandbox: Sandbox, receiver: Receiver, alter: str) -> None:
    listen(sandbox, receiver)
    name = door(sandbox, "events", type="x", data={}, deliver="never")["event"]

    assert door(sandbox, f"events/{name}/deliver", alter=alter)["statuses"] == [200]

    delivery = receiver.deliveries[0]
    assert json.loads(delivery.raw)["type"] == "x"
    names = {
        f"webhook-{part}": delivery.headers.get(f"svix-{part}", "")
        for part in ("id", "timestamp", "signature")
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(delivery.raw, names)


def test_what_is_not_heard_is_repeated_under_the_same_id(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    receiver.statuses = [500]

    join(sandbox)

    wait_until(lambda: len(receiver.deliveries) == 2)
    assert len({delivery.headers["svix-id"] for delivery in receiver.deliveries}) == 1
    assert sandbox.counts("clerk")["deliveries-failed"] == 1


def test_a_browser_signs_in_gets_tokens_and_signs_out(sandbox: Sandbox) -> None:
    """As the stand-in for Clerk's script does, which the journeys use."""

    def ask(path: str, **told: str) -> httpx.Response:
        return sandbox.http.post(
            f"/clerk/v1/client{path}", content=json.dumps(told), headers={"origin": ORIGIN}
        )

    assert ask("").json() == {"session": None, "user": None}
    assert ask("/sign_ins", email="nobody").status_code == 422
    entered = ask("/sign_ins", email="ada@example.org")
    client, session = entered.json()["client"], entered.json()["session"]["id"]
    again = ask("/sign_ins", email="ADA@example.org", client=client).json()["user"]["id"]

    made = ask(f"/sessions/{session}/tokens", client=client).json()["jwt"]

    assert entered.headers["access-control-allow-origin"] == "*"
    assert (read(sandbox, made)["sub"], read(sandbox, made)["azp"]) == (again, ORIGIN)
    assert ask(f"/sessions/{session}/tokens", client="another").status_code == 401
    assert ask(f"/sessions/{session}/end", client=client).json()["session"] is None
    assert ask(f"/sessions/{session}/tokens", client=client).status_code == 401


@pytest.mark.parametrize(
    "path", ["npm/@clerk/ui@1/dist/ui.browser.js", "npm/@clerk/clerk-js@6/dist/clerk.browser.js"]
)
def test_the_scripts_may_be_loaded_by_other_origins(sandbox: Sandbox, path: str) -> None:
    answer = sandbox.http.get(f"/clerk/{path}", headers={"origin": ORIGIN})

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_clerk_can_be_broken_like_the_others(sandbox: Sandbox) -> None:
    sandbox.control(provider="clerk", mode="500", seconds=30)

    assert sandbox.http.get("/clerk/.well-known/jwks.json").status_code == 500
    assert join(sandbox)["id"], "its door stays open"
    sandbox.control(provider="clerk", mode="ok")
    assert sandbox.counts("clerk") == {"jwks-broken": 1}
