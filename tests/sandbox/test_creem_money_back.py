"""Transactions, refunds, disputes, customers (providers.md 1.3)."""

from __future__ import annotations

import pytest

from .conftest import Receiver, Sandbox
from .creem import ask, door, listen, open_checkout, paid, pay, told


def transaction(sandbox: Sandbox, made: dict[str, str]) -> dict[str, object]:
    return ask(sandbox, "GET", f"/v1/transactions?transaction_id={made['transactionId']}").json()


def test_a_transaction_is_shown_as_the_document_does(sandbox: Sandbox) -> None:
    made = paid(sandbox, "premium")

    found = ask(sandbox, "GET", f"/v1/transactions/search?order_id={made['orderId']}").json()

    item = found["items"][0]
    assert item == {
        "id": made["transactionId"],
        "object": "transaction",
        "mode": "test",
        "amount": 9900,
        "amount_paid": 9900,
        "discount_amount": 0,
        "currency": "USD",
        "type": "payment",
        "tax_country": "US",
        "tax_amount": 0,
        "status": "paid",
        "refunded_amount": None,
        "order": made["orderId"],
        "subscription": None,
        "customer": made["customerId"],
        "description": "Order payment",
        "created_at": item["created_at"],
    }
    assert found["pagination"] == {
        "total_records": 1,
        "total_pages": 1,
        "current_page": 1,
        "next_page": None,
        "prev_page": None,
    }
    assert transaction(sandbox, made) == item


def test_transactions_are_searched_and_paged(sandbox: Sandbox) -> None:
    made = [paid(sandbox, email=f"{name}@example.com") for name in ("a", "b", "a")]
    premium = paid(sandbox, "premium", email="a@example.com")

    first = ask(sandbox, "GET", "/v1/transactions/search?page_size=3").json()
    second = ask(sandbox, "GET", "/v1/transactions/search?page_size=3&page_number=2").json()
    hers = ask(sandbox, "GET", f"/v1/transactions/search?customer_id={made[0]['customerId']}").json()
    dear = ask(sandbox, "GET", "/v1/transactions/search?product_id=prod_sandbox_premium").json()

    assert (len(first["items"]), len(second["items"])) == (3, 1)
    assert (second["pagination"]["prev_page"], second["pagination"]["next_page"]) == (1, None)
    assert (len(hers["items"]), [one["order"] for one in dear["items"]]) == (3, [premium["orderId"]])
    assert ask(sandbox, "GET", "/v1/transactions/search?page_size=0").status_code == 400


def test_partial_refunds_add_up_and_end_at_what_was_paid(sandbox: Sandbox) -> None:
    made = paid(sandbox)
    path = f"checkouts/{made['checkoutId']}/refund"
    seen = []

    for amount in (100, 200):
        door(sandbox, path, amount=amount)
        now = transaction(sandbox, made)
        seen.append((now["status"], now["refunded_amount"]))
    too_much = sandbox.http.post(f"/creem/sandbox/{path}", json={"amount": 691})
    rest = door(sandbox, path)

    assert seen == [("partialRefund", 100), ("partialRefund", 300)]
    assert (too_much.status_code, too_much.json()["message"]) == (400, ["The refundable amount is 690"])
    assert (rest["amount"], transaction(sandbox, made)["status"]) == (690, "refunded")
    checkout = ask(sandbox, "GET", f"/v1/checkouts?checkout_id={made['checkoutId']}").json()
    assert checkout["order"]["status"] == "paid"


def test_the_api_refunds_in_full_and_once(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    made = pay(sandbox, open_checkout(sandbox)["id"], deliver="never")
    told_ = {"transaction_id": made["transactionId"], "amount": 5}

    answers = [ask(sandbox, "POST", "/v1/refunds", json=told_) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[0].json() == {"status": "succeeded"}
    events = sandbox.http.get("/creem/sandbox/events").json()["events"]
    body = told(sandbox, receiver, {"eventId": events[0]["id"]})
    assert body["object"]["refund_amount"] == 990
    assert sandbox.counts("creem")["refunds"] == 1


def test_a_dispute_does_not_ask_what_was_refunded(sandbox: Sandbox) -> None:
    made = paid(sandbox)

    door(sandbox, f"checkouts/{made['checkoutId']}/refund")
    dispute = door(sandbox, f"checkouts/{made['checkoutId']}/dispute", amount=400)

    assert (dispute["amount"], transaction(sandbox, made)["status"]) == (400, "chargedBack")


@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_nothing_comes_back_from_what_was_not_paid(sandbox: Sandbox, what: str) -> None:
    identity = open_checkout(sandbox)["id"]

    assert sandbox.http.post(f"/creem/sandbox/checkouts/{identity}/{what}").status_code == 404


def test_a_customer_is_known_by_address_and_has_a_portal(sandbox: Sandbox) -> None:
    first = paid(sandbox, email="Ann@example.com")
    second = paid(sandbox, email="ann@example.com")

    customer = ask(sandbox, "GET", "/v1/customers?email=ann@example.com").json()
    answer = ask(sandbox, "POST", "/v1/customers/billing", json={"customer_id": customer["id"]})
    portal = sandbox.http.get(answer.json()["customer_portal_link"])

    assert customer["id"] == first["customerId"] == second["customerId"]
    assert (customer["object"], customer["email"], customer["country"]) == (
        "customer",
        "Ann@example.com",
        "US",
    )
    assert "/creem/my-orders/login/" in answer.json()["customer_portal_link"]
    assert (portal.status_code, first["orderId"] in portal.text, "$9.90" in portal.text) == (200, True, True)


def test_a_known_customers_checkout_is_paid_by_that_customer(sandbox: Sandbox) -> None:
    first = paid(sandbox, email="ann@example.com")

    second = pay(sandbox, open_checkout(sandbox, customer={"id": first["customerId"]})["id"])

    assert second["customerId"] == first["customerId"]
