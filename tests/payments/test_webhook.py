"""The arrival of a payment: genuine or nothing, once whatever comes twice, and never without an order that fits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import BadJson, BadSignature
from cuttingasmr.models import Order, OrderState, Outcome, User, WebhookEvent
from cuttingasmr.payments import order_token, webhook
from cuttingasmr.payments.checkout import open_order
from cuttingasmr.payments.packages import find_package
from tests.support.creem_says import disputed, paid, raw, refunded, signed
from tests.support.people import make_user

pytestmark = pytest.mark.usefixtures("shop")


async def deliver(event: dict[str, Any]) -> Outcome:
    body = raw(event)
    return await webhook.receive(body, signed(body))


def make_order(user_id: str, package: str = "starter") -> str:
    _, ticket = order_token.issue(user_id=user_id, package_id=package)
    db.run(open_order, ticket=ticket, package=find_package(package))
    return ticket.order_id


def credits_of(user_id: str) -> int:
    return db.look(ledger.balance, user_id=user_id).remaining


def order(order_id: str) -> Order:
    return db.look(lambda session: session.get_one(Order, order_id))


def inbox() -> int:
    return db.look(lambda session: session.exec(select(func.count()).select_from(WebhookEvent)).one())


def paid_order(event: dict[str, Any]) -> Order:
    by = col(Order.provider_order_id) == event["object"]["order"]["id"]
    return db.look(lambda session: session.exec(select(Order).where(by)).one())


def is_clean() -> bool:
    return db.look(audit.find_all) == []


async def test_a_genuine_event_delivered_a_hundred_times_at_once_grants_once() -> None:
    buyer = make_user(credits=0)
    event = paid(request_id=make_order(buyer))

    outcomes = await asyncio.gather(*(deliver(event) for _ in range(100)))

    assert outcomes.count(Outcome.ACTED) == 1
    assert outcomes.count(Outcome.REPEATED) == 99
    assert credits_of(buyer) == 115
    assert is_clean()


async def test_an_order_whose_page_was_not_written_down_learns_its_checkout_from_the_payment() -> None:
    unknown, known = make_order(make_user()), make_order(make_user())
    db.run(lambda session: session.get_one(Order, known).sqlmodel_update({"checkout_id": "ch_ours"}))
    events = [paid(request_id=order_id) for order_id in (unknown, known)]

    for event in events:
        await deliver(event)

    assert order(unknown).checkout_id == events[0]["object"]["id"]
    assert order(known).checkout_id == "ch_ours"


async def test_two_events_of_one_payment_at_once_grant_once() -> None:
    buyer = make_user(credits=0)
    token, _ = order_token.issue(user_id=buyer, package_id="starter")
    first = paid(token=token)
    events = [{**first, "id": f"evt_{number}"} for number in range(10)]

    await asyncio.gather(*(deliver(event) for event in events))

    assert credits_of(buyer) == 115
    assert is_clean()


def altered(body: bytes) -> bytes:
    return body.replace(b'"amount_paid":990', b'"amount_paid":991')


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        pytest.param(bytes, lambda _body: "", id="unsigned"),
        pytest.param(bytes, lambda body: signed(body, "whsec_of_somebody_else"), id="signed by someone else"),
        pytest.param(bytes, lambda body: signed(body, ""), id="signed with an empty secret"),
        pytest.param(altered, signed, id="altered by a byte after signing"),
        pytest.param(
            lambda body: json.dumps(json.loads(body), indent=1).encode(), signed, id="re-serialised"
        ),
        pytest.param(bytes, lambda body: signed(body).upper(), id="in capitals"),
        pytest.param(bytes, lambda body: signed(body) + "é", id="not ASCII"),
    ],
)
async def test_what_creem_did_not_say_is_refused_and_nothing_is_written(
    change: Callable[[bytes], bytes], sign: Callable[[bytes], str]
) -> None:
    buyer = make_user(credits=0)
    body = raw(paid(request_id=make_order(buyer)))
    signature = sign(body)

    with pytest.raises(BadSignature):
        await webhook.receive(change(body), signature)

    assert inbox() == 0
    assert credits_of(buyer) == 0


async def test_an_empty_secret_verifies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    body = raw(paid())
    from cuttingasmr.payments.signature import is_genuine  # noqa: PLC0415

    assert not is_genuine(body, signed(body, ""), "")
    del monkeypatch


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param({"cents": 1}, "$0.01", id="a cent"),
        pytest.param({"currency": "EUR"}, "EUR", id="another currency"),
        pytest.param({"product": "prod_sandbox_premium", "cents": 9900}, "premium", id="another product"),
        pytest.param({"mode": "prod"}, "prod", id="the other mode"),
        pytest.param({"status": "pending"}, "pending", id="not paid"),
        pytest.param(
            {"amount_paid": 1, "discount_amount": 5000}, "It is of $", id="a discount larger than the price"
        ),
        pytest.param({"amount_paid": 0, "discount_amount": -5}, "It is of $", id="a negative discount"),
    ],
)
async def test_a_payment_that_is_not_as_agreed_is_held_and_credits_nothing(
    wrong: dict[str, Any], reason: str
) -> None:
    buyer = make_user(credits=0)
    order_id = make_order(buyer)

    outcome = await deliver(paid(request_id=order_id, **wrong))

    assert outcome is Outcome.HELD
    assert credits_of(buyer) == 0
    assert order(order_id).state == OrderState.HELD
    assert reason in order(order_id).reason
    assert is_clean()


async def test_a_discount_that_creem_states_is_no_mismatch() -> None:
    buyer = make_user(credits=0)

    outcome = await deliver(paid(request_id=make_order(buyer), amount_paid=792, discount_amount=198))

    assert outcome is Outcome.ACTED
    assert credits_of(buyer) == 115


async def test_the_payers_address_does_not_matter_when_the_order_is_named() -> None:
    buyer = make_user(credits=0)
    other = make_user(credits=0, email="payer@example.com")

    await deliver(paid(request_id=make_order(buyer, "premium"), product="prod_sandbox_premium", cents=9900))

    assert (credits_of(buyer), credits_of(other)) == (1450, 0)


async def test_a_signed_token_finds_its_buyer_without_any_order() -> None:
    buyer = make_user(credits=0)
    token, ticket = order_token.issue(user_id=buyer, package_id="standard")

    await deliver(paid(token=token, product="prod_sandbox_standard", cents=3000))

    assert credits_of(buyer) == 355
    assert order(ticket.order_id).state == OrderState.COMPLETED


async def test_a_tampered_token_finds_nobody() -> None:
    buyer, thief = make_user(credits=0), make_user(credits=0)
    token, _ = order_token.issue(user_id=buyer, package_id="starter")
    body, _, signature = token.partition(".")
    forged, _ = order_token.issue(user_id=thief, package_id="premium")

    outcome = await deliver(paid(token=f"{forged.partition('.')[0]}.{signature}"))

    assert outcome is Outcome.UNMATCHED
    assert (credits_of(buyer), credits_of(thief)) == (0, 0)
    assert body
    assert is_clean()


@pytest.mark.parametrize(
    "is_verified", [pytest.param(True, id="verified"), pytest.param(False, id="not verified")]
)
async def test_only_a_verified_address_matches_a_payment(is_verified: bool) -> None:  # noqa: FBT001
    buyer = make_user(credits=0, email="payer@example.com")
    if is_verified:
        db.run(verify, user_id=buyer)

    outcome = await deliver(paid(email="Payer@Example.com"))

    assert outcome is (Outcome.ACTED if is_verified else Outcome.UNMATCHED)
    assert credits_of(buyer) == (115 if is_verified else 0)


@pytest.mark.parametrize(
    "other", ["p\u0430yer@example.com", "payer+videos@example.com", "payer@ex\u0430mple.com"]
)
async def test_a_look_alike_of_the_payers_address_matches_no_payment(other: str) -> None:
    buyer = make_user(credits=0, email=other)
    db.run(verify, user_id=buyer)

    assert await deliver(paid(email="payer@example.com")) is Outcome.UNMATCHED
    assert credits_of(buyer) == 0


def verify(session: Session, *, user_id: str) -> None:
    session.get_one(User, user_id).email_verified_at = db.utc_now()


async def test_paying_twice_over_one_page_buys_twice() -> None:
    buyer = make_user(credits=0)
    order_id = make_order(buyer)

    await deliver(paid(request_id=order_id))
    await deliver(paid(request_id=order_id))

    assert credits_of(buyer) == 230
    assert is_clean()


async def test_an_expired_order_that_is_paid_later_is_credited() -> None:
    buyer = make_user(credits=0)
    order_id = make_order(buyer)
    db.run(expire, order_id=order_id)

    await deliver(paid(request_id=order_id))

    assert credits_of(buyer) == 115


def expire(session: Session, *, order_id: str) -> None:
    session.get_one(Order, order_id).state = OrderState.EXPIRED


async def test_unknown_events_are_kept_and_answered() -> None:
    outcome = await deliver(
        {"id": "evt_x", "eventType": "subscription.paid", "object": {"anything": [1, None]}}
    )

    assert outcome is Outcome.IGNORED
    assert inbox() == 1


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({}, id="empty"),
        pytest.param({"id": "ch_1", "order": None}, id="no order"),
        pytest.param({"id": "ch_1", "order": {"id": 5}}, id="a number for an id"),
        pytest.param({"id": "ch_1", "order": {"id": "o", "amount_paid": "many"}}, id="a word for an amount"),
        pytest.param({"id": "ch_1", "order": {"id": "x" * 5000}}, id="an endless id"),
        pytest.param(paid(cents=10**12)["object"], id="more money than a column holds"),
    ],
)
async def test_a_genuine_event_that_cannot_be_read_is_kept_for_people(broken: dict[str, Any]) -> None:
    outcome = await deliver({"id": "evt_x", "eventType": "checkout.completed", "object": broken})

    assert outcome is Outcome.UNREADABLE
    assert inbox() == 1
    assert is_clean()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no id"),
        pytest.param(b'{"id":null,"eventType":"x","object":{}}', id="a null id"),
        pytest.param(b'{"id":"evt_1","eventType":"x","object":[]}', id="a list for an object"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
    ],
)
async def test_signed_nonsense_is_bad_json(body: bytes) -> None:
    with pytest.raises(BadJson):
        await webhook.receive(body, signed(body))

    assert inbox() == 0


async def test_a_refund_that_comes_before_its_purchase_is_caught_up_with() -> None:
    buyer = make_user(credits=0)
    purchase = paid(request_id=make_order(buyer))

    early = await deliver(refunded(purchase, 990))
    await deliver(purchase)

    assert early is Outcome.WAITING
    assert credits_of(buyer) == 0
    assert paid_order(purchase).state == OrderState.REFUNDED
    assert is_clean()


async def test_a_purchase_and_its_refund_at_the_same_moment_end_even() -> None:
    buyers = [make_user(credits=0) for _ in range(5)]
    purchases = [paid(request_id=make_order(buyer)) for buyer in buyers]

    await asyncio.gather(*(deliver(event) for it in purchases for event in (it, refunded(it, 990))))
    db.run(webhook.settle_waiting)

    assert [credits_of(buyer) for buyer in buyers] == [0] * 5
    assert is_clean()


async def test_two_partial_refunds_and_a_dispute_take_back_what_was_granted_and_no_more() -> None:
    buyer = make_user(credits=0)
    purchase = paid(request_id=make_order(buyer))
    await deliver(purchase)

    await deliver(refunded(purchase, 495))
    half = credits_of(buyer)
    await deliver(refunded(purchase, 99))
    await deliver(disputed(purchase, 990))

    assert half == 58
    assert credits_of(buyer) == 0
    assert paid_order(purchase).state == OrderState.DISPUTED
    assert is_clean()


async def test_a_refund_of_spent_credits_makes_a_balance_negative() -> None:
    buyer = make_user(credits=0)
    purchase = paid(request_id=make_order(buyer))
    await deliver(purchase)
    db.run(spend_all, user_id=buyer)

    await deliver(refunded(purchase, 990))

    assert credits_of(buyer) == -115


def spend_all(session: Session, *, user_id: str) -> None:
    ledger.reserve(session, user_id=user_id, video_id="0" * 32, credits=115)
