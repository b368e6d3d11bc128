"""Signing in with Clerk as a person does: with the sandbox's stand-in for Clerk's script."""

from __future__ import annotations

import time
from typing import Self

from playwright.sync_api import Page, expect

from tests.support.clerk_door import ClerkDoor
from tests.support.site import Site
from tests.support.studio import Studio

PATIENCE = 20_000
"""Milliseconds, on a machine that is busy with other tests."""


class ClerkVisitor(Studio):
    """One tab of somebody whom Clerk signs in."""

    def __init__(self, page: Page, site: Site, door: ClerkDoor) -> None:
        super().__init__(page, site.url)
        self.site, self.door = site, door
        self.email = f"{time.monotonic_ns()}@example.org"

    def press_sign_in(self) -> Self:
        """Go to the door, and wait for Clerk's form."""
        self.page.get_by_role("navigation", name="Account").get_by_role("link", name="Sign in").click()
        expect(self.page.get_by_label("Email address")).to_be_visible(timeout=PATIENCE)
        return self

    def give_address(self) -> Self:
        """Name an address, which is all that the stand-in wants."""
        self.page.get_by_label("Email address").fill(self.email)
        self.page.get_by_role("button", name="Continue").click()
        return self

    def come_in(self) -> Self:
        """Sign in from the home page, and be back there."""
        self.open().press_sign_in().give_address()
        self.page.wait_for_url(f"{self.url}/")
        return self.wait_until_signed_in()

    def wait_until_signed_in(self) -> Self:
        """Wait until the balance stands in the header: two scripts, a token, a session and a page later."""
        expect(self.balance).to_be_visible(timeout=PATIENCE)
        return self

    def session_at_clerk(self) -> str:
        """Tell the id of the session that the stand-in has begun last."""
        told = next(event for event in self.door.events() if event["type"] == "session.created")
        return told["body"].split('"id":"')[1].split('"')[0]
