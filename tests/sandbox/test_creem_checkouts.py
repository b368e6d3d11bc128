"""Creem's products and checkouts (providers.md 1.2 to 1.4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Sandbox
from .creem import ask, door, open_checkout, pay

METADATA = {"order": "token", "n": 1}


def test_a_checkout_is_answered_as_the_reference_shows(sandbox: Sandbox) -> None:
    told = {"request_id": "order_123", "success_url": "https://yoursite.com/success", "metadata": METADATA}

    made = open_checkout(sandbox, **told)

    assert made == {
        "id": made["id"],
        "mode": "test",
        "object": "checkout",
        "status": "pending",
        "checkout_url": f"{sandbox.url}/creem/checkout/{made['id']}",
        "product": "prod_sandbox_starter",
        "units": 1,
        **told,
    }
    assert made["id"].startswith("ch_")
    assert len(made["id"]) == 25
    assert ask(sandbox, "GET", f"/v1/checkouts?checkout_id={made['id']}").json() == made


def test_a_completed_checkout_shows_its_order_product_and_customer(sandbox: Sandbox) -> None:
    identity = open_checkout(sandbox, request_id="r", customer={"email": "a@example.com"})["id"]
    made = pay(sandbox, identity)

    read = ask(sandbox, "GET", f"/v1/checkouts?checkout_id={identity}").json()

    assert (read["status"], read["request_id"]) == ("completed", "r")
    assert (read["order"]["id"], read["order"]["status"]) == (made["orderId"], "paid")
    assert (read["product"]["id"], read["product"]["price"]) == ("prod_sandbox_starter", 990)
    assert (read["customer"]["id"], read["customer"]["email"]) == (made["customerId"], "a@example.com")


def test_everything_that_is_wrong_is_named_at_once(sandbox: Sandbox) -> None:
    answer = ask(sandbox, "POST", "/v1/checkouts", json={"success_url": "no", "units": 0})

    assert answer.status_code == 400
    assert answer.json().keys() == {"trace_id", "status", "error", "message", "timestamp"}
    assert (answer.json()["status"], answer.json()["error"]) == (400, "Bad Request")
    assert answer.json()["message"] == [
        "product_id must be a string",
        "success_url must be a valid URL",
        "units must not be less than 1",
    ]
    assert sandbox.counts("creem") == {"checkouts-refused": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"product_id": 5},
        {"product_id": ""},
        {"request_id": 5},
        {"units": 1.5},
        {"units": "two"},
        {"custom_price": 99},
        {"custom_price": True},
        {"discount_code": "NOSUCH"},
        {"affiliate_code": "nobody"},
        {"success_url": "javascript:alert(1)"},
        {"metadata": "no"},
        {"customer": "no"},
        {"customer": {"email": "no"}},
        {"customer": {"id": "cust_1", "email": "a@example.com"}},
        {"custom_fields": [{"type": "text", "key": "a", "label": "A"}] * 4},
        {"custom_fields": [{"type": "date", "key": "a-b", "label": "A" * 51}]},
    ],
)
def test_a_wrong_field_is_refused(sandbox: Sandbox, wrong: dict[str, object]) -> None:
    answer = ask(sandbox, "POST", "/v1/checkouts", json={"product_id": "prod_sandbox_starter", **wrong})

    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"product_id": NaN}', b'{"product_id": "\\ud800"}'])
def test_what_is_no_json_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    assert ask(sandbox, "POST", "/v1/checkouts", content=body).status_code == 400


@pytest.mark.parametrize("key", ["", "bad_key"])
@pytest.mark.parametrize("path", ["POST /v1/checkouts", "GET /v1/products", "POST /v1/refunds"])
def test_without_a_good_key_nothing_is_answered(sandbox: Sandbox, key: str, path: str) -> None:
    method, _, place = path.partition(" ")

    answer = ask(sandbox, method, place, key=key)

    assert answer.status_code == 403
    assert answer.json().keys() == {"trace_id", "status", "error", "timestamp"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/checkouts?checkout_id=ch_no",
        "/v1/products/prod_no",
        "/v1/transactions?transaction_id=tran_no",
        "/v1/customers?email=nobody@example.com",
        "/v1/nothing",
    ],
)
def test_what_is_not_there_calls_itself_a_bad_request(sandbox: Sandbox, path: str) -> None:
    answer = ask(sandbox, "GET", path)

    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (404, 404, "Bad Request")


def test_a_product_is_read_by_path_by_query_and_by_search(sandbox: Sandbox) -> None:
    by_path = ask(sandbox, "GET", "/v1/products/prod_sandbox_standard").json()
    by_query = ask(sandbox, "GET", "/v1/products?product_id=prod_sandbox_standard").json()
    found = ask(sandbox, "GET", "/v1/products/search?page_size=2").json()

    assert by_path == by_query == found["items"][1]
    assert (by_path["price"], by_path["currency"], by_path["billing_type"]) == (3000, "USD", "onetime")
    assert found["pagination"] == {
        "total_records": 3,
        "total_pages": 2,
        "current_page": 1,
        "next_page": 2,
        "prev_page": None,
    }


@pytest.mark.parametrize(("code", "off"), [("TWENTY", 198), ("twenty", 198), ("FIVEOFF", 500), ("FREE", 990)])
def test_a_discount_changes_what_is_paid_but_not_the_price(sandbox: Sandbox, code: str, off: int) -> None:
    identity = open_checkout(sandbox, discount_code=code)["id"]

    pay(sandbox, identity)

    read = ask(sandbox, "GET", f"/v1/checkouts?checkout_id={identity}").json()
    order = read["order"]
    assert (read["discount"]["discountCode"], order["discount"]) == (code.upper(), read["discount"]["id"])
    assert (order["amount"], order["sub_total"], order["discount_amount"]) == (990, 990, off)
    assert order["amount_due"] == order["amount_paid"] == 990 - off


def test_units_and_a_custom_price_make_the_amount(sandbox: Sandbox) -> None:
    made = pay(sandbox, open_checkout(sandbox, units=3, custom_price=200)["id"])

    assert made["amountPaid"] == 600


def test_the_door_pays_as_it_is_told_and_once(sandbox: Sandbox) -> None:
    terms = {"amount": 1, "currency": "EUR", "product": "prod_other", "mode": "prod", "tax_amount": 2}

    made = pay(sandbox, open_checkout(sandbox)["id"], **terms)

    read = ask(sandbox, "GET", f"/v1/checkouts?checkout_id={made['checkoutId']}").json()

    assert (read["order"]["amount"], read["order"]["amount_paid"], read["order"]["currency"]) == (1, 3, "EUR")
    assert (read["order"]["product"], read["product"]["id"], read["mode"]) == (
        "prod_other",
        "prod_other",
        "prod",
    )
    again = sandbox.http.post(f"/creem/sandbox/checkouts/{made['checkoutId']}/pay")
    assert (again.status_code, again.json()["message"]) == (409, ["Checkout is completed"])


def test_an_expired_checkout_cannot_be_paid(sandbox: Sandbox) -> None:
    identity = open_checkout(sandbox)["id"]

    door(sandbox, f"checkouts/{identity}/expire")

    assert ask(sandbox, "GET", f"/v1/checkouts?checkout_id={identity}").json()["status"] == "expired"
    assert sandbox.http.post(f"/creem/sandbox/checkouts/{identity}/pay").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"deliver": "soon"}, {"deliver": []}, {"amount": -1}, {"amount": "1"}, {"email": "no"}, {"seconds": "x"},
     {"discount_code": "NO"}, {"currency": 5}],
)  # fmt: skip
def test_the_door_refuses_what_it_does_not_understand(sandbox: Sandbox, wrong: dict[str, object]) -> None:
    identity = open_checkout(sandbox)["id"]

    answer = sandbox.http.post(f"/creem/sandbox/checkouts/{identity}/pay", json=wrong)

    assert answer.status_code == 400
    assert ask(sandbox, "GET", f"/v1/checkouts?checkout_id={identity}").json()["status"] == "pending"


def test_products_and_mode_come_from_the_environment(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox(
        SANDBOX_CREEM_PRODUCTS='[{"id": "prod_a", "price": 500, "currency": "EUR", "name": "A"}]',
        SANDBOX_CREEM_MODE="prod",
    )

    product = ask(sandbox, "GET", "/v1/products/prod_a").json()

    assert (product["price"], product["currency"], product["name"], product["mode"]) == (
        500,
        "EUR",
        "A",
        "prod",
    )
    assert ask(sandbox, "GET", "/v1/products/prod_sandbox_starter").status_code == 404
