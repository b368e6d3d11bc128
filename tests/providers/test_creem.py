"""Creem's moderation: a clear word, or none at all."""

from __future__ import annotations

import json
import time

import pytest
from structlog.testing import capture_logs

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.creem import Creem, Decision
from tests.support.api import broken
from tests.support.liar import Liar
from tests.support.ports import free_port
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")


@pytest.fixture
def creem(shared_sandbox: Sandbox) -> Creem:
    return Creem(f"{shared_sandbox.url}/creem", "a-key")


@pytest.mark.parametrize(
    ("prompt", "decision"),
    [
        pytest.param("a knife through honeycomb", Decision.ALLOW, id="allowed"),
        pytest.param("sandbox:flag", Decision.FLAG, id="flagged"),
        pytest.param("sandbox:deny", Decision.DENY, id="denied"),
    ],
)
async def test_a_prompt_is_judged(creem: Creem, prompt: str, decision: Decision) -> None:
    assert await creem.screen_prompt(prompt, external_id="user_1") is decision


async def test_what_is_asked_looks_as_the_documents_say(liar: Liar) -> None:
    liar.says = b'{"decision": "allow", "usage": {"units": 1}, "more": []}'

    await Creem(liar.url, "a-key").screen_prompt("ice", external_id="user_1")

    (asked,) = liar.asked
    assert (asked.method, asked.path) == ("POST", "/v1/moderation/prompt")
    assert asked.headers["x-api-key"] == "a-key"
    assert json.loads(asked.body) == {"prompt": "ice", "external_id": "user_1"}


@pytest.mark.parametrize(
    "mode",
    [pytest.param("down", id="cut off"), pytest.param("500", id="broken"), pytest.param("429", id="busy")],
)
async def test_a_creem_that_cannot_tell_is_unavailable(
    creem: Creem, shared_sandbox: Sandbox, mode: str
) -> None:
    with broken(shared_sandbox, mode, provider="creem"), pytest.raises(ProviderUnavailable):
        await creem.screen_prompt("ice", external_id="user_1")


async def test_a_refused_key_is_no_verdict(shared_sandbox: Sandbox) -> None:
    with pytest.raises(ProviderUnavailable):
        await Creem(f"{shared_sandbox.url}/creem", "bad").screen_prompt("ice", external_id="user_1")


async def test_nobody_there_is_no_verdict() -> None:
    with pytest.raises(ProviderUnavailable):
        await Creem(f"http://127.0.0.1:{free_port()}", "k").screen_prompt("ice", external_id="user_1")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        pytest.param(200, b"", id="empty"),
        pytest.param(200, b"<html>", id="HTML"),
        pytest.param(200, b"{}", id="no decision"),
        pytest.param(200, b'{"decision": null}', id="null"),
        pytest.param(200, b'{"decision": "ALLOW"}', id="another spelling"),
        pytest.param(200, b'{"decision": ["allow"]}', id="a list"),
        pytest.param(200, b'{"decision": "maybe"}', id="a decision that is new"),
        pytest.param(200, b'[{"decision": "allow"}]', id="a list of decisions"),
        pytest.param(201, b'{"decision": "allow"}', id="another success"),
        pytest.param(500, b'{"decision": "allow"}', id="an error that says allow"),
        pytest.param(302, b'{"decision": "allow"}', id="a redirect"),
    ],
)
async def test_anything_but_a_clear_answer_is_none(liar: Liar, status: int, says: bytes) -> None:
    liar.status, liar.says = status, says

    with pytest.raises(ProviderUnavailable):
        await Creem(liar.url, "k").screen_prompt("ice", external_id="user_1")


async def test_who_takes_longer_than_five_seconds_gives_no_verdict(liar: Liar) -> None:
    liar.says = b'{"decision": "allow"}'
    liar.speaks.clear()
    began = time.monotonic()

    with pytest.raises(ProviderUnavailable):
        await Creem(liar.url, "k").screen_prompt("ice", external_id="user_1")

    assert 4.9 < time.monotonic() - began < 7


async def test_neither_key_nor_prompt_is_ever_shown(liar: Liar) -> None:
    liar.status = 500
    here, gone = Creem(liar.url, "creem_secret"), Creem(f"http://127.0.0.1:{free_port()}", "creem_secret")

    with capture_logs() as said:
        for creem in (here, gone):
            with pytest.raises(ProviderUnavailable) as told:
                await creem.screen_prompt("a private wish", external_id="user_1")
            said.append({"event": repr([told.value, creem])})

    assert "creem_secret" not in repr(said)
    assert "private" not in repr(said)
