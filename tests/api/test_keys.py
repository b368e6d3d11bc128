"""How the provider's keys are, over the API: to operators each by its fingerprint, to others at most a summary."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cuttingasmr import db
from cuttingasmr.auth import operators, sessions
from cuttingasmr.generation import key_pool
from cuttingasmr.generation.key_pool import fingerprint, get_key_pool
from tests.support.api import Api, Person
from tests.support.people import make_user

SECRETS = ("first-secret-key", "second-secret-key", "third-secret-key")


@pytest.fixture
def with_keys(make_api: Callable[..., Api]) -> Callable[..., Api]:
    """Serve the API with three keys: one usable, one resting, one retired."""

    def serve(**environment: str) -> Api:
        api = make_api(veo3_api_keys=",".join(SECRETS), admin_emails="operator@example.org", **environment)
        turns = [db.run(get_key_pool().take) for _ in SECRETS]
        assert all(isinstance(turn, key_pool.Turn) for turn in turns)
        made, busy, refused = (turn for turn in turns if isinstance(turn, key_pool.Turn))
        report(made, key_pool.Result.MADE)
        report(busy, key_pool.Result.BUSY)
        db.run(key_pool.retire, name=refused.key.fingerprint, why="401")
        return api

    return serve


def report(turn: key_pool.Turn, result: key_pool.Result) -> None:
    db.run(key_pool.report, name=turn.key.fingerprint, call_id=turn.call_id, result=result)


def operator_of(api: Api) -> Person:
    user_id = make_user(email="operator@example.org")
    db.run(operators.vouch_for, email="operator@example.org")
    return Person(user_id, api.browser(db.run(sessions.begin, user_id=user_id)))


def test_an_operator_sees_each_key_by_its_fingerprint_and_never_a_key(with_keys: Callable[..., Api]) -> None:
    api = with_keys()

    answer = operator_of(api).http.get("/api/api-key-status")

    told = answer.json()
    assert (told["configured"], told["usable"], told["resting"], told["retired"]) == (3, 1, 1, 1)
    assert [(key["fingerprint"], key["state"], key["why"], key["creates"]) for key in told["keys"]] == [
        (fingerprint(SECRETS[0]), "usable", "", 1),
        (fingerprint(SECRETS[1]), "resting", "too many requests", 0),
        (fingerprint(SECRETS[2]), "retired", "401", 0),
    ]
    assert told["keys"][1]["until"] > db.utc_now().isoformat()
    assert not any(secret[:6] in answer.text for secret in SECRETS)


def test_others_see_a_summary_in_test_mode(with_keys: Callable[..., Api]) -> None:
    api = with_keys()

    answer = api.browser().get("/api/api-key-status")

    assert answer.json() == {
        "success": True, "configured": 3, "usable": 1, "resting": 1, "retired": 1, "creditsLow": False, "breaker": "closed",
    }  # fmt: skip


def test_health_tells_how_many_keys_work_and_is_degraded_when_none_does(
    with_keys: Callable[..., Api],
) -> None:
    api = with_keys()
    some = api.browser().get("/api/health").json()["checks"]["veo3"]
    db.run(key_pool.retire, name=fingerprint(SECRETS[0]), why="402")

    none = api.browser().get("/api/health").json()["checks"]["veo3"]

    assert (some["status"], some["keys"], some["usableKeys"], some["creditsLow"]) == ("ok", 3, 1, False)
    assert (none["status"], none["usableKeys"]) == ("resting", 0)


def test_an_operator_brings_a_key_back_and_nobody_else_does(with_keys: Callable[..., Api]) -> None:
    api = with_keys()
    body = {"fingerprint": fingerprint(SECRETS[2]), "reason": "The key was mended."}
    somebody, operator = api.someone(), operator_of(api)

    refused = [
        who.post("/api/manual-provider-key", json=body).status_code for who in (api.browser(), somebody.http)
    ]
    unknown = operator.http.post("/api/manual-provider-key", json=body | {"fingerprint": "x"}).status_code
    back = operator.http.post("/api/manual-provider-key", json=body)

    assert (refused, unknown, back.json()) == ([401, 404], 404, {"success": True})
    assert operator.http.get("/api/api-key-status").json()["usable"] == 2
