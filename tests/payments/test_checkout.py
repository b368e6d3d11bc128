"""The way out to the payment page: one press, whatever is down, and the payment finds its buyer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from sqlmodel import select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import DatabaseUnavailable
from cuttingasmr.models import Order, OrderState
from cuttingasmr.payments import checkout, order_token, reconcile, returning, webhook
from cuttingasmr.payments.packages import NoSuchPackage, all_packages
from cuttingasmr.providers.http import close_client
from cuttingasmr.settings import get_settings
from tests.support import creem_says
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.desk import do, make_operator
from tests.support.people import make_user
from tests.support.ports import free_port
from tests.support.site import Sandbox


@pytest.fixture(params=["sqlite", "postgres"])
async def shop(
    request: pytest.FixtureRequest,
    databases: Databases,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> AsyncIterator[Sandbox]:
    """The shop on the sandbox's Creem."""
    url = databases.make(request.param)
    bind(
        monkeypatch,
        tmp_path,
        database_url=url,
        sandbox_url=sandbox.url,
        creem_webhook_secret=creem_says.SECRET,
    )
    yield sandbox
    await close_client()
    let_go()


@pytest.fixture
def closed_database(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The shop with a database that takes no connections."""
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    bind(
        monkeypatch,
        tmp_path,
        database_url=url,
        sandbox_url=sandbox.url,
        creem_webhook_secret=creem_says.SECRET,
    )
    yield sandbox
    let_go()


def pay(sandbox: Sandbox, checkout_id: str, **how: Any) -> dict[str, Any]:
    address = f"{sandbox.url}/creem/sandbox/checkouts/{checkout_id}/pay"
    answer = httpx.post(address, json={"deliver": "never", **how}, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


def checkout_behind(link: str) -> str:
    """Open a hosted link, and give the checkout that it leads to."""
    opened = httpx.get(link, trust_env=False, follow_redirects=True)
    return opened.url.path.rpartition("/")[2]


def what_creem_says(sandbox: Sandbox, event_id: str) -> bytes:
    events = httpx.get(f"{sandbox.url}/creem/sandbox/events", trust_env=False).json()["events"]
    return next(event["body"] for event in events if event["id"] == event_id).encode()


def the_order() -> Order:
    return db.look(lambda session: session.exec(select(Order)).one())


async def test_the_advanced_road_writes_an_order_and_opens_a_page(shop: Sandbox) -> None:
    buyer = make_user(credits=0)

    page = await checkout.checkout(user_id=buyer, email="a@example.org", plan="premium")

    assert (page.road, page.package.credits, page.package.price_cents) == ("advanced", 1450, 9900)
    assert page.url.startswith(f"{shop.url}/creem/checkout/")
    assert (the_order().id, the_order().state, the_order().user_id) == (
        page.order_id,
        OrderState.PENDING,
        buyer,
    )
    assert credits_of(buyer) == 0


def credits_of(user_id: str) -> int:
    return db.look(ledger.balance, user_id=user_id).remaining


@pytest.mark.parametrize("mode", ["down", "500", "429"])
async def test_creem_broken_means_the_simple_road_and_after_a_while_at_once(shop: Sandbox, mode: str) -> None:
    shop.break_(mode, provider="creem", only="checkouts")
    buyer = make_user(credits=0)

    pages = [await checkout.checkout(user_id=buyer, email="", plan="starter") for _ in range(9)]
    began = time.perf_counter()
    last = await checkout.checkout(user_id=buyer, email="", plan="starter")

    assert {page.road for page in [*pages, last]} == {"simple"}
    assert shop.counts("creem").get("checkouts-broken", 0) <= 8
    assert time.perf_counter() - began < 5
    assert last.url.startswith(f"{shop.url}/creem/payment/prod_sandbox_starter?")


async def test_a_database_that_is_away_does_not_keep_anybody_from_paying(closed_database: Sandbox) -> None:
    page = await checkout.checkout(user_id="0" * 32, email="", plan="standard")

    assert page.road == "simple"
    with pytest.raises(DatabaseUnavailable):
        await checkout.advanced(user_id="0" * 32, email="", plan="standard")
    token = parse_qs(urlsplit(page.url).query)["metadata[order]"][0]
    ticket = order_token.read(token)
    assert ticket is not None
    assert (ticket.order_id, ticket.user_id, ticket.package_id) == (page.order_id, "0" * 32, "standard")
    assert closed_database.counts("creem").get("checkouts", 0) == 0
    await close_client()


async def test_a_payment_over_the_simple_road_is_matched_by_its_token(shop: Sandbox) -> None:
    buyer = make_user(credits=0)
    page = checkout.simple(user_id=buyer, plan="standard")
    event_id = pay(shop, checkout_behind(page.url))["eventId"]

    body = what_creem_says(shop, event_id)
    await webhook.receive(body, creem_says.signed(body))

    assert credits_of(buyer) == 355
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize("plan", [None, 5, "", "gold", "STARTER", "x" * 10_000])
async def test_there_is_nothing_to_buy_but_the_packages(shop: Sandbox, plan: object) -> None:
    with pytest.raises(NoSuchPackage):
        await checkout.checkout(user_id="0" * 32, email="", plan=plan)

    assert shop.counts("creem").get("checkouts", 0) == 0


async def test_a_payment_whose_webhook_was_lost_is_found_once(shop: Sandbox) -> None:
    buyer = make_user(credits=0)
    page = await checkout.checkout(user_id=buyer, email="", plan="starter")
    paid = pay(shop, page.url.rpartition("/")[2])
    soon, later = db.utc_now() + timedelta(minutes=1), db.utc_now() + timedelta(minutes=2, seconds=1)

    too_early = await reconcile.reconcile(now=soon)
    found = await reconcile.reconcile(now=later)
    again = await reconcile.reconcile(now=later + timedelta(hours=1))
    event = creem_says.paid(request_id=page.order_id, order=paid["orderId"])
    await webhook.receive(creem_says.raw(event), creem_says.signed(creem_says.raw(event)))

    assert (too_early, found, again) == (0, 1, 0)
    assert credits_of(buyer) == 115
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("shop")
async def test_an_order_that_nobody_pays_is_asked_about_ever_more_seldom_and_then_expires() -> None:
    buyer = make_user(credits=0)
    await checkout.checkout(user_id=buyer, email="", plan="starter")
    moment, asked = db.utc_now(), 0

    while the_order().state == OrderState.PENDING:
        moment = the_order().check_at or moment
        await reconcile.reconcile(now=moment)
        asked += 1

    assert the_order().state == OrderState.EXPIRED
    assert moment - the_order().created_at >= timedelta(hours=24)
    assert asked < 60


async def test_nobody_is_asked_while_creem_is_away_and_nothing_is_lost(shop: Sandbox) -> None:
    buyer = make_user(credits=0)
    page = await checkout.checkout(user_id=buyer, email="", plan="starter")
    pay(shop, page.url.rpartition("/")[2])
    shop.break_("500", provider="creem")
    later = db.utc_now() + timedelta(minutes=3)

    assert await reconcile.reconcile(now=later) == 0
    shop.break_("ok", provider="creem")
    assert await reconcile.reconcile(now=later + timedelta(minutes=3)) == 1

    assert credits_of(buyer) == 115


async def test_asking_by_hand_says_what_came_of_it(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    buyer = make_user(credits=0)
    monkeypatch.setattr(get_settings(), "admin_emails", "operator@example.org")
    operator = make_operator()
    page = await checkout.checkout(user_id=buyer, email="", plan="starter")
    paid_page = page.url.rpartition("/")[2]

    async def ask(order_id: str = page.order_id) -> str:
        return (await do(operator, "ask", order_id)).said

    assert await ask() == "Creem says that it has not been paid."
    shop.break_("500", provider="creem")
    assert "could not be asked" in await ask()
    shop.break_("ok", provider="creem")
    _, ticket = order_token.issue(user_id=buyer, package_id="starter")
    db.run(checkout.open_order, ticket=ticket, package=all_packages()[0])
    assert "no payment page" in await ask(ticket.order_id)
    db.run(lambda session: session.get_one(Order, page.order_id).sqlmodel_update({"currency": "EUR"}))
    pay(shop, paid_page)
    assert "waits for a decision" in await ask()
    assert "any more" in await ask()
    assert credits_of(buyer) == 0


def test_the_packages_are_what_is_promised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bind(monkeypatch, tmp_path)

    facts = [(it.id, it.price_cents, it.list_price_cents, it.credits) for it in all_packages()]

    assert facts == [
        ("starter", 990, 1200, 115),
        ("standard", 3000, 4000, 355),
        ("premium", 9900, 12000, 1450),
    ]
    let_go()


def signed_return(**said: str) -> str:
    """Sign an address as providers.md §1.5 says."""
    data = "|".join([*(f"{name}={value}" for name, value in said.items()), "salt=sandbox-key"])
    return urlencode({**said, "signature": hashlib.sha256(data.encode()).hexdigest()})


async def test_a_buyer_who_comes_back_over_the_simple_road_gets_their_credits_without_a_webhook(
    shop: Sandbox,
) -> None:
    buyer, other = make_user(credits=0), make_user(credits=0)
    page = checkout.simple(user_id=buyer, plan="starter")
    paid = pay(shop, checkout_behind(page.url))
    came_back = signed_return(checkout_id=paid["checkoutId"], order_id=paid["orderId"])

    of_another = await returning.look(user_id=other, query=came_back, may_ask=True)
    forged = await returning.look(
        user_id=buyer, query=came_back.replace("signature=", "signature=0"), may_ask=True
    )
    found = await returning.look(user_id=buyer, query=came_back, may_ask=True)

    assert (of_another.order, forged.order) == (None, None)
    assert found.is_signed
    assert found.is_credited
    assert (credits_of(buyer), credits_of(other)) == (115, 0)
    assert db.look(audit.find_all) == []
