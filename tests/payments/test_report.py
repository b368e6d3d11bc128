"""The nightly comparison finds what one side knows otherwise than the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from cuttingasmr import db
from cuttingasmr.models import Order
from cuttingasmr.payments import checkout, reconcile, report
from cuttingasmr.providers.http import close_client
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.site import Sandbox


@pytest.fixture
async def shop(
    databases: Databases, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Sandbox]:
    """The shop on the sandbox's Creem."""
    bind(monkeypatch, tmp_path, database_url=databases.make("sqlite"), sandbox_url=sandbox.url)
    yield sandbox
    await close_client()
    let_go()


def at_the_door(sandbox: Sandbox, checkout_id: str, act: str, **body: Any) -> None:
    address = f"{sandbox.url}/creem/sandbox/checkouts/{checkout_id}/{act}"
    httpx.post(address, json={"deliver": "never", **body}, trust_env=False).raise_for_status()


async def bought(shop: Sandbox) -> str:
    page = await checkout.checkout(user_id=make_user(credits=0), email="", plan="starter")
    checkout_id = page.url.rpartition("/")[2]
    at_the_door(shop, checkout_id, "pay")
    return checkout_id


async def test_books_that_agree_have_no_differences(shop: Sandbox) -> None:
    await bought(shop)
    await reconcile.ask_about(the_order().id)

    assert await report.compare() == []
    line = db.look(report.latest)
    assert line is not None
    assert line.facts["count"] == 0


def the_order() -> Order:
    return db.look(lambda session: session.exec(select(Order)).one())


async def test_a_payment_that_never_reached_us_is_found(shop: Sandbox) -> None:
    await bought(shop)

    (difference,) = await report.compare()

    assert difference.what == "Creem was paid, and we have no order"


async def test_a_refund_that_never_reached_us_and_an_order_that_creem_does_not_know_are_found(
    shop: Sandbox,
) -> None:
    checkout_id = await bought(shop)
    await reconcile.ask_about(the_order().id)
    at_the_door(shop, checkout_id, "refund", amount=100)
    db.run(invent)

    whats = {difference.what for difference in await report.compare()}

    assert whats == {
        "Creem has refunded $1.00, our order $0.00",
        "our order is paid, and Creem does not know it",
    }


def invent(session: Session) -> None:
    real = session.exec(select(Order)).one()
    facts = real.model_dump(exclude={"id", "provider_order_id", "transaction_id", "created_at"})
    session.add(Order(**facts, provider_order_id="ord_invented", transaction_id="tran_invented"))
