"""Buying credits: out to the payment page and back, with things going wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import creem_says
from tests.support.databases import Databases
from tests.support.postgres import Postgres
from tests.support.shopper import Shopper, pay_at_the_door
from tests.support.site import PASSWORD, Site

CREDITS = {"starter": 115, "standard": 355, "premium": 1450}
SECRET = "whsec_sandbox"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[Postgres, str]]:
    """A PostgreSQL that may be stopped, and a database in it."""
    postgres = Postgres()
    try:
        yield postgres.start(), Databases(tmp_path, postgres).make("postgres")
    finally:
        postgres.remove()


@pytest.mark.parametrize("plan", CREDITS)
def test_a_package_is_bought_and_its_credits_arrive_on_the_page(shopper: Shopper, plan: str) -> None:
    shopper.look_at_prices().press(plan).agree().wait_for_payment_page()

    shopper.pay()
    shopper.page.wait_for_url("**/payment/success**")

    shopper.expect_heading(f"{CREDITS[plan]:,} credits are yours.")
    shopper.expect_balance(18 + CREDITS[plan])
    purchase = shopper.open("/profile#purchases").page.locator("[data-purchase]")
    expect(purchase.locator("[data-said]")).to_have_text("Paid")
    purchase.get_by_role("button", name="Receipt").click()
    shopper.page.wait_for_url("**/my-orders/**")


def test_a_declined_card_costs_nothing_and_leads_back_to_the_same_card(shopper: Shopper) -> None:
    shopper.agree_beforehand().look_at_prices().press("standard").wait_for_payment_page()
    page = shopper.page

    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.get_by_role("button", name="Cancel and go back").click()
    page.wait_for_url("**/pricing**")

    button = shopper.card("standard").get_by_role("button", name="Get 355 credits")
    expect(button).to_be_focused()
    shopper.open("/payment/cancel").page.get_by_role("link", name="Back to the prices").click()
    page.wait_for_url("**/pricing/?plan=standard")
    expect(button).to_be_focused()
    shopper.expect_balance(18)


def test_the_agreement_is_asked_for_once_on_whatever_device(
    shopper: Shopper, browser: Browser, busy_site: Site
) -> None:
    email = shopper.page.request.get(f"{shopper.url}/api/auth/session").json()["user"]["email"]
    shopper.look_at_prices().press("starter")
    dialog = shopper.page.get_by_role("dialog", name="Before your first purchase")
    expect(dialog.get_by_role("link")).to_have_count(3)
    dialog.get_by_role("button", name="Agree and continue").click()
    expect(dialog).to_be_visible()  # nothing goes on without the tick
    dialog.get_by_role("button", name="Not now").click()
    expect(shopper.card("starter").get_by_role("button", name="Get 115 credits")).to_be_visible()
    shopper.press("starter").agree().wait_for_payment_page()

    elsewhere = Shopper(browser.new_page(), busy_site)
    elsewhere.page.request.post(
        f"{busy_site.url}/api/auth/sign-in", data={"email": email, "password": PASSWORD}
    )
    elsewhere.look_at_prices().press("starter").wait_for_payment_page()
    elsewhere.page.context.close()


def test_a_stranger_who_presses_comes_back_to_the_same_card(page: Page, busy_site: Site) -> None:
    shopper = Shopper(page, busy_site)

    shopper.look_at_prices().press("premium")
    page.wait_for_url("**/sign-in**")
    shopper.wait_until_alive()
    page.get_by_role("link", name="Make an account").click()
    page.wait_for_url("**/sign-up**")
    shopper.wait_until_alive().fill_in_account()
    page.wait_for_url("**/pricing/?plan=premium")

    shopper.wait_until_signed_in()
    expect(shopper.card("premium").get_by_role("button")).to_be_focused()


def test_what_goes_wrong_is_said_plainly_and_can_be_tried_again(shopper: Shopper) -> None:
    shopper.agree_beforehand().look_at_prices()
    shopper.page.route("**/api/payments/checkout", lambda route: route.abort())

    shopper.press("starter")

    expect(shopper.card("starter").get_by_role("alert")).to_contain_text("Nothing was charged")
    shopper.page.unroute("**/api/payments/checkout")
    shopper.card("starter").get_by_role("button", name="Retry").click()
    shopper.wait_for_payment_page()


def test_the_database_may_be_down_in_between(
    page: Page, cluster: tuple[Postgres, str], make_site: Callable[..., Site]
) -> None:
    postgres, address = cluster
    site = make_site(address)
    shopper = Shopper(page, site).join().agree_beforehand().look_at_prices()

    postgres.stop()
    shopper.press("starter").wait_for_payment_page(seconds=6)
    page.get_by_label("E-mail", exact=True).fill("somebody.else@example.com")
    shopper.pay()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    postgres.start()

    shopper.open("/profile")
    shopper.expect_balance(133, seconds=20)  # Creem tries again after 1 s, 3 s, 6 s ...
    expect(page.locator("[data-purchase]")).to_have_attribute("data-state", "completed")
    assert site.findings() == []


def test_a_purchase_in_one_tab_shows_in_all(shopper: Shopper) -> None:
    order = shopper.open().order("standard")
    address = f"/payment/success?request_id={order['order_id']}"
    tabs = [shopper.another_tab(address), shopper.another_tab(address)]
    for tab in tabs:
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Waiting for the payment")

    pay_at_the_door(shopper.site, order)

    for tab in tabs:
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("355 credits are yours.")
        expect(tab.balance).to_have_text("373")
    shopper.expect_balance(373)


def test_a_webhook_that_never_comes_is_not_waited_for(shopper: Shopper) -> None:
    order = shopper.order()
    shopper.open(f"/payment/success?request_id={order['order_id']}").expect_heading("Waiting")

    pay_at_the_door(shopper.site, order, deliver="never")

    shopper.expect_heading("115 credits are yours.", seconds=10)


def test_somebody_elses_order_shows_nothing(shopper: Shopper, browser: Browser, busy_site: Site) -> None:
    other = Shopper(browser.new_page(), busy_site).join()
    order = other.order("premium")
    paid = pay_at_the_door(busy_site, order)
    other.open(f"/payment/success?request_id={order['order_id']}")
    other.expect_heading("1,450 credits are yours.")
    other.page.context.close()

    shopper.open(f"/payment/success?request_id={order['order_id']}&order_id={paid['orderId']}")

    shopper.expect_heading("We have not heard of this payment.")
    expect(shopper.page.get_by_text("1,450")).to_have_count(0)
    shopper.expect_balance(18)


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(page: Page, busy_site: Site) -> None:
    shopper = Shopper(page, busy_site)
    shopper.open("/payment/success?request_id=whatever&order_id=ord_1").expect_heading("Who has paid?")

    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="demo account").click()

    page.wait_for_url("**/payment/success/?request_id=whatever&order_id=ord_1")
    shopper.expect_heading("We have not heard of this payment.")


def test_credits_come_to_the_open_page_by_themselves(shopper: Shopper) -> None:
    order = shopper.order()
    shopper.open(f"/payment/success?request_id={order['order_id']}")
    shopper.expect_heading("Waiting for the payment")
    body = creem_says.raw(creem_says.paid(request_id=order["order_id"]))

    answer = httpx.post(
        f"{shopper.url}/api/webhooks/creem",
        content=body,
        headers={"creem-signature": creem_says.signed(body, SECRET)},
        trust_env=False,
    )

    assert answer.status_code == 200
    expect(shopper.page.locator("[data-stage=credited]")).to_be_visible()
