"""Creem's part of the process: kills, breakage, settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from .conftest import ROOT, Receiver, Sandbox, wait_until
from .creem import KEY, RETURN, ask, door, event, is_signed_return, listen, open_checkout, pay


def test_a_kill_loses_no_checkout_and_no_delivery_that_is_due(
    own_sandbox: Callable[..., Sandbox], receiver: Receiver
) -> None:
    sandbox = own_sandbox(SANDBOX_CREEM_RETRY_SECONDS="0,0.8,60")
    listen(sandbox, receiver)
    receiver.statuses = [503]
    pending = open_checkout(sandbox, success_url=RETURN)
    made = pay(sandbox, open_checkout(sandbox, request_id="r")["id"])
    late = pay(sandbox, open_checkout(sandbox)["id"], deliver="late", seconds=0.5)
    held = pay(sandbox, open_checkout(sandbox)["id"], deliver="late")
    refund = door(sandbox, "checkouts/r/refund", amount=100, deliver="never")
    wait_until(lambda: event(sandbox, made["eventId"])["sent"])

    sandbox.process.kill9()
    sandbox.start()

    for one in (made, late):
        wait_until(lambda one=one: event(sandbox, one["eventId"])["state"] == "delivered")
    assert [delivery.body["id"] for delivery in receiver.deliveries].count(made["eventId"]) == 2
    assert event(sandbox, held["eventId"])["state"] == "late"
    assert event(sandbox, refund["eventId"])["state"] == "never"
    shown = sandbox.http.get("/creem/sandbox/checkouts").json()
    assert (shown["total"], shown["checkouts"][-1]["id"]) == (4, pending["id"])
    assert is_signed_return(pay(sandbox, pending["id"])["redirectUrl"], KEY)
    assert door(sandbox, "checkouts/r/refund")["amount"] == 890
    assert sandbox.counts("creem")["checkouts"] == 4


def test_a_reset_forgets_checkouts_events_and_the_address(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    pay(sandbox, open_checkout(sandbox)["id"])

    sandbox.http.post("/control/reset")

    assert sandbox.http.get("/creem/sandbox/checkouts").json() == {"total": 0, "checkouts": []}
    assert sandbox.http.get("/creem/sandbox/events").json() == {"total": 0, "events": [], "webhookUrl": ""}


def test_a_broken_api_leaves_pages_and_the_door_alone(sandbox: Sandbox) -> None:
    made = open_checkout(sandbox)
    sandbox.control(provider="creem", mode="down", seconds=30)

    with pytest.raises(httpx.TransportError):
        ask(sandbox, "GET", f"/v1/checkouts?checkout_id={made['id']}")

    assert sandbox.http.get(made["checkout_url"]).status_code == 200
    assert sandbox.http.get("/creem/payment/prod_sandbox_starter").status_code == 303
    assert pay(sandbox, made["id"])["checkoutId"] == made["id"]
    assert sandbox.counts("creem")["checkouts-read-broken"] == 1


@pytest.mark.parametrize("mode", ["500", "429"])
def test_one_operation_is_broken_alone_in_creems_shape(sandbox: Sandbox, mode: str) -> None:
    sandbox.control(provider="creem", mode=mode, seconds=30, only="checkouts")

    answer = ask(sandbox, "POST", "/v1/checkouts", json={"product_id": "prod_sandbox_starter"})

    assert (answer.status_code, answer.json()["status"]) == (int(mode), int(mode))
    assert ask(sandbox, "GET", "/v1/products/prod_sandbox_starter").status_code == 200


def test_pages_can_be_broken_by_name(sandbox: Sandbox) -> None:
    sandbox.control(provider="creem", mode="500", seconds=30, only="links")

    assert sandbox.http.get("/creem/payment/prod_sandbox_starter").status_code == 500


@pytest.mark.parametrize(
    "wrong", [{"provider": "kie", "webhookUrl": "http://a"}, {"provider": "creem", "webhookUrl": 5}]
)
def test_an_address_that_is_none_is_not_understood(sandbox: Sandbox, wrong: dict[str, object]) -> None:
    assert sandbox.http.post("/control", json=wrong).status_code == 422


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_CREEM_PRODUCTS", "prod_a"),
        ("SANDBOX_CREEM_PRODUCTS", "{"),
        ("SANDBOX_CREEM_PRODUCTS", '{"prod_a": "9.90"}'),
        ("SANDBOX_CREEM_RETRY_SECONDS", "0,soon"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(sandbox: Sandbox, name: str, value: str) -> None:
    command = [sys.executable, "-m", "cuttingasmr.sandbox", "--port", str(sandbox.port)]

    ended = subprocess.run(command, cwd=ROOT, env={name: value}, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert name in ended.stderr
