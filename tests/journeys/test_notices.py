"""Letters to people who were away: chosen on the profile, sent when no page is open, and stopped from the mailbox."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.support.shopper import Shopper
from tests.support.site import Site, wait_until

SUBJECT = "Your video is ready"


def letters_to(site: Site, address: str) -> list[dict[str, Any]]:
    box = httpx.get(f"{site.sandbox.url}/mail/messages", params={"to": address}, trust_env=False)
    return box.json()["messages"]


def letter_to(site: Site, address: str, subject: str) -> dict[str, Any]:
    return wait_until(
        lambda: next((it for it in letters_to(site, address) if it["subject"] == subject), None), seconds=60
    )


def subjects(site: Site, address: str) -> list[str]:
    return [letter["subject"] for letter in letters_to(site, address)]


def email_of(page: Page, site: Site) -> str:
    return page.request.get(f"{site.url}/api/auth/session").json()["user"]["email"]


def confirm(page: Page, site: Site, address: str) -> None:
    """Confirm an address, as its letter says, in the browser that is signed in."""
    token = letter_to(site, address, "Confirm your e-mail address")["links"][0].partition("#")[2]
    assert page.request.post(f"{site.url}/api/auth/verify", data={"token": token}).ok


def test_who_is_away_is_told_and_who_has_a_page_open_is_not(
    browser: Browser, page: Page, busy_site: Site
) -> None:
    ada = Shopper(page, busy_site).join().open("/profile#notices")
    email = email_of(page, busy_site)
    card = page.locator("#notices")
    about_videos = card.get_by_role("switch", name="Your videos have ended")
    about_credits = card.get_by_role("switch", name="Your credits are used up")
    expect(card).to_contain_text("None comes before you have confirmed your address.")
    confirm(page, busy_site, email)
    expect(card).not_to_contain_text("None comes before")
    about_credits.focus()
    page.keyboard.press("Space")
    expect(card.get_by_role("status")).to_have_text("Saved.")
    ada.reload()
    expect(about_credits).not_to_be_checked()
    expect(about_videos).to_be_checked()
    ada.another_tab("/").make("honeycomb, slowly").wait_for("ready").page.close()

    context = browser.new_context(reduced_motion="reduce")
    bob = Shopper(context.new_page(), busy_site).join()
    away = email_of(bob.page, busy_site)
    confirm(bob.page, busy_site, away)
    started = bob.page.request.post(f"{busy_site.url}/api/generate-video", data={"prompt": "slow rain"})
    assert started.ok, started.text()
    letter = letter_to(busy_site, away, SUBJECT)

    assert SUBJECT not in subjects(busy_site, email)  # her video was looked at before his
    assert "slow rain" not in letter["text"]
    mail = bob.page
    mail.goto(f"{busy_site.sandbox.url}/mail")
    mail.get_by_role("link").filter(has_text=away).filter(has_text=SUBJECT).click()
    inside = mail.frame_locator("iframe")
    expect(inside.get_by_role("link", name="Watch it")).to_have_attribute("href", f"{busy_site.url}/library")
    stop = inside.get_by_role("link", name="No more letters about my videos").get_attribute("href")
    bob.open("/profile#notices")
    switch = bob.page.get_by_role("switch", name="Your videos have ended")
    expect(switch).to_be_checked()

    stranger = browser.new_context().new_page()  # a mailbox on another device, where nobody is signed in
    stranger.goto(str(stop))
    expect(switch).to_be_checked()
    stranger.get_by_role("button", name="Stop these letters").click()

    expect(stranger.get_by_role("heading", level=1)).to_have_text(
        "You get no more letters about your videos."
    )
    expect(switch).not_to_be_checked()
    stranger.context.close()
    context.close()
