"""Words in a prompt that choose what becomes of it."""

from __future__ import annotations

import time

import httpx
import pytest
from av.error import InvalidDataError

from .conftest import Receiver, Sandbox, wait_until
from .films import watch


@pytest.mark.parametrize(
    ("word", "flag", "code", "text"),
    [
        pytest.param("policy", 3, 400, "content policies", id="against the policy"),
        pytest.param("fail", 2, 501, "Generation failed", id="failed"),
        pytest.param("fail=500", 2, 500, "Internal Error", id="failed inside"),
    ],
)
def test_an_accepted_task_fails_as_its_prompt_asks(
    sandbox: Sandbox, word: str, flag: int, code: int, text: str
) -> None:
    task_id = sandbox.create(f"soap sandbox:{word}")["data"]["taskId"]

    record = sandbox.ended(task_id)

    assert (record["successFlag"], record["errorCode"], record["response"]) == (flag, code, None)
    assert text in record["errorMessage"]


def test_the_unified_api_tells_a_failure_in_its_own_fields(sandbox: Sandbox) -> None:
    task_id = sandbox.create_job("soap sandbox:policy")["data"]["taskId"]

    job = sandbox.ended_job(task_id)

    assert (job["state"], job["failCode"], job["resultJson"], job["creditsConsumed"]) == (
        "fail",
        "400",
        "",
        0,
    )
    assert "content policies" in job["failMsg"]


def test_slow_takes_its_seconds_and_never_stays(sandbox: Sandbox) -> None:
    began = time.monotonic()
    slow = sandbox.create_job("soap sandbox:slow=1.2 sandbox:fail")["data"]["taskId"]
    never = sandbox.create_job("soap sandbox:never")["data"]["taskId"]

    seen = {sandbox.job(slow)["state"]}
    wait_until(lambda: seen.add(state := sandbox.job(slow)["state"]) or state == "fail")

    assert time.monotonic() - began >= 1.2
    assert seen == {"waiting", "generating", "fail"}
    assert sandbox.job(never)["state"] in {"waiting", "generating"}


@pytest.mark.parametrize(
    ("word", "http", "code"),
    [("reject", 422, 422), ("submit-429", 429, 429), ("submit-500", 500, 500)],
)
def test_a_refused_submit_leaves_no_task(sandbox: Sandbox, word: str, http: int, code: int) -> None:
    order = {"prompt": f"soap sandbox:{word}"}

    answers = [sandbox.kie("POST", "/api/v1/veo/generate", json=order) for _ in range(2)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(http, code)] * 2
    assert (sandbox.tasks(), sandbox.counts()) == ([], {"create-refused": 2})


def test_a_submit_can_be_refused_twice_only(sandbox: Sandbox) -> None:
    prompt = "soap sandbox:submit-429=2 sandbox:never"

    codes = [sandbox.create(prompt)["code"] for _ in range(4)]

    assert codes == [429, 429, 200, 200]


def test_a_submit_whose_answer_is_lost_is_made_and_told_all_the_same(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    order = {"prompt": "soap sandbox:submit-lost", "duration": 4, "callBackUrl": receiver.url}

    with pytest.raises(httpx.ReadTimeout):
        sandbox.kie("POST", "/api/v1/veo/generate", json=order, timeout=0.4)

    told = wait_until(lambda: receiver.deliveries)[0]
    assert told.body["code"] == 200
    assert [task["taskId"] for task in sandbox.tasks(prompt="submit-lost")] == [told.body["data"]["taskId"]]
    assert sandbox.counts()["create"] == 1


def test_no_callback_tells_nobody(sandbox: Sandbox, receiver: Receiver) -> None:
    quiet = sandbox.create("soap sandbox:fail sandbox:no-callback", callBackUrl=receiver.url)["data"][
        "taskId"
    ]
    sandbox.ended(quiet)

    sandbox.create("soap sandbox:fail", callBackUrl=receiver.url)

    wait_until(lambda: receiver.deliveries)
    assert [task["callback"] for task in sandbox.tasks(prompt="no-callback")] == ["none"]
    assert len(receiver.deliveries) == 1


def test_a_broken_file_is_no_film(sandbox: Sandbox) -> None:
    task_id = sandbox.create("soap sandbox:broken-file")["data"]["taskId"]

    file = sandbox.http.get(sandbox.ended(task_id)["response"]["resultUrls"][0])

    assert (file.status_code, file.headers["content-type"]) == (200, "video/mp4")
    with pytest.raises(InvalidDataError):
        watch(file.content)
