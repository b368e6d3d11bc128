"""Creem's moderation of prompts (providers.md 1.4, 1.10)."""

from __future__ import annotations

import httpx
import pytest

from .conftest import Sandbox


def screen(sandbox: Sandbox, told: object, *, key: str = "creem_test_key") -> httpx.Response:
    headers = {"x-api-key": key} if key else {}
    return sandbox.http.post("/creem/v1/moderation/prompt", json=told, headers=headers)


@pytest.mark.parametrize(
    ("prompt", "decision"),
    [
        pytest.param("Slow cutting of a red crystal sphere", "allow", id="harmless"),
        pytest.param(
            "A blood orange is cut, grapes and skill", "allow", id="harmless words with bad neighbours"
        ),
        pytest.param("soap sandbox:deny", "deny", id="asked to deny"),
        pytest.param("soap sandbox:flag", "flag", id="asked to flag"),
        pytest.param("Gory scene, a severed hand", "deny", id="gore"),
        pytest.param("a NUDE person", "deny", id="nudity"),
        pytest.param("child abuse", "deny", id="abuse"),
        pytest.param("a murderer with a knife", "flag", id="violence"),
    ],
)
def test_a_prompt_gets_a_verdict(sandbox: Sandbox, prompt: str, decision: str) -> None:
    told = {"prompt": prompt, "external_id": "user_42:gen_9001"}

    answer = screen(sandbox, told).json()

    assert (answer["decision"], answer["object"], answer["prompt"]) == (decision, "moderation_result", prompt)
    assert (answer["external_id"], answer["id"].isalnum()) == ("user_42:gen_9001", True)


def test_length_costs_units_and_a_repeat_costs_none(sandbox: Sandbox) -> None:
    told = {"prompt": "soap " * 300}

    units = [screen(sandbox, told).json()["usage"]["units"] for _ in range(2)]

    assert units == [2, 0]


@pytest.mark.parametrize("key", ["", "bad"])
def test_without_a_good_key_nothing_is_screened(sandbox: Sandbox, key: str) -> None:
    answer = screen(sandbox, {"prompt": "soap"}, key=key)

    assert answer.status_code == 403
    assert answer.json().keys() == {"trace_id", "status", "error", "timestamp"}


@pytest.mark.parametrize(
    "told", [{}, [], {"prompt": 5}, {"prompt": ""}, {"prompt": "soap", "external_id": 5}]
)
def test_a_wrong_question_is_answered_with_a_list_of_what_is_wrong(sandbox: Sandbox, told: object) -> None:
    answer = screen(sandbox, told)

    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    assert all(isinstance(message, str) for message in answer.json()["message"])
