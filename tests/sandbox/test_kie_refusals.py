"""What kie.ai does not accept, and how it says so (providers.md 2.1, 2.5, 2.10, 2.11)."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from .conftest import Sandbox

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
"""A PNG of one pixel."""


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param({"prompt": "  "}, "prompt", id="no prompt"),
        pytest.param({"prompt": ["soap"]}, "prompt", id="a prompt that is no text"),
        pytest.param({"aspect_ratio": "1:1"}, "Ratio error", id="a square"),
        pytest.param({"aspect_ratio": {}}, "Ratio error", id="a ratio that is no word"),
        pytest.param({"duration": 5}, "Duration", id="five seconds"),
        pytest.param({"duration": "8"}, "Duration", id="seconds as text"),
        pytest.param({"model": "veo9"}, "Model", id="an unknown model"),
        pytest.param({"resolution": "8k"}, "Resolution", id="an unknown resolution"),
        pytest.param({"callBackUrl": "ftp://there"}, "callBackUrl", id="an address that is not HTTP"),
        pytest.param({"seeds": 7}, "seeds", id="a seed out of range"),
        pytest.param({"generationType": "REFERENCE_2_VIDEO"}, "images", id="a reference without images"),
        pytest.param({"imageUrls": [7]}, "URLs", id="an image that is no address"),
        pytest.param({"imageUrls": ["file:///etc/passwd"]}, "URLs", id="an image that is a file"),
    ],
)
def test_a_wrong_order_is_refused_in_the_body_while_http_says_200(
    sandbox: Sandbox, fields: dict[str, object], text: str
) -> None:
    order = {"prompt": "soap", **fields}

    answer = sandbox.kie("POST", "/api/v1/veo/generate", json=order)

    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (200, 422, None)
    assert text in answer.json()["msg"]
    assert sandbox.tasks() == []
    assert sandbox.counts() == {"create-refused": 1}


def test_a_picture_that_cannot_be_fetched_or_seen_is_refused_and_one_that_can_is_noted(
    sandbox: Sandbox,
) -> None:
    page = sandbox.create(imageUrls=[f"{sandbox.url}/"])
    nowhere = sandbox.create(imageUrls=[f"{sandbox.url}/nothing.png"])
    sent = {"base64Data": PIXEL, "fileName": "a.png"}
    address = sandbox.kie("POST", "/api/file-base64-upload", json=sent).json()["data"]["downloadUrl"]
    whole = sandbox.create(imageUrls=[address], generationType="FIRST_AND_LAST_FRAMES_2_VIDEO")

    assert [page["code"], nowhere["code"], whole["code"]] == [422, 451, 200]
    (task,) = sandbox.tasks()
    assert (task["kind"], task["pictures"]) == ("FIRST_AND_LAST_FRAMES_2_VIDEO", ["PNG 1x1"])


def test_the_unified_api_takes_its_own_spelling_only(sandbox: Sandbox) -> None:
    flat = {"model": "veo-3-1", "prompt": "soap"}
    old_model = {"model": "veo3_fast", "input": {"prompt": "soap"}}

    answers = [
        sandbox.kie("POST", "/api/v1/jobs/createTask", json=order).json() for order in (flat, old_model)
    ]

    assert [answer["code"] for answer in answers] == [422, 422]
    assert sandbox.tasks() == []


@pytest.mark.parametrize(
    ("key", "http", "code"),
    [
        pytest.param("", 401, 401, id="no key"),
        pytest.param("a-bad-key", 401, 401, id="a bad key"),
        pytest.param("a-poor-key", 200, 402, id="no credits"),
        pytest.param("a-busy-key", 429, 429, id="too many requests"),
        pytest.param("a-broken-key", 200, 500, id="a server error"),
    ],
)
def test_words_in_a_key_choose_how_it_is_refused(sandbox: Sandbox, key: str, http: int, code: int) -> None:
    order = {"prompt": "soap"}

    answer = sandbox.kie("POST", "/api/v1/veo/generate", key=key, json=order)

    assert (answer.status_code, answer.json()["code"]) == (http, code)
    assert sandbox.tasks() == []


def test_a_task_is_unknown_to_every_key_but_its_own_and_to_the_other_api(sandbox: Sandbox) -> None:
    task_id = sandbox.create("soap sandbox:never")["data"]["taskId"]
    asked = [
        ("another-key", f"/api/v1/veo/record-info?taskId={task_id}"),
        ("a-key", f"/api/v1/jobs/recordInfo?taskId={task_id}"),
        ("a-key", "/api/v1/veo/record-info?taskId=nothing"),
    ]

    answers = [sandbox.kie("GET", path, key=key).json() for key, path in asked]

    assert [(answer["code"], answer["msg"]) for answer in answers] == [(422, "record is null")] * 3


def test_more_creations_than_the_limit_are_refused_key_by_key(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox(SANDBOX_CREATE_LIMIT="3")
    order = {"prompt": "soap sandbox:never"}

    mine = [sandbox.kie("POST", "/api/v1/veo/generate", json=order).status_code for _ in range(5)]
    another = sandbox.kie("POST", "/api/v1/veo/generate", key="another", json=order).status_code

    assert mine == [200, 200, 200, 429, 429]
    assert another == 200
    assert (sandbox.counts()["create"], sandbox.counts()["create-refused"]) == (4, 2)


def test_creating_costs_credits_and_failing_gives_them_back(sandbox: Sandbox) -> None:
    def balance(key: str = "a-key") -> int:
        return sandbox.kie("GET", "/api/v1/chat/credit", key=key).json()["data"]

    before = balance()
    task_id = sandbox.create("soap sandbox:fail")["data"]["taskId"]
    during = balance()
    sandbox.ended(task_id)

    assert before - during == 60
    assert balance() == before
    assert balance("poor") == 0


def test_an_upload_can_be_downloaded_and_chooses_no_place_on_the_disk(sandbox: Sandbox) -> None:
    picture = b"\x89PNG and more"
    coded = "data:image/png;base64," + base64.b64encode(picture).decode()
    told = {"base64Data": coded, "uploadPath": "../../etc", "fileName": "../../evil.png"}

    by_json = sandbox.kie("POST", "/api/file-base64-upload", json=told).json()
    by_form = sandbox.kie(
        "POST", "/api/file-stream-upload", files={"file": ("a.html", b"<b>")}, data={"uploadPath": "x"}
    ).json()

    assert (by_json["success"], by_json["data"]["fileSize"]) == (True, len(picture))
    assert ".." not in by_json["data"]["downloadUrl"]
    assert sandbox.http.get(by_json["data"]["downloadUrl"]).content == picture
    assert (
        sandbox.http.get(by_form["data"]["downloadUrl"]).headers["content-type"] == "application/octet-stream"
    )
    assert sandbox.kie("POST", "/api/file-base64-upload", json={"base64Data": "!"}).json()["code"] == 422


def test_an_address_that_kie_does_not_have_is_counted_as_unknown(sandbox: Sandbox) -> None:
    paths = ["/api/v1/veo/generate", "/api/v9/elsewhere", "/files/../sandbox.sqlite3", "/files/none.mp4"]

    answers = [sandbox.kie("GET", path) for path in paths]

    assert [answer.json()["code"] for answer in answers] == [404] * 4
    assert sandbox.counts() == {"unknown": 3, "files": 1}
