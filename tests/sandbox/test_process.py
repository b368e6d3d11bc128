"""The sandbox as a program: it stops soon, survives a kill, and says plainly why it cannot start."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .conftest import ROOT, Receiver, Sandbox, wait_until


def test_a_kill_while_rendering_loses_no_task_no_count_and_no_callback(
    own_sandbox: Callable[..., Sandbox], receiver: Receiver
) -> None:
    sandbox = own_sandbox(SANDBOX_RENDER_SECONDS="1")
    film = sandbox.create("Soap", duration=4, callBackUrl=receiver.url)["data"]["taskId"]
    failing = sandbox.create("soap sandbox:fail", callBackUrl=receiver.url)["data"]["taskId"]

    sandbox.process.kill9()
    sandbox.start()

    assert sandbox.ended(film)["successFlag"] == 1
    assert sandbox.ended(failing)["successFlag"] == 2
    wait_until(lambda: {told.body["data"]["taskId"] for told in receiver.deliveries} == {film, failing})
    assert sandbox.counts()["create"] == 2


def test_a_callback_that_was_not_delivered_is_delivered_by_the_next_run(
    own_sandbox: Callable[..., Sandbox], receiver: Receiver
) -> None:
    sandbox = own_sandbox(SANDBOX_RENDER_SECONDS="0", SANDBOX_CALLBACK_PAUSE="60")
    receiver.statuses = [503]
    sandbox.create("soap sandbox:fail", callBackUrl=receiver.url)
    wait_until(lambda: receiver.deliveries)

    sandbox.process.kill9()
    sandbox.start()

    wait_until(lambda: sandbox.tasks()[0]["callback"] == "delivered")
    assert len(receiver.deliveries) == 2


def test_it_stops_within_two_seconds_though_requests_hang(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    order = {"prompt": "soap sandbox:submit-lost sandbox:never"}
    with ThreadPoolExecutor() as background:
        hanging = background.submit(sandbox.kie, "POST", "/api/v1/veo/generate", json=order)
        wait_until(sandbox.tasks)
        began = time.monotonic()

        code = sandbox.process.stop()

        assert (code, time.monotonic() - began < 2) == (0, True)
        assert isinstance(hanging.exception(), httpx.TransportError)
    assert sandbox.process.output == f"Sandbox on {sandbox.url}\n"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param({}, "cannot listen on 127.0.0.1:", id="a port that is taken"),
        pytest.param(
            {"SANDBOX_RENDER_SECONDS": "soon"}, "SANDBOX_RENDER_SECONDS must be", id="a wrong setting"
        ),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    sandbox: Sandbox, settings: dict[str, str], sentence: str
) -> None:
    command = [sys.executable, "-m", "cuttingasmr.sandbox", "--port", str(sandbox.port)]

    ended = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert sentence in ended.stderr


def test_the_front_page_needs_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    page = sandbox.http.get("/")

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "sandbox:submit-lost" in page.text
    assert "https://" not in page.text
