"""The profile as people use it, feedback and its thanks, and texts that have changed since somebody agreed to them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import Session

from cuttingasmr.models import Agreement
from cuttingasmr.payments import agreement
from tests.support.pictures import encoded
from tests.support.shopper import Shopper
from tests.support.site import PASSWORD
from tests.support.studio import Studio
from tests.support.watched import WatchedSite

TODAY_IN_GERMAN = "new Intl.DateTimeFormat('de-DE', { dateStyle: 'long' }).format(new Date())"
NAME = "<b>Grace</b> 👩\u200d🚀 Hopper"


def worn(page: Page) -> Locator:
    """Give the page as it is while it is light."""
    return page.locator("html.light")


def header_picture(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Account").locator("img")


def test_somebody_makes_the_profile_their_own_in_every_tab(
    browser: Browser, page: Page, quiet_site: WatchedSite, tmp_path: Path
) -> None:
    ada = Shopper(page, quiet_site).join().open("/profile#settings")
    home = ada.another_tab("/").page
    settings, overview = page.locator("#settings"), page.locator("#overview")
    expect(settings).to_be_visible()
    expect(overview).to_be_hidden()
    expect(page.get_by_role("link", name="Settings").last).to_have_attribute("aria-current", "page")

    # A name: text is text, and what is none is refused beside the field.
    field = settings.get_by_label("Your name")
    field.fill(NAME)
    settings.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(home.locator("#account")).to_contain_text(NAME)
    field.evaluate("field => field.removeAttribute('maxlength')")
    field.fill("x" * 10_240)
    settings.get_by_role("button", name="Save").click()
    expect(settings.locator("[data-error=name]")).to_have_text("A name has 1 to 120 characters, in one line.")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)

    # A picture: sent, refused, taken off, taken back.
    (tmp_path / "me.jpg").write_bytes(encoded())
    (tmp_path / "page.jpg").write_bytes(b"<html>")
    settings.get_by_label("Choose a picture").set_input_files(tmp_path / "me.jpg")
    for tab in (page, home):
        expect(header_picture(tab)).to_have_js_property("naturalWidth", 320)
    settings.get_by_label("Choose a picture").set_input_files(tmp_path / "page.jpg")
    expect(settings.locator("[data-error=picture-file]")).to_contain_text("This file is no picture.")
    settings.get_by_role("button", name="Remove").click()
    expect(header_picture(home)).to_have_count(0)
    page.locator("[data-note=picture]").get_by_role("button", name="Undo").click()
    expect(header_picture(home)).to_have_js_property("naturalWidth", 320)

    # Looks: the account's, in every tab and on a new device.
    settings.get_by_role("button", name="Light").click()
    for tab in (page, home):
        expect(worn(tab)).to_have_count(1)
    settings.get_by_label("Written as in").select_option("de-DE")
    expect(page.locator("[data-sample]")).to_contain_text("12.345,6 · 9,90\u00a0$")
    expect(page.locator("[data-day]").first).to_have_text(page.evaluate(TODAY_IN_GERMAN))
    email = page.request.get(f"{quiet_site.url}/api/user/profile").json()["email"]
    sign_in_elsewhere(browser, quiet_site, email)

    # The way between the panels: by keyboard, by address, and back.
    page.get_by_role("navigation", name="Profile").get_by_role("link", name="Devices").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#devices")).to_be_visible()
    expect(page.locator("#devices")).to_be_focused()
    assert page.url.endswith("/profile#devices") or page.url.endswith("/profile/#devices")
    page.go_back()
    expect(settings).to_be_visible()
    expect(page.locator("#devices")).to_be_hidden()
    page.set_viewport_size({"width": 360, "height": 740})
    for tab in ("Overview", "Purchases", "Credit history", "Devices", "Data and account", "Settings"):
        page.get_by_role("navigation", name="Profile").get_by_role("link", name=tab).click()
        Studio(page, quiet_site.url).expect_to_fit()


def sign_in_elsewhere(browser: Browser, site: WatchedSite, email: str) -> None:
    """Come with a new device: its first page is drawn in the account's theme, and dates are written as they chose."""
    context = browser.new_context(reduced_motion="reduce", color_scheme="dark")
    there = Studio(context.new_page(), site.url).open("/sign-in?next=/profile")
    there.page.get_by_label("E-mail").fill(email)
    there.page.get_by_label("Password").fill(PASSWORD)
    there.page.get_by_role("button", name="Sign in").click()
    there.wait_until_signed_in()
    expect(worn(there.page)).to_have_count(1)
    assert there.page.evaluate("localStorage.getItem('theme')") == "light"
    there.page.get_by_role("button", name="Light or dark").click()
    expect(worn(there.page)).to_have_count(0)
    expect(there.page.locator("[data-look='dark|de-DE']")).to_have_count(1)
    there.page.get_by_role("button", name="Light or dark").click()
    expect(there.page.locator("[data-look='light|de-DE']")).to_have_count(1)
    context.close()


