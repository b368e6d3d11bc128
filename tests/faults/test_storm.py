"""A storm over the shop: purchases, refunds and disputes, twice, late, reordered, with the process killed in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, select

from cuttingasmr.models import CreditEntry, Kind
from tests.support import creem_says
from tests.support.creem_says import disputed, paid, refunded
from tests.support.databases import Databases
from tests.support.site import Site

SECRET = "whsec_sandbox"
OPERATIONS = 2000
KILLS = 4
BUYERS = 6
PRICES = {"starter": 990, "standard": 3000, "premium": 9900}


def test_after_two_thousand_operations_and_four_kills_the_audit_is_clean(
    kind: str, databases: Databases, make_site: Callable[..., Site]
) -> None:
    site = make_site(databases.make(kind))
    events = storm(site, random.Random(20261124))  # noqa: S311 - a storm that can be repeated

    undelivered: list[dict[str, Any]] = []
    for part in range(KILLS + 1):
        undelivered += rain(site, events[part :: KILLS + 1], kills=part < KILLS)
    lost = rain(site, [*undelivered, *events[::7]], kills=False)

    assert len(events) >= OPERATIONS
    assert lost == []
    assert site.findings() == []
    assert site.look(credits_bought) > 0


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def credits_bought(session: Session) -> int:
    return sum(session.exec(select(CreditEntry.credits).where(col(CreditEntry.kind) == Kind.PURCHASE)))


def storm(site: Site, chance: random.Random) -> list[dict[str, Any]]:
    """Make the events of many purchases, shuffled so that refunds come before their purchases as often as after."""
    events: list[dict[str, Any]] = []
    buyers = [site.someone() for _ in range(BUYERS)]
    while len(events) < OPERATIONS:
        plan = chance.choice(list(PRICES))
        cents = PRICES[plan]
        purchase = paid(product=f"prod_sandbox_{plan}", cents=cents)
        name_buyer(purchase, chance.choice(buyers).http, plan, chance)
        events += [purchase] * chance.choice([1, 1, 2, 3])
        for _ in range(chance.choice([0, 0, 1, 2])):
            events.append(refunded(purchase, chance.randrange(1, cents)))
        if chance.random() < 0.1:
            events += [disputed(purchase, cents)] * 2
    chance.shuffle(events)
    return events


def name_buyer(purchase: dict[str, Any], http: httpx.Client, plan: str, chance: random.Random) -> None:
    """Let the purchase be one over the advanced road, over the simple one, or of nobody we know."""
    road = chance.choice(["creem-advanced", "creem", "creem", ""])
    if not road:
        return
    page = http.post(f"/api/payments/{road}", json={"planType": plan}).json()
    if road == "creem-advanced":
        purchase["object"]["request_id"] = page["order_id"]
    else:
        token = httpx.URL(page["checkout_url"]).params["metadata[order]"]
        purchase["object"]["metadata"] = {"order": token}


def rain(site: Site, events: list[dict[str, Any]], *, kills: bool) -> list[dict[str, Any]]:
    """Deliver events, eight at a time, and give those that were not taken; with `kills` the process dies in the middle."""
    with ThreadPoolExecutor(8) as pool, httpx.Client(base_url=site.url, trust_env=False, timeout=60) as creem:
        deliveries = [(event, pool.submit(deliver, creem, event)) for event in events]
        if kills:
            deliveries[len(deliveries) // 2][1].result()
            site.process.kill9()
        lost = [event for event, delivery in deliveries if delivery.result() != 200]
    if kills:
        site.start()
    return lost


def deliver(creem: httpx.Client, event: dict[str, Any]) -> int:
    body = creem_says.raw(event)
    headers = {"creem-signature": creem_says.signed(body, SECRET)}
    try:
        return creem.post("/api/webhooks/creem", content=body, headers=headers).status_code
    except httpx.TransportError:
        return 0
