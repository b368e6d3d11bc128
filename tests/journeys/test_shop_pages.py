"""What stands around buying: the profile, the testers' and the operators' pages, and the phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cuttingasmr.credits import ledger
from tests.support.shopper import Shopper, pay_at_the_door
from tests.support.site import Site


def test_the_credits_can_be_downloaded(shopper: Shopper) -> None:
    pay_at_the_door(shopper.site, shopper.order())
    shopper.open("/profile#credits").expect_balance(133)

    with shopper.page.expect_download() as download:
        shopper.page.get_by_role("link", name="Download CSV").click()

    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "date,kind,credits,reference"
    assert [line.split(",")[1:3] for line in lines[1:]] == [["purchase", "115"], ["welcome", "18"]]


def test_a_tester_rehearses_it_all_with_one_button(shopper: Shopper) -> None:
    before = shopper.site.findings()  # of other tests' made-up videos
    shopper.open("/test-payment-flow").page.get_by_role("button", name="Run everything").click()

    steps = shopper.page.locator("[data-step]")
    expect(steps.and_(shopper.page.locator("[data-state=passed]"))).to_have_count(12, timeout=30_000)
    expect(steps.last).to_contain_text('"credits": 18')
    assert shopper.site.findings() == before


def test_on_a_phone_no_page_of_the_shop_scrolls_sideways(shopper: Shopper) -> None:
    shopper.page.set_viewport_size({"width": 360, "height": 740})
    order = shopper.order()
    pay_at_the_door(shopper.site, order)
    waiting = shopper.order()

    for path in (
        "/pricing?plan=standard",
        f"/payment/success?request_id={order['order_id']}",
        f"/payment/success?request_id={waiting['order_id']}",
        "/payment/cancel",
        "/profile",
        "/library",
        "/terms",
        "/privacy",
        "/refund",
        "/test-payment-flow",
        "/admin",
    ):
        shopper.open(path).expect_to_fit()


@pytest.fixture
def held(shopper: Shopper) -> str:
    """The id of an order that was paid with one cent, which an operator has to look at."""
    order = shopper.order()
    pay_at_the_door(shopper.site, order, amount=1)
    shopper.open(f"/payment/success?request_id={order['order_id']}").expect_heading(
        "a person is looking at it"
    )
    return order["order_id"]


def test_an_operator_settles_what_did_not_settle_itself(
    shopper: Shopper, held: str, browser: Browser, busy_site: Site
) -> None:
    operator = Shopper(browser.new_page(), busy_site).sign_in_as_operator().open("/admin/orders")
    row = operator.page.locator(f"[data-line='{held}']")
    expect(row).to_contain_text("It is of $0.01, not $9.90.")
    row.get_by_role("link").first.click()
    act = operator.page.locator("[data-act=assign]")
    act.get_by_text("Credit this order").first.click()
    act.get_by_label("Reason").fill("Their bank took a fee; the rest was wired.")
    act.get_by_role("button", name="Credit this order").click()

    expect(operator.page.get_by_role("complementary").get_by_role("status")).to_contain_text(
        "115 credits granted."
    )
    expect(operator.page.locator("[data-thing]")).to_contain_text("Completed")
    shopper.expect_heading("115 credits are yours.")
    operator.page.context.close()


def test_the_operators_page_is_not_there_for_anybody_else(shopper: Shopper) -> None:
    shopper.open("/admin").expect_heading("Clean cut, nothing inside.")


def test_whoever_is_short_of_credits_is_led_to_the_prices(shopper: Shopper) -> None:
    user_id = shopper.page.request.get(f"{shopper.url}/api/auth/session").json()["user"]["id"]
    shopper.site.change(
        lambda session: ledger.claw_back(session, user_id=user_id, reference=user_id, credits=15)
    )

    shopper.open().write("A slow cut through wax").generate()

    expect(shopper.error).to_have_text("A video costs 10 credits and you have 3. You are 7 credits short.")
    shopper.page.get_by_role("link", name="Get more credits").click()
    shopper.page.wait_for_url("**/pricing**")