def test_feedback_is_read_and_thanked_for_and_its_writer_sees_it_live(
    browser: Browser, page: Page, quiet_site: WatchedSite
) -> None:
    ada = Shopper(page, quiet_site).join().open("/profile#credits")
    operator = Shopper(browser.new_context(reduced_motion="reduce").new_page(), quiet_site)
    operator.sign_in_as_operator()
    writing = ada.another_tab("/pricing").page

    writing.get_by_role("link", name="Feedback").click()
    writing.wait_for_url("**/feedback**next=*")
    ask = Studio(writing, quiet_site.url).wait_until_alive()
    send = writing.get_by_role("button", name="Send")
    message, error = writing.get_by_label("Your message"), writing.locator("[data-error=feedback]")
    send.click()
    expect(error).to_have_text("Please write something first.")
    expect(message).to_be_focused()
    message.fill("x" * 5001)
    send.click()
    expect(error).to_have_text("Please keep it to 5,000 characters.")
    expect(writing.locator("[data-counts]")).to_have_text("5,001 / 5,000")
    message.fill("The <i>second</i> cut is silent.")
    ask.reload()
    expect(message).to_have_value("The <i>second</i> cut is silent.")
    writing.get_by_text("A problem").click()
    send.click()
    expect(writing.get_by_role("heading", name="Thank you. It has arrived.")).to_be_focused()
    writing.get_by_role("link", name="Back to where you were").click()
    writing.wait_for_url("**/pricing/")

    operator.open("/admin/feedback")
    told = operator.page.locator("[data-feedback-id]").filter(has_text="The <i>second</i> cut is silent.")
    expect(told).to_contain_text("Problem")
    expect(told).to_contain_text("Page /pricing")
    told.get_by_label("Reason").fill("It found a bug.")
    told.get_by_role("button", name="Thank with 30 credits").click()
    expect(operator.page.get_by_text("Thanked with 30 credits.")).to_be_visible()
    ada.expect_balance(48)
    thanks = page.locator("[data-line]").first
    expect(thanks).to_contain_text("Thank you for your feedback")
    expect(thanks).to_contain_text("+30")
    expect(told.get_by_role("button", name="Thank with 30 credits")).to_have_count(0)
    told.get_by_role("button", name="Mark as done").click()
    expect(told).to_have_count(0)
    operator.page.get_by_role("button", name="Done", exact=True).click()
    expect(told).to_contain_text("Thanked, 30 credits")
    operator.page.context.close()

    ada.open("/admin/feedback").expect_heading("Clean cut, nothing inside.")


def test_changed_texts_are_shown_and_agreed_to_again_before_the_next_purchase(
    page: Page, quiet_site: WatchedSite
) -> None:
    ada = Shopper(page, quiet_site).join()
    user_id = page.request.get(f"{quiet_site.url}/api/auth/session").json()["user"]["id"]

    def agree_to_what_was(session: Session) -> None:
        session.add(Agreement(user_id=user_id, version="2026-11-24", text_hash="0" * 64, editions={}))

    quiet_site.change(agree_to_what_was)
    ada.open("/profile")
    page.get_by_role("link", name="See what changed").click()
    expect(page.locator("#agreement")).to_contain_text("Privacy policy: Says what is stored")

    ada.look_at_prices().press("starter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Our texts have changed")
    expect(dialog).to_contain_text("Privacy policy: Says what is stored")
    expect(dialog.get_by_text("Before your first purchase")).to_be_hidden()
    ada.agree().wait_for_payment_page()

    ada.open("/profile#agreement")
    expect(page.locator("[data-texts=changed]")).to_have_count(0)
    expect(page.locator("[data-agreed]")).to_have_text(agreement.version())
