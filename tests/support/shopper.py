"""Buying as a person does: the pricing page, the sandbox's payment page, and the way back."""

from __future__ import annotations

import itertools
import time
from typing import Any, Self

import httpx
from playwright.sync_api import Locator, Page, expect

from cuttingasmr.auth import operators
from tests.support.site import OPERATOR, PASSWORD, Site
from tests.support.studio import Studio

_addresses = itertools.cycle(range(1, 255))


class Shopper(Studio):
    """One tab of somebody who buys."""

    def __init__(self, page: Page, site: Site) -> None:
        super().__init__(page, site.url)
        self.site = site

    def join(self) -> Self:
        """Make an account without opening any page, from an address of its own: one address makes few accounts a minute."""
        account = {"email": f"{time.monotonic_ns()}@example.org", "password": PASSWORD, "name": "Ada"}
        line = httpx.HTTPTransport(local_address=f"127.{next(_addresses)}.0.1")
        with httpx.Client(transport=line, base_url=self.url, trust_env=False) as http:
            answer = http.post("/api/auth/sign-up", json=account)
            assert answer.is_success, answer.text
            cookies = [
                {"name": name, "value": value, "url": self.url} for name, value in http.cookies.items()
            ]
        self.page.context.add_cookies(cookies)  # pyright: ignore[reportArgumentType] - it wants its own typed dicts
        return self

    def sign_in_as_operator(self) -> Self:
        """Become somebody whom the site's settings and a shell on its server call an operator."""
        account = {"email": OPERATOR, "password": PASSWORD}
        if not self.page.request.post(f"{self.url}/api/auth/sign-up", data=account).ok:
            assert self.page.request.post(f"{self.url}/api/auth/sign-in", data=account).ok
        self.site.change(lambda session: operators.vouch_for(session, email=OPERATOR))
        return self

    def look_at_prices(self) -> Self:
        """Open the pricing page."""
        self.open("/pricing")
        return self

    def card(self, plan: str) -> Locator:  # pyright: ignore[reportIncompatibleMethodOverride] - here cards are packages
        """Give a package's card."""
        return self.page.locator(f"[data-plan={plan}]")

    def press(self, plan: str) -> Self:
        """Press a package's button."""
        self.card(plan).get_by_role("button").click()
        return self

    def agree(self) -> Self:
        """Agree to the texts."""
        self.page.get_by_role("checkbox").check()
        self.page.get_by_role("button", name="Agree and continue").click()
        return self

    def agree_beforehand(self) -> Self:
        """Agree without being asked."""
        assert self.page.request.post(f"{self.url}/api/user/agreement").ok
        return self

    def wait_for_payment_page(self, *, seconds: float = 6) -> Self:
        """Wait until Creem's page is there."""
        self.page.wait_for_url("**/creem/checkout/**", timeout=seconds * 1000)
        return self

    def pay(self) -> Self:
        """Pay on Creem's page."""
        self.page.get_by_role("button", name="Pay $").click()
        return self

    def order(self, plan: str = "starter") -> dict[str, Any]:
        """Open a checkout without leaving the page, and give what the API says."""
        answer = self.page.request.post(f"{self.url}/api/payments/checkout", data={"planType": plan})
        assert answer.ok, answer.text()
        return answer.json()

    def expect_heading(self, text: str, *, seconds: float = 8) -> Self:
        """Wait until the page says this."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text, timeout=seconds * 1000)
        return self

    def expect_balance(self, credits: int, *, seconds: float = 8) -> Self:
        """Wait until so many credits stand in the header."""
        expect(self.balance).to_have_text(str(credits), timeout=seconds * 1000)
        return self


def pay_at_the_door(site: Site, order: dict[str, Any], **how: Any) -> dict[str, Any]:
    """Pay without a browser: `deliver="never"` loses the webhook."""
    checkout_id = order["checkout_url"].rpartition("/")[2]
    address = f"{site.sandbox.url}/creem/sandbox/checkouts/{checkout_id}/pay"
    answer = httpx.post(address, json=how, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()
