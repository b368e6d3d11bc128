"""What Creem tells the merchant, and how often (providers.md 1.6 to 1.8)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Receiver, Sandbox, wait_until
from .creem import door, event, listen, open_checkout, paid, pay, signed, told

CHECKOUT = """id eventType created_at object object.id object.object object.order object.order.object object.order.id
object.order.customer object.order.product object.order.amount object.order.currency object.order.sub_total
object.order.tax_amount object.order.amount_due object.order.amount_paid object.order.status object.order.type
object.order.transaction object.order.created_at object.order.updated_at object.order.mode object.product
object.product.id object.product.object object.product.name object.product.description object.product.price
object.product.currency object.product.billing_type object.product.billing_period object.product.status
object.product.tax_mode object.product.tax_category object.product.created_at object.product.updated_at
object.product.mode object.units object.customer object.customer.id object.customer.object object.customer.email
object.customer.name object.customer.country object.customer.created_at object.customer.updated_at
object.customer.mode object.status object.mode"""
CLAIM = """object.transaction object.transaction.id object.transaction.object object.transaction.order
object.transaction.customer object.transaction.status object.transaction.mode object.order object.order.object
object.order.id object.order.customer object.order.product object.order.amount object.order.currency
object.order.status object.order.type object.order.mode object.customer object.customer.id object.customer.object
object.customer.email object.customer.country object.customer.mode object.created_at object.mode"""
REFUND = f"""id eventType created_at object object.id object.object object.status object.refund_amount
object.refund_currency object.reason {CLAIM}"""
DISPUTE = f"id eventType created_at object object.id object.object object.amount object.currency {CLAIM}"


def shape(told: dict[str, Any], before: str = "") -> list[str]:
    """Name every key, in its order."""
    named: list[str] = []
    for name, value in told.items():
        named += [before + name, *(shape(value, f"{before}{name}.") if isinstance(value, dict) else [])]
    return named


def test_a_purchase_is_told_in_the_captures_shape(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)

    made = pay(sandbox, open_checkout(sandbox)["id"], email="a.buyer@example.com")

    body = told(sandbox, receiver, made)
    assert shape(body) == CHECKOUT.split()
    order, customer = body["object"]["order"], body["object"]["customer"]
    assert (body["eventType"], body["object"]["id"]) == ("checkout.completed", made["checkoutId"])
    assert (order["id"], order["transaction"]) == (made["orderId"], made["transactionId"])
    assert (order["amount"], order["amount_paid"], order["currency"], order["mode"]) == (
        990,
        990,
        "USD",
        "test",
    )
    assert (customer["id"], customer["email"], customer["name"]) == (
        made["customerId"],
        "a.buyer@example.com",
        "A Buyer",
    )


def test_what_the_checkout_was_given_comes_back(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    fields = [{"type": "text", "key": "company", "label": "Company"}]
    given = {"request_id": "order_1", "metadata": {"order": "tökén"}, "custom_fields": fields}

    made = pay(sandbox, open_checkout(sandbox, **given, discount_code="TWENTY")["id"])

    body = told(sandbox, receiver, made)["object"]
    assert {name: body[name] for name in given} == given
    assert (body["discount"]["amount"], body["order"]["amount_paid"]) == (20, 792)
    assert list(body)[:3] == ["id", "object", "request_id"]
    assert "tökén".encode() in receiver.deliveries[0].raw


def test_a_refund_and_a_dispute_name_neither_checkout_nor_request(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    listen(sandbox, receiver)
    order = pay(sandbox, open_checkout(sandbox, request_id="r", metadata={"a": "b"})["id"], deliver="never")

    refund = door(sandbox, f"checkouts/{order['orderId']}/refund", amount=100)
    dispute = door(sandbox, f"checkouts/{order['transactionId']}/dispute")

    refunded, disputed = told(sandbox, receiver, refund), told(sandbox, receiver, dispute)
    assert (shape(refunded), shape(disputed)) == (REFUND.split(), DISPUTE.split())
    assert (refunded["object"]["id"], refunded["object"]["refund_amount"]) == (refund["refundId"], 100)
    assert (disputed["object"]["id"], disputed["object"]["amount"]) == (dispute["disputeId"], 990)
    for body in (refunded["object"], disputed["object"]):
        assert (body["transaction"]["status"], body["transaction"]["customer"]) == ("paid", None)
        assert (body["order"]["id"], body["order"]["amount"]) == (order["orderId"], 990)


def test_a_delivery_is_compact_json_signed_with_the_literal_secret(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    listen(sandbox, receiver)

    made = pay(sandbox, open_checkout(sandbox)["id"])

    told(sandbox, receiver, made)
    delivery, shown = receiver.deliveries[0], event(sandbox, made["eventId"])
    assert delivery.headers["creem-signature"] == signed(delivery.raw) == shown["signature"]
    assert (delivery.raw.decode(), delivery.headers["content-type"]) == (shown["body"], "application/json")
    assert delivery.headers["user-agent"] == "axios/1.9.0"
    assert b'": ' not in delivery.raw


def test_what_is_not_heard_is_repeated_with_the_same_event(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    receiver.statuses = [500, 302, 201, 401]

    made = pay(sandbox, open_checkout(sandbox)["id"])

    told(sandbox, receiver, made)
    assert len({delivery.raw for delivery in receiver.deliveries}) == 1
    assert [one["status"] for one in event(sandbox, made["eventId"])["deliveries"]] == [
        500,
        302,
        201,
        401,
        200,
    ]
    assert (sandbox.counts("creem")["deliveries"], sandbox.counts("creem")["deliveries-failed"]) == (1, 4)


def test_the_fifth_attempt_is_the_last(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    receiver.statuses = [500] * 9

    made = pay(sandbox, open_checkout(sandbox)["id"])

    wait_until(lambda: event(sandbox, made["eventId"])["state"] == "given-up")
    assert len(receiver.deliveries) == 5


@pytest.mark.parametrize(
    ("deliver", "state", "deliveries"), [("once", "delivered", 1), ("twice", "delivered", 2)]
)
def test_an_event_is_told_as_often_as_was_asked(
    sandbox: Sandbox, receiver: Receiver, deliver: str, state: str, deliveries: int
) -> None:
    listen(sandbox, receiver)

    made = pay(sandbox, open_checkout(sandbox)["id"], deliver=deliver)

    wait_until(lambda: event(sandbox, made["eventId"])["state"] == state)
    assert len(receiver.deliveries) == deliveries


@pytest.mark.parametrize("deliver", ["never", "late"])
def test_a_held_event_is_told_when_asked_for(sandbox: Sandbox, receiver: Receiver, deliver: str) -> None:
    listen(sandbox, receiver)
    made = pay(sandbox, open_checkout(sandbox)["id"], deliver=deliver)
    assert (event(sandbox, made["eventId"])["state"], receiver.deliveries) == (deliver, [])

    answer = door(sandbox, f"events/{made['eventId']}/deliver")

    assert answer == {"eventId": made["eventId"], "statuses": [200]}
    assert event(sandbox, made["eventId"])["state"] == "delivered"


def test_a_late_event_comes_after_so_many_seconds(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    late = pay(sandbox, open_checkout(sandbox)["id"], deliver="late", seconds=0.4)
    soon = pay(sandbox, open_checkout(sandbox)["id"])

    told(sandbox, receiver, late)

    assert [one.body["id"] for one in receiver.deliveries] == [soon["eventId"], late["eventId"]]


@pytest.mark.parametrize("alter", ["byte", "reserialise", "unsigned", "empty-secret", "other-secret"])
def test_an_event_can_be_sent_altered(sandbox: Sandbox, receiver: Receiver, alter: str) -> None:
    listen(sandbox, receiver)
    receiver.statuses = [401]
    made = paid(sandbox)

    answer = door(sandbox, f"events/{made['eventId']}/deliver", alter=alter)

    delivery = receiver.deliveries[0]
    assert answer["statuses"] == [401]
    assert delivery.headers.get("creem-signature") != signed(delivery.raw)
    assert ("creem-signature" in delivery.headers) == (alter != "unsigned")
    assert event(sandbox, made["eventId"])["state"] == "never"


def test_an_event_can_be_sent_often_at_once(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    made = paid(sandbox)

    answer = door(sandbox, f"events/{made['eventId']}/deliver", times=40, concurrency=20)

    assert answer["statuses"] == [200] * 40
    assert {delivery.headers["creem-signature"] for delivery in receiver.deliveries} == {
        signed(receiver.deliveries[0].raw)
    }
    assert event(sandbox, made["eventId"])["sent"] == 40


def test_without_an_address_events_are_kept_and_go_nowhere(sandbox: Sandbox) -> None:
    made = pay(sandbox, open_checkout(sandbox)["id"])

    answer = sandbox.http.post(f"/creem/sandbox/events/{made['eventId']}/deliver")

    assert event(sandbox, made["eventId"])["state"] == "nowhere"
    assert (answer.status_code, answer.json()["message"]) == (409, ["No webhook address is set"])


def test_an_address_where_nobody_listens_is_status_0(sandbox: Sandbox) -> None:
    sandbox.control(provider="creem", webhookUrl="http://127.0.0.1:1/")
    made = paid(sandbox)

    assert door(sandbox, f"events/{made['eventId']}/deliver")["statuses"] == [0]


def test_events_are_listed_by_checkout(sandbox: Sandbox) -> None:
    first, _ = paid(sandbox), paid(sandbox)

    found = sandbox.http.get("/creem/sandbox/events", params={"checkout": first["orderId"]}).json()

    assert (found["total"], found["events"][0]["id"]) == (1, first["eventId"])
