"""Open pages: live while something happens, free of cost while nothing does, gone when they are closed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.site import wait_until
from tests.support.studio import Studio
from tests.support.watched import WatchedSite

IDLE_SECONDS = 10


def is_still(page: Page, site: WatchedSite, frames: list[str]) -> bool:
    """Whether nothing is said for a second: on a busy machine pages take a while to come to rest."""
    frames.clear()
    before = site.seen()
    page.wait_for_timeout(1000)  # it hears what the page does; `time.sleep` would not
    return not frames and site.seen() == before


def test_idle_tabs_send_nothing_and_ask_the_database_nothing(page: Page, quiet_site: WatchedSite) -> None:
    frames: list[str] = []
    studio = Studio(page, quiet_site.url).sign_up()
    tabs = [studio, studio.another_tab("/library")]
    for tab in tabs:
        for event in ("framesent", "framereceived"):
            tab.page.on(
                "websocket",
                lambda socket, event=event: socket.on(event, lambda frame: frames.append(str(frame))),
            )
        tab.reload()
    wait_until(lambda: is_still(page, quiet_site, frames))
    before = quiet_site.seen()

    page.wait_for_timeout(IDLE_SECONDS * 1000)

    assert [frame for frame in frames if frame not in {"2", "3"}] == []  # the socket's own ping and pong
    assert quiet_site.seen() == before


EARS = {"/": 1, "/profile": 4, "/library": 1}
"""How many live things each page has: on the profile, what was made, what was bought, the address, and the archive."""


def test_tabs_that_are_closed_leave_nothing_behind(page: Page, quiet_site: WatchedSite) -> None:
    before = quiet_site.seen()["listeners"]
    studio = Studio(page, quiet_site.url).sign_up()
    tabs = [studio, *(studio.another_tab(path) for path in ("/", "/profile", "/profile", "/library"))]
    for tab in tabs:
        tab.reload().reload()
    ears = 2 * EARS["/"] + 2 * EARS["/profile"] + EARS["/library"]
    wait_until(lambda: quiet_site.seen()["listeners"] == before + ears, what=quiet_site.seen)

    for tab in tabs:
        tab.page.close()

    wait_until(lambda: quiet_site.seen()["listeners"] == before, what=quiet_site.seen)


def test_going_from_page_to_page_leaves_one_ear_behind(page: Page, quiet_site: WatchedSite) -> None:
    before = quiet_site.seen()["listeners"]
    studio = Studio(page, quiet_site.url).sign_up()

    for _ in range(3):
        studio.balance.click()
        expect(page.locator("[data-line]")).to_have_count(1)
        page.get_by_role("link", name="CuttingASMR").click()
        expect(studio.prompt).to_be_visible()

    wait_until(lambda: quiet_site.seen()["listeners"] == before + 1, what=quiet_site.seen)


def test_signing_out_in_one_tab_ends_it_in_all(page: Page, quiet_site: WatchedSite) -> None:
    studio = Studio(page, quiet_site.url).sign_up()
    home, profile = studio.another_tab(), studio.another_tab("/profile")

    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()

    for tab in (home, profile):
        expect(tab.page.get_by_role("navigation", name="Account")).to_contain_text("Sign up")
    expect(home.balance).to_have_count(0)
    expect(profile.page.locator("[data-line]")).to_have_count(0)
