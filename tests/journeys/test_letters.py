"""Letters as people use them: read in the sandbox's mailbox, opened by their links, and seen to act in tabs that are open."""

from __future__ import annotations

import time
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.support.shopper import Shopper
from tests.support.site import PASSWORD, Site, wait_until
from tests.support.studio import Studio

OTHER = "another fine password"


def letter_to(site: Site, address: str, subject: str) -> dict[str, Any]:
    """Wait for a letter, and give it as it came."""

    def found() -> dict[str, Any] | None:
        box = httpx.get(f"{site.sandbox.url}/mail/messages", params={"to": address}, trust_env=False).json()
        return next((it for it in box["messages"] if it["subject"] == subject), None)

    return wait_until(found, seconds=40)


def row(page: Page, name: str) -> Any:  # noqa: ANN401 - a locator, or what one gives
    return page.locator(f"[data-security={name}]")


def email_of(page: Page, site: Site) -> str:
    return page.request.get(f"{site.url}/api/auth/session").json()["user"]["email"]


def test_an_address_is_confirmed_and_changed_by_letters_and_the_open_profile_knows_at_once(
    page: Page, busy_site: Site
) -> None:
    profile = Shopper(page, busy_site).join().open("/profile")
    email = email_of(page, busy_site)
    expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    expect(row(page, "e-mail")).to_contain_text("Not confirmed yet")
    letter_to(busy_site, email, "Confirm your e-mail address")

    mail = page.context.new_page()
    mail.goto(f"{busy_site.sandbox.url}/mail")
    mail.get_by_role("link").filter(has_text=email).first.click()
    expect(mail.frame_locator("iframe").get_by_role("link", name="Confirm this address")).to_be_visible()
    mail.locator("#text a").click()
    mail.wait_for_url("**/verify-email/")
    assert "#" not in mail.url  # the token is out of the address before anybody reads it
    confirm = mail.get_by_role("button", name="Confirm my address")
    expect(confirm).to_be_visible()
    assert page.request.get(f"{busy_site.url}/api/auth/session").ok
    expect(page.locator("[data-unconfirmed]")).to_be_visible()  # looking at it has done nothing
    confirm.click()

    expect(mail.get_by_role("heading", name="Confirmed.")).to_be_visible()
    expect(mail.get_by_role("main").get_by_text(email)).to_be_visible()
    expect(page.locator("[data-unconfirmed]")).to_have_count(0)
    expect(row(page, "e-mail")).to_contain_text("Confirmed")
    mail.reload()
    expect(mail.get_by_role("heading", name="This link is over.")).to_be_visible()

    new = f"{time.monotonic_ns()}@new.example"
    page.get_by_role("navigation", name="Profile").get_by_role("link", name="Settings").click()
    row(page, "e-mail").locator("summary").click()
    row(page, "e-mail").get_by_label("New e-mail address").fill(new)
    row(page, "e-mail").get_by_role("button", name="Send the link").click()
    expect(row(page, "e-mail").locator("#address-password-refused")).to_have_text("Please fill this in.")
    row(page, "e-mail").get_by_label("Your present password").fill("a guess of somebody")
    row(page, "e-mail").get_by_role("button", name="Send the link").click()
    expect(row(page, "e-mail").locator("#address-password-refused")).to_have_text(
        "This is not your present password."
    )
    expect(row(page, "e-mail").get_by_label("Your present password")).to_be_focused()
    row(page, "e-mail").get_by_label("Your present password").fill(PASSWORD)
    row(page, "e-mail").get_by_role("button", name="Send the link").click()
    expect(page.locator("[data-waiting]")).to_contain_text(new)

    link = letter_to(busy_site, new, "Confirm your new e-mail address")["links"][0]
    mail.goto(link)
    mail.get_by_role("button", name="Confirm my address").click()
    expect(mail.get_by_role("main").get_by_text(new)).to_be_visible()
    expect(row(page, "e-mail")).to_contain_text(new)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    assert new not in letter_to(busy_site, email, "The address of your account was changed")["text"]
    log = busy_site.process.output
    assert link.partition("#")[2] not in log
    assert new not in log
    assert profile.balance.is_visible()


def test_a_letter_that_is_opened_where_nobody_is_signed_in_confirms_after_signing_in_there(
    browser: Browser, page: Page, busy_site: Site
) -> None:
    Shopper(page, busy_site).join().open("/profile")
    email = email_of(page, busy_site)
    link = letter_to(busy_site, email, "Confirm your e-mail address")["links"][0]
    context = browser.new_context(reduced_motion="reduce")
    phone = Studio(context.new_page(), busy_site.url).open("/").page
    phone.goto(link)
    phone.get_by_role("button", name="Confirm my address").click()
    expect(phone.get_by_role("heading", name="Sign in first.")).to_be_visible()
    expect(phone.get_by_role("main")).to_contain_text("Sign in to your account first")
    expect(phone.get_by_role("link", name="Have a link mailed to set a new one")).to_be_visible()
    expect(page.locator("[data-unconfirmed]")).to_be_visible()

    phone.get_by_role("main").get_by_role("link", name="Sign in").click()
    phone.get_by_label("E-mail").fill(email)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()

    phone.wait_for_url("**/verify-email/")
    phone.get_by_role("button", name="Confirm my address").click()
    expect(phone.get_by_role("heading", name="Confirmed.")).to_be_visible()
    expect(page.locator("[data-unconfirmed]")).to_have_count(0)
    context.close()


def test_a_forgotten_password_is_replaced_by_a_letter_and_the_old_session_is_out(
    browser: Browser, page: Page, busy_site: Site
) -> None:
    thief = Shopper(page, busy_site).join().open("/profile")
    email = email_of(page, busy_site)
    context = browser.new_context(reduced_motion="reduce")
    mine = Studio(context.new_page(), busy_site.url).open("/sign-in")
    owner = mine.page
    owner.get_by_role("link", name="Forgot your password?").click()
    expect(owner.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    owner.get_by_label("E-mail").fill("no address")
    owner.get_by_role("button", name="Send the link").click()
    expect(owner.locator("#email-refused")).to_have_text("Please enter a valid e-mail address.")
    owner.get_by_label("E-mail").fill(email)
    owner.get_by_role("button", name="Send the link").click()
    expect(owner.get_by_role("heading", name="Look into your mailbox.")).to_be_visible()

    owner.goto(letter_to(busy_site, email, "Set a new password")["links"][0])
    owner.get_by_label("New password").fill("short")
    owner.get_by_role("button", name="Set this password").click()
    expect(owner.locator("#password-refused")).to_have_text("Choose a password of 8 to 200 characters.")
    mine.reload()  # which does not lose the letter
    owner.get_by_label("New password").fill(OTHER)
    owner.get_by_role("button", name="Set this password").click()
    expect(owner.get_by_role("heading", name="Your password is changed.")).to_be_visible()

    expect(thief.page.locator("[data-ended]")).to_contain_text("You have been signed out here.")
    owner.get_by_role("main").get_by_role("link", name="Sign in").click()
    owner.get_by_label("E-mail").fill(email)
    owner.get_by_label("Password").fill(OTHER)
    owner.get_by_role("button", name="Sign in").click()
    mine.wait_until_signed_in()
    letter_to(busy_site, email, "Your password was changed")
    context.close()
