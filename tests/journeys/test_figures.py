"""The operators' figures in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.support.shopper import Shopper
from tests.support.site import Site


def test_an_operator_sees_numbers_and_charts_of_any_span_and_a_stranger_neither(
    browser: Browser, busy_site: Site
) -> None:
    operator = Shopper(browser.new_page(), busy_site).sign_in_as_operator()
    problems: list[str] = []
    operator.page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    operator.open("/admin")
    board = operator.page.get_by_role("region", name="Figures")

    expect(board.locator("[data-figure='Sign-ups'] dd").first).to_have_text(re.compile(r"^[1-9]\d*$"))
    expect(board.locator("[data-chart='Sign-ups'] .recharts-bar-rectangle").first).to_be_attached()
    board.get_by_role("button", name="7 days").click()
    expect(board.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    expect(board.get_by_text("Changes are to the 7 days before.")).to_be_visible()
    board.get_by_text("The charts as a table").click()
    expect(board.get_by_role("table").first.get_by_role("row")).to_have_count(8)
    width = operator.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0
    assert problems == [], "nothing that the content security policy forbids"

    stranger = Shopper(browser.new_page(), busy_site).join().open("/admin")
    stranger.expect_heading("Clean cut, nothing inside.")
    expect(stranger.page.locator("[data-figure]")).to_have_count(0)
