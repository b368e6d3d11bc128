"""The pages that buyers see, as plain HTML (providers.md 1.5, 1.12, 1.13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest

from .conftest import Receiver, Sandbox
from .creem import KEY, RETURN, ask, is_signed_return, listen, open_checkout, parameters, pay, told


def press(sandbox: Sandbox, url: str, action: str, **typed: str) -> httpx.Response:
    return sandbox.http.post(url, data={"action": action, "email": "a@example.com", **typed})


def status(sandbox: Sandbox, identity: str) -> str:
    return ask(sandbox, "GET", f"/v1/checkouts?checkout_id={identity}").json()["status"]


def alert(sandbox: Sandbox, answer: httpx.Response) -> str:
    """Follow a redirect back to the form: what it says."""
    assert answer.status_code == 303
    page = sandbox.http.get(answer.headers["location"]).text
    found = re.search(r'<p role="alert" >(.*?)</p>', page)
    return unescape(found[1]) if found else ""


def test_the_page_shows_product_price_and_buttons(sandbox: Sandbox) -> None:
    url = open_checkout(sandbox, "standard")["checkout_url"]

    page = sandbox.http.get(url)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for text in (
        "Standard",
        "$30.00",
        "test mode",
        "Pay $30.00",
        "Decline",
        "Pay with another e-mail",
        "Cancel",
    ):
        assert text in page.text
    assert "https://" not in page.text


def test_paying_leads_back_with_a_signature_that_holds(sandbox: Sandbox, receiver: Receiver) -> None:
    listen(sandbox, receiver)
    made = open_checkout(sandbox, success_url=RETURN, request_id="order 1|é")

    answer = press(sandbox, made["checkout_url"], "pay")

    back = answer.headers["location"]
    assert (answer.status_code, back.split("?")[0]) == (303, RETURN)
    assert parameters(back) == [
        "request_id", "checkout_id", "order_id", "customer_id", "product_id", "signature",
    ]  # fmt: skip
    assert is_signed_return(back, KEY)
    assert not is_signed_return(back, "another_key")
    event = sandbox.http.get("/creem/sandbox/events").json()["events"][0]
    assert told(sandbox, receiver, {"eventId": event["id"]})["object"]["customer"]["email"] == "a@example.com"
    counts = sandbox.counts("creem")
    assert (counts["payments"], counts["checkouts"], counts["deliveries"]) == (1, 1, 1)


def test_the_door_leads_back_to_the_same_place(sandbox: Sandbox) -> None:
    made = pay(sandbox, open_checkout(sandbox, success_url=RETURN)["id"])

    assert is_signed_return(made["redirectUrl"], KEY)
    assert parameters(made["redirectUrl"])[0] == "checkout_id"


def test_a_declined_payment_is_said_and_can_be_tried_again(sandbox: Sandbox) -> None:
    made = open_checkout(sandbox, success_url=RETURN)

    answer = press(sandbox, made["checkout_url"], "decline")

    assert alert(sandbox, answer) == "Your card was declined."
    assert status(sandbox, made["id"]) == "pending"
    assert sandbox.counts("creem")["declines"] == 1
    assert press(sandbox, made["checkout_url"], "pay").headers["location"].startswith(RETURN)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("4000 0000 0000 0002", "Your card was declined."),
        ("4507990000000010", "Your card has insufficient funds."),
        ("4000-0000-0000-0127", "Your card's security code is incorrect."),
        ("4111 1111 1111 1111", ""),
    ],
)
def test_test_cards_choose_their_fate(sandbox: Sandbox, card: str, said: str) -> None:
    made = open_checkout(sandbox)

    answer = press(sandbox, made["checkout_url"], "pay", card=card)

    assert (alert(sandbox, answer), status(sandbox, made["id"])) == (said, "pending" if said else "completed")


def test_a_given_email_is_locked_but_another_can_be_chosen(sandbox: Sandbox) -> None:
    checkouts = [open_checkout(sandbox, customer={"email": "mine@example.com"}) for _ in range(2)]
    assert 'value="mine@example.com" readonly' in sandbox.http.get(checkouts[0]["checkout_url"]).text

    press(sandbox, checkouts[0]["checkout_url"], "pay", email="forged@example.com")
    press(sandbox, checkouts[1]["checkout_url"], "pay-other", other_email="other@example.com")

    paid_by = [
        ask(sandbox, "GET", f"/v1/checkouts?checkout_id={one['id']}").json()["customer"]["email"]
        for one in checkouts
    ]
    assert paid_by == ["mine@example.com", "other@example.com"]


def test_without_an_email_nothing_is_paid(sandbox: Sandbox) -> None:
    made = open_checkout(sandbox)

    answer = press(sandbox, made["checkout_url"], "pay", email="nobody")

    assert (alert(sandbox, answer), status(sandbox, made["id"])) == (
        "Please enter an e-mail address.",
        "pending",
    )


def test_a_discount_code_lowers_the_price_on_the_page(sandbox: Sandbox) -> None:
    url = open_checkout(sandbox)["checkout_url"]

    wrong = press(sandbox, url, "discount", discount_code="NO")
    right = press(sandbox, url, "discount", discount_code="twenty")

    assert alert(sandbox, wrong) == "This discount code is not valid."
    assert "Pay $7.92" in sandbox.http.get(right.headers["location"]).text


def test_cancel_leads_back_to_where_the_buyer_came_from(sandbox: Sandbox) -> None:
    url = open_checkout(sandbox)["checkout_url"]
    page = sandbox.http.get(url, headers={"referer": "http://localhost:3000/pricing"}).text
    back = unescape(re.findall(r'name="back" value="(.*?)"', page)[0])

    answer = press(sandbox, url, "cancel", back=back)
    without = press(sandbox, url, "cancel", back="javascript:alert(1)")

    assert (answer.status_code, answer.headers["location"]) == (303, "http://localhost:3000/pricing")
    assert (without.status_code, "You left the checkout" in without.text) == (200, True)


def test_a_paid_checkout_says_so_and_is_not_paid_again(sandbox: Sandbox) -> None:
    made = open_checkout(sandbox, success_url=RETURN)
    press(sandbox, made["checkout_url"], "pay")

    answer = press(sandbox, made["checkout_url"], "pay")

    page = sandbox.http.get(answer.headers["location"]).text
    assert ("Paid" in page, RETURN in page) == (True, True)
    assert sandbox.http.get("/creem/sandbox/events").json()["total"] == 1


@pytest.mark.parametrize("road", ["payment", "test/payment"])
def test_a_hosted_link_opens_a_checkout_with_its_metadata(
    own_sandbox: Callable[..., Sandbox], road: str
) -> None:
    sandbox = own_sandbox(SANDBOX_CREEM_SUCCESS_URL=RETURN, SANDBOX_CREEM_API_KEY="merchants_key")
    link = f"/creem/{road}/prod_sandbox_premium?metadata[order]=a.b-c&discount_code=TWENTY&theme=dark&x=1"

    opened = sandbox.http.get(link)
    back = press(sandbox, opened.headers["location"], "pay").headers["location"]

    assert opened.status_code == 303
    assert is_signed_return(back, "merchants_key")
    assert parameters(back)[0] == "checkout_id"
    event = sandbox.http.get("/creem/sandbox/events").json()["events"][0]["body"]
    assert ('"metadata":{"order":"a.b-c"}' in event, '"amount_paid":7920' in event) == (True, True)
    assert ("request_id" in event, f'"default_success_url":"{RETURN}"' in event) == (False, True)


@pytest.mark.parametrize(
    "path", ["/creem/payment/prod_no", "/creem/checkout/ch_no", "/creem/my-orders/login/no"]
)
def test_what_is_not_there_is_a_page_that_says_so(sandbox: Sandbox, path: str) -> None:
    page = sandbox.http.get(path)

    assert (page.status_code, "not found" in page.text) == (404, True)


def test_what_buyers_type_is_shown_as_text(sandbox: Sandbox) -> None:
    url = open_checkout(sandbox)["checkout_url"]

    answer = press(sandbox, url, "decline", email='"><script>x</script>')

    page = sandbox.http.get(answer.headers["location"]).text
    assert "<script>x" not in page
