"""The process dies at each step of a payment's arrival; Creem delivers again, and the credits are granted once."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cuttingasmr.models import CreditEntry, Order, WebhookEvent
from tests.support import creem_says
from tests.support.locks import nobody_writes, somebody_waits
from tests.support.site import Site, Visitor, wait_until

SECRET = "whsec_sandbox"
FORGED = 10_000


def order_of(buyer: Visitor, plan: str = "starter") -> str:
    answer = buyer.http.post("/api/payments/creem-advanced", json={"planType": plan})
    assert answer.status_code == 200, answer.text
    return answer.json()["order_id"]


def deliver(site: Site, event: dict[str, Any]) -> int:
    body = creem_says.raw(event)
    headers = {"creem-signature": creem_says.signed(body, SECRET), "content-type": "application/json"}
    answer = httpx.post(
        f"{site.url}/api/webhooks/creem", content=body, headers=headers, trust_env=False, timeout=60
    )
    return answer.status_code


def try_to_deliver(site: Site, event: dict[str, Any]) -> int:
    try:
        return deliver(site, event)
    except httpx.TransportError:
        return 0


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        pytest.param("postgres", Order.__tablename__, id="before its order is claimed"),
        pytest.param("postgres", CreditEntry.__tablename__, id="before the credits"),
        pytest.param("postgres", "users", id="before the balance"),
        pytest.param("postgres", WebhookEvent.__tablename__, id="before it is written down"),
        pytest.param("sqlite", "all", id="before anything, on SQLite"),
    ],
)
def test_killed_at_a_step_of_the_arrival_and_delivered_again_grants_once(
    kind: str, table: str, make_lasting_site: Callable[..., Site]
) -> None:
    site = make_lasting_site(kind, WORKER="off")
    buyer = site.someone()
    event = creem_says.paid(request_id=order_of(buyer))

    with (
        concurrent.futures.ThreadPoolExecutor(1) as pool,
        nobody_writes(site, str(table), mode="SHARE ROW EXCLUSIVE"),
    ):
        delivery = pool.submit(try_to_deliver, site, event)
        wait_until(lambda: somebody_waits(site))
        site.process.kill9()
        assert delivery.result() == 0
    site.start()

    assert buyer.balance() == 18
    assert [deliver(site, event), deliver(site, event)] == [200, 200]
    assert buyer.balance() == 18 + 115
    assert site.findings() == []


def said(line: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> int:
    line.request("POST", "/api/webhooks/creem", body, headers)
    with line.getresponse() as answer:
        answer.read()
        return answer.status


def test_forged_events_by_the_thousand_change_nothing_and_the_shop_stays_open(
    make_lasting_site: Callable[..., Site],
) -> None:
    site = make_lasting_site("sqlite", WORKER="off")
    buyer = site.someone()
    event = creem_says.paid(request_id=order_of(buyer))
    body = creem_says.raw(event)

    headers = {"creem-signature": creem_says.signed(body, "whsec_of_somebody_else")}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", site.port)) as line:
        answers = {said(line, body, headers) for _ in range(FORGED)}
        huge = said(line, b"x" * 5_000_000, headers)

    assert answers == {401}
    assert huge == 413
    assert buyer.balance() == 18
    assert deliver(site, event) == 200
    assert buyer.balance() == 18 + 115
    assert site.findings() == []
