"""The event handlers of the shop's pages are public too: strangers and visitors can do nothing with them that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, func, select

from cuttingasmr.console.acts import ACTS
from cuttingasmr.models import AuditEntry, Order, OrderState
from cuttingasmr.states.console import PATHS, Console, Hands
from cuttingasmr.states.flow import Flow
from cuttingasmr.states.purchases import Purchases
from cuttingasmr.states.returned import Returned
from tests.support.site import Visitor, wait_until
from tests.support.socket import Socket
from tests.support.watched import WatchedSite

NOT_THERE = "There is nothing here, or it is not yours to see."


def by_hand(**fields: Any) -> dict[str, Any]:
    return {"act": "adjust", "subject": "", "email": "", "credits": "1000", "reason": "because", **fields}


def add_order(session: Session, user_id: str, **facts: Any) -> str:
    order = Order(user_id=user_id, package_id="starter", credits=115, price_cents=990, **facts)
    session.add(order)
    session.flush()
    return order.id


def lines(session: Session) -> int:
    return session.exec(select(func.count()).select_from(AuditEntry)).one()


def id_of(visitor: Visitor) -> str:
    return visitor.http.get("/api/auth/session").json()["user"]["id"]


@pytest.fixture(scope="module")
def visitor(quiet_site: WatchedSite) -> Visitor:
    return quiet_site.someone()


@pytest.fixture
def socket(visitor: Visitor) -> Iterator[Socket]:
    cookie = f"cuttingasmr_session={visitor.http.cookies['cuttingasmr_session']}"
    with Socket(visitor.site.url, cookie=cookie) as socket:
        yield socket


@pytest.mark.parametrize("act", sorted(ACTS))
def test_nobody_but_operators_does_anything_by_hand(
    visitor: Visitor, socket: Socket, act: str, quiet_site: WatchedSite
) -> None:
    order_id = quiet_site.change(
        lambda session: add_order(session, id_of(visitor), state=OrderState.HELD, paid_cents=1)
    )
    email = visitor.http.get("/api/auth/session").json()["user"]["email"]
    before = quiet_site.look(lines)

    for subject in (order_id, id_of(visitor)):
        socket.call(Hands.event_handlers["act"], form=by_hand(act=act, subject=subject, email=email))
        wait_until(lambda: not socket.settle()[Hands.busy])  # it says so first, and then what came of it

        assert socket[Hands.error] == NOT_THERE
    assert quiet_site.look(lines) == before
    assert visitor.balance() == 18


@pytest.mark.parametrize(
    "form",
    [None, "text", [1], {}, by_hand(act="no such act"), by_hand(credits="much"), by_hand(reason=["x"])],
)
def test_forms_that_no_page_would_send_change_nothing(
    socket: Socket, form: object, quiet_site: WatchedSite
) -> None:
    before = quiet_site.look(lines)

    socket.call(Hands.event_handlers["act"], form=form)

    assert quiet_site.look(lines) == before


@pytest.mark.parametrize("view", [*PATHS, "no such view", None, 5])
def test_the_operators_lists_are_for_operators(socket: Socket, view: object) -> None:
    socket.call(Console.event_handlers["arrive"], view=view)

    assert socket[Console.access] in {"", "closed"}
    assert not socket[Console.screens]


@pytest.mark.parametrize("order_id", ["", None, 5, {"a": 1}, "x" * 100_000])
def test_a_receipt_of_no_order_is_not_there(socket: Socket, order_id: object) -> None:
    socket.call(Purchases.event_handlers["open_receipt"], order_id=order_id)

    assert socket[Purchases.error] == f"The receipt cannot be shown: {NOT_THERE}"


def test_somebody_elses_receipt_is_not_there(socket: Socket, quiet_site: WatchedSite) -> None:
    other = id_of(quiet_site.someone())
    order_id = quiet_site.change(lambda session: add_order(session, other, customer_id="cust_1"))

    socket.call(Purchases.event_handlers["open_receipt"], order_id=order_id)

    assert NOT_THERE in socket[Purchases.error]


def test_a_watch_that_a_browser_calls_itself_never_begins(socket: Socket, quiet_site: WatchedSite) -> None:
    before = quiet_site.seen()["listeners"]

    for _ in range(5):
        socket.call_in_vain(Returned.event_handlers["watch"]).call_in_vain(Purchases.event_handlers["watch"])

    assert quiet_site.seen()["listeners"] == before


def test_a_stranger_rehearses_nothing(quiet_site: WatchedSite) -> None:
    with Socket(quiet_site.url) as stranger:
        stranger.call(Flow.event_handlers["run"])

        assert stranger[Flow.error] == "Please sign in first."
