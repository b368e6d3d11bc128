"""How kie.ai tells that a task has ended (providers.md 2.7 to 2.9)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from cuttingasmr.sandbox.kie.courier import signature

from .conftest import HMAC_KEY, Receiver, Sandbox, wait_until


def test_the_signature_is_that_of_the_documents_example() -> None:
    example = ("kie_hmac_key", "veo_task_abcdef123456", "1750236843")

    signed = signature(*example)

    assert signed == "tt6W0xR6fI3Q+vX/Z9tjRY8X/B9/Z4WI1AAd40ZtqWw="


def test_a_finished_task_is_told_with_its_links_and_signed(sandbox: Sandbox, receiver: Receiver) -> None:
    order = {"aspect_ratio": "9:16", "duration": 4, "callBackUrl": receiver.url}
    task_id = sandbox.create("Honeycomb, sliced", **order)["data"]["taskId"]

    told = wait_until(lambda: receiver.deliveries)[0]

    assert (told.path, told.body["code"]) == ("/told", 200)
    assert told.body["msg"] == "Veo3.1 video generated successfully."
    assert (told.body["data"]["taskId"], told.body["data"]["fallbackFlag"]) == (task_id, False)
    assert told.body["data"]["info"]["resultUrls"] == sandbox.record(task_id)["response"]["resultUrls"]
    assert told.body["data"]["info"]["originUrls"]
    message = f"{task_id}.{told.headers['x-webhook-timestamp']}".encode()
    expected = hmac.new(HMAC_KEY.encode(), message, hashlib.sha256).digest()
    assert told.headers["x-webhook-signature"] == base64.b64encode(expected).decode()


def test_the_unified_api_tells_in_its_own_shape(sandbox: Sandbox, receiver: Receiver) -> None:
    good = sandbox.create_job("Honeycomb, sliced", receiver.url, aspect_ratio="9:16", duration=4)["data"][
        "taskId"
    ]
    bad = sandbox.create_job("soap sandbox:policy", receiver.url)["data"]["taskId"]

    wait_until(lambda: len(receiver.deliveries) == 2)

    told = {delivery.body["data"]["taskId"]: delivery.body for delivery in receiver.deliveries}
    assert (told[good]["code"], told[good]["data"]["state"]) == (200, "success")
    assert json.loads(told[good]["data"]["resultJson"])["resultUrls"]
    assert (told[bad]["code"], told[bad]["data"]["state"], told[bad]["data"]["failCode"]) == (
        501,
        "fail",
        "400",
    )


def test_a_callback_that_is_not_heard_is_repeated(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [500, 302]

    sandbox.create("soap sandbox:policy", callBackUrl=receiver.url)

    wait_until(lambda: sandbox.tasks()[0]["callback"] == "delivered")
    assert [delivery.body["code"] for delivery in receiver.deliveries] == [400, 400, 400]
    assert (sandbox.counts()["callbacks"], sandbox.counts()["callbacks-failed"]) == (1, 2)


def test_three_repeats_without_success_are_the_last(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [500] * 9

    sandbox.create("soap sandbox:fail", callBackUrl=receiver.url)

    wait_until(lambda: sandbox.tasks()[0]["callback"] == "given-up")
    assert len(receiver.deliveries) == 4
