"""The pages as a person uses them: by what stands on buttons and labels."""

from __future__ import annotations

import time
from typing import Self

from playwright.sync_api import Locator, Page, expect

from tests.support.site import PASSWORD, wait_until

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDEST = """[...document.querySelectorAll("body *")]
  .filter((it) => it.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((it) => it.outerHTML.slice(0, 200)).slice(0, 3)"""
WATCH_STAGES = """() => {
  window.stages = [];
  new MutationObserver(() => {
    const stage = document.querySelector("[data-card]")?.dataset.stage;
    if (stage && stage !== window.stages.at(-1)) window.stages.push(stage);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


class Studio:
    """One tab."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, path: str = "/") -> Self:
        """Load a page, and wait until it lives: then the server has said who is here."""
        self.page.goto(f"{self.url}{path}")
        return self.wait_until_alive()

    def wait_until_alive(self) -> Self:
        """Wait until the header says who is here."""
        wait_until(
            lambda: self.page.evaluate("Boolean(window.__reflex)")
        )  # the page's policy forbids wait_for_function
        expect(self.page.get_by_role("navigation", name="Account")).to_be_visible()
        return self

    def reload(self) -> Self:
        """Load the page anew."""
        self.page.reload()
        return self.wait_until_alive()

    def another_tab(self, path: str = "/") -> Studio:
        """Open one more tab of the same browser."""
        return Studio(self.page.context.new_page(), self.url).open(path)

    def sign_up(self) -> Self:
        """Make an account the short way, and come to the home page with it."""
        account = {"email": f"{time.monotonic_ns()}@example.org", "password": PASSWORD, "name": "Ada"}
        assert self.page.request.post(f"{self.url}/api/auth/sign-up", data=account).ok
        return self.open().wait_until_signed_in()

    def sign_up_by_hand(self) -> Self:
        """Make an account with the form, coming back to the home page."""
        self.open("/sign-up").fill_in_account()
        self.page.wait_for_url(f"{self.url}/")
        return self.wait_until_signed_in()

    def fill_in_account(self) -> None:
        """Fill in the form for a new account, and send it."""
        self.page.get_by_label("Name").fill("Ada")
        self.page.get_by_label("E-mail").fill(f"{time.monotonic_ns()}@example.org")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Make my account").click()

    def wait_until_signed_in(self) -> Self:
        """Wait until the balance stands in the header."""
        expect(self.balance).to_be_visible()
        return self

    @property
    def balance(self) -> Locator:
        """The credits in the header."""
        return self.page.locator("[data-balance]")

    @property
    def prompt(self) -> Locator:
        """The box for one's own words."""
        return self.page.get_by_role("textbox", name="Describe what we see and what we hear")

    @property
    def card(self) -> Locator:
        """The newest video's card."""
        return self.page.locator("[data-card]").first

    @property
    def error(self) -> Locator:
        """What the form complains about."""
        return self.page.locator("[data-error=form]")

    def expect_ratio(self, ratio: str) -> Self:
        """Wait until this shape is chosen."""
        expect(self.page.locator(f"input[name=ratio][value='{ratio}']")).to_be_checked()
        return self

    def expect_to_fit(self) -> Self:
        """Wait until nothing is wider than the window: a page is laid out anew when its style or its letters come."""
        wait_until(
            lambda: self.page.evaluate(TOO_WIDE) <= 0, seconds=10, what=lambda: self.page.evaluate(WIDEST)
        )
        return self

    def write(self, prompt: str) -> Self:
        """Write one's own words."""
        self.page.get_by_role("button", name="Custom").click()
        self.prompt.fill(prompt)
        return self

    def generate(self) -> Self:
        """Press the button."""
        self.page.get_by_role("button", name="Generate").click()
        return self

    def make(self, prompt: str) -> Self:
        """Write a prompt, press the button and wait for the card."""
        self.write(prompt).generate()
        expect(self.card.get_by_text(prompt)).to_be_visible()
        return self

    def wait_for(self, stage: str, *, seconds: float = 20) -> Self:
        """Wait until the newest video is that far."""
        expect(self.card).to_have_attribute("data-stage", stage, timeout=seconds * 1000)
        return self

    def watch_stages(self) -> Self:
        """Remember every stage that the newest card shows from now on."""
        self.page.evaluate(WATCH_STAGES)
        return self

    def stages(self) -> list[str]:
        """Tell which stages the newest card has shown."""
        return self.page.evaluate("window.stages")
