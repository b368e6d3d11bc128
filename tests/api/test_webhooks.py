"""The provider calling back: from an address nobody can guess, signed where that is set, and never believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cuttingasmr import db
from cuttingasmr.generation import callbacks
from cuttingasmr.models import Video
from cuttingasmr.models.columns import new_id
from tests.support.api import Api

TASK = "veo_task_1"


def call_back(
    api: Api, video_id: str, body: object = None, *, token: str = "", **headers: str
) -> httpx.Response:
    token = token or callbacks.address_of(video_id).rpartition("/")[2]
    told = {"code": 200, "data": {"taskId": TASK}} if body is None else body
    return api.browser().post(f"/api/webhooks/veo3/{token}", json=told, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            {
                "code": 200,
                "msg": "ok",
                "data": {"taskId": TASK, "info": {"resultUrls": ["http://evil.example"]}},
            },
            id="done",
        ),
        pytest.param(
            {"code": 400, "msg": "flagged", "data": {"taskId": TASK, "fallbackFlag": False}}, id="failed"
        ),
        pytest.param({"code": 200, "data": {"task_id": TASK}}, id="the other spelling"),
        pytest.param({"data": {"taskId": TASK, "more": {"a": []}}, "new": 1}, id="with more than we know"),
    ],
)
def test_a_callback_is_heard_and_changes_nothing_itself(api: Api, body: object) -> None:
    ada = api.someone()
    video_id = ada.start()
    noted = {"claim", "due_at"}
    before = db.look(lambda session: session.get_one(Video, video_id).model_dump(exclude=noted))

    answers = [call_back(api, video_id, body) for _ in range(2)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"success": True})] * 2
    assert db.look(lambda session: session.get_one(Video, video_id).model_dump(exclude=noted)) == before


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x", id="malformed"),
        pytest.param("0" * 72, id="made up"),
        pytest.param("%00", id="NUL"),
        pytest.param("x" * 5000, id="long"),
    ],
)
def test_an_address_that_we_did_not_make_is_not_there(api: Api, token: str) -> None:
    answer = call_back(api, "", token=token)

    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


def test_a_video_that_nobody_makes_is_no_error_of_ours(api: Api) -> None:
    answer = call_back(api, new_id())

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([], id="a list"),
        pytest.param({"code": 200}, id="no data"),
        pytest.param({"data": None}, id="null data"),
        pytest.param({"data": {}}, id="no task"),
        pytest.param({"data": {"taskId": ""}}, id="an empty task"),
        pytest.param({"data": {"taskId": 7}}, id="a number"),
        pytest.param({"data": {"taskId": "x" * 129}}, id="a long task"),
        pytest.param({"data": {"taskId": "a\0b"}}, id="NUL"),
    ],
)
def test_a_body_that_names_no_task_is_refused(api: Api, body: object) -> None:
    answer = call_back(api, api.someone().start(), body)

    assert (answer.status_code, answer.json()["code"]) == (400, "BadJson")


def signed(key: str, task: str = TASK, age: int = 0) -> dict[str, str]:
    moment = str(round(time.time()) - age)
    digest = hmac.digest(key.encode(), f"{task}.{moment}".encode(), hashlib.sha256)
    return {"x-webhook-timestamp": moment, "x-webhook-signature": base64.b64encode(digest).decode()}


def test_where_a_key_is_set_a_callback_must_be_signed_with_it(make_api: Callable[..., Api]) -> None:
    api = make_api(veo3_webhook_hmac_key="the-key")
    video_id = api.someone().start()

    assert call_back(api, video_id, **signed("the-key")).status_code == 200
    for headers in ({}, signed("another"), signed("the-key", "another"), signed("the-key", age=400)):
        answer = call_back(api, video_id, **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "BadSignature")


@pytest.mark.parametrize(
    ("status", "task", "hears"),
    [
        pytest.param("queued", None, True, id="whose task is not known yet"),
        pytest.param("rendering", TASK, True, id="whose task it is"),
        pytest.param("rendering", "another", False, id="that another task makes"),
        pytest.param("failed", TASK, False, id="that has ended"),
    ],
)
def test_a_callback_wakes_only_a_video_that_waits_for_it(
    api: Api, status: str, task: str | None, *, hears: bool
) -> None:
    video_id = api.someone().start()
    db.run(
        lambda session: session.get_one(Video, video_id).sqlmodel_update(
            {"status": status, "provider_task_id": task, "due_at": db.utc_now() + timedelta(minutes=1)}
        )
    )

    before = noted(video_id)
    answers = [call_back(api, video_id).status_code for _ in range(3)]

    assert answers == [200] * 3
    heard = noted(video_id)
    assert (heard != before) is hears
    assert heard["created_at"] == heard["due_at"] or not hears, "it is asked about before all others"


def noted(video_id: str) -> dict[str, Any]:
    """Give what a callback may note about a video, and nothing else."""
    return db.look(
        lambda session: session.get_one(Video, video_id).model_dump(include={"claim", "due_at", "created_at"})
    )


def test_an_address_of_one_video_with_the_mac_of_another_is_not_there(api: Api) -> None:
    mine, theirs = api.someone().start(), api.someone().start()
    token = callbacks.address_of(mine).rpartition("/")[2]

    assert call_back(api, theirs, token=theirs + token[32:]).status_code == 404


def test_a_provider_calls_from_no_page_and_is_not_asked_where_from(api: Api) -> None:
    video_id = api.someone().start()

    assert call_back(api, video_id, origin="https://kie.ai").status_code == 200
