"""Breaking a provider for a while, and asking what was received."""

from __future__ import annotations

import time

import httpx
import pytest

from .conftest import Sandbox, wait_until

CREDIT = "/api/v1/chat/credit"


def test_a_provider_that_is_down_cuts_the_connection(sandbox: Sandbox) -> None:
    sandbox.control(provider="kie", mode="down", seconds=30)

    with pytest.raises(httpx.TransportError):
        sandbox.kie("GET", CREDIT)

    assert screen(sandbox).status_code == 200
    sandbox.control(provider="kie", mode="ok")
    assert sandbox.kie("GET", CREDIT).status_code == 200
    assert sandbox.counts() == {"credit-broken": 1, "credit": 1}


def screen(sandbox: Sandbox) -> httpx.Response:
    return sandbox.http.post(
        "/creem/v1/moderation/prompt", json={"prompt": "soap"}, headers={"x-api-key": "k"}
    )


def test_errors_have_the_providers_own_shape(sandbox: Sandbox) -> None:
    sandbox.control(provider="kie", mode="429", seconds=30)
    sandbox.control(provider="creem", mode="500", seconds=30)

    limited, failed = sandbox.kie("GET", CREDIT), screen(sandbox)

    assert (limited.status_code, limited.json()["code"]) == (429, 429)
    assert 25 <= int(limited.headers["retry-after"]) <= 30
    assert (failed.status_code, failed.json()["status"], failed.json()["error"]) == (
        500,
        500,
        "Internal Server Error",
    )


def test_one_operation_can_be_broken_alone(sandbox: Sandbox) -> None:
    sandbox.control(provider="kie", mode="500", seconds=30, only="create")

    answers = [sandbox.create("soap sandbox:never")["code"], sandbox.kie("GET", CREDIT).json()["code"]]

    assert answers == [500, 200]
    assert (sandbox.tasks(), sandbox.counts()) == ([], {"create-broken": 1, "credit": 1})


def test_a_provider_can_be_broken_for_one_key_alone(sandbox: Sandbox) -> None:
    sandbox.control(provider="kie", mode="500", seconds=30, key="poor-one")
    sandbox.control(provider="kie", mode="429", seconds=30, key="third", only="credit")

    codes = [
        sandbox.http.get(f"/kie{CREDIT}", headers={"authorization": f"Bearer {key}"}).json()["code"]
        for key in ("poor-one", "another", "third")
    ]

    assert codes == [500, 200, 429]
    sandbox.control(provider="kie", mode="ok", key="poor-one")
    broken = sandbox.http.get("/control/recent").json()["broken"]
    assert [(one["mode"], one["only"]) for one in broken] == [("429", "credit")]
    assert "third" not in str(broken)


def test_a_slow_provider_answers_after_its_delay(sandbox: Sandbox) -> None:
    sandbox.control(provider="creem", mode="slow", seconds=30, delay=0.3)
    began = time.monotonic()

    answer = screen(sandbox)

    assert answer.json()["decision"] == "allow"
    assert time.monotonic() - began >= 0.3


def test_a_breakage_ends_by_itself(sandbox: Sandbox) -> None:
    sandbox.control(provider="kie", mode="500", seconds=0.3)

    first = sandbox.kie("GET", CREDIT).status_code

    assert first == 500
    wait_until(lambda: sandbox.kie("GET", CREDIT).status_code == 200)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"provider": "else", "mode": "down"},
        {"provider": "kie", "mode": "sad"},
        {"provider": "kie", "mode": "down", "seconds": "x"},
    ],
)
def test_what_is_not_understood_is_said(sandbox: Sandbox, told: dict[str, str]) -> None:
    answer = sandbox.http.post("/control", json=told)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Not understood")


def test_tasks_are_found_by_prompt_and_callback_and_show_no_key(sandbox: Sandbox) -> None:
    sandbox.create("soap one sandbox:never", callBackUrl="http://127.0.0.1:1/video-7")
    sandbox.create("soap two sandbox:never")

    every, two, seventh = (
        sandbox.http.get("/control/tasks"),
        sandbox.tasks(prompt="two"),
        sandbox.tasks(callback="video-7"),
    )

    assert (every.json()["total"], len(two), len(seventh)) == (2, 1, 1)
    assert seventh[0]["prompt"] == "soap one sandbox:never"
    assert "a-key" not in every.text + sandbox.http.get("/control/recent").text


def test_a_reset_forgets_everything(sandbox: Sandbox) -> None:
    task_id = sandbox.create("soap sandbox:never")["data"]["taskId"]
    sandbox.control(provider="creem", mode="down", seconds=30)

    sandbox.http.post("/control/reset")

    assert sandbox.http.get("/control").json() == {"kie": {}, "creem": {}, "clerk": {}, "mail": {}}
    assert sandbox.kie("GET", f"/api/v1/veo/record-info?taskId={task_id}").json()["code"] == 422
    assert screen(sandbox).status_code == 200
