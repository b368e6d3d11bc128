"""Coming to the site: as a stranger, with a keyboard alone, on a phone."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.site import PASSWORD, Site
from tests.support.studio import Studio


def test_what_a_stranger_has_written_is_still_there_after_signing_up(studio: Studio) -> None:
    page = studio.write("Peeling a cold mandarin, close to the ear").page
    page.get_by_text("9:16").click()
    page.get_by_role("button", name="Fireplace").click()
    page.get_by_role("textbox", name="Wood").fill("a damp pine log")
    page.get_by_text("9:16").click()

    studio.generate()
    page.get_by_role("dialog").get_by_role("link", name="Sign up").click()
    page.wait_for_url("**/sign-up**")
    studio.wait_until_alive().fill_in_account()
    page.wait_for_url(f"{studio.url}/")
    studio.wait_until_signed_in()

    expect(page.get_by_role("textbox", name="Wood")).to_have_value("a damp pine log")
    studio.expect_ratio("9:16")
    page.get_by_role("button", name="Custom").click()
    expect(studio.prompt).to_have_value("Peeling a cold mandarin, close to the ear")


def test_a_password_never_passes_through_the_websocket(page: Page, busy_site: Site) -> None:
    said: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: said.append(str(frame))))

    Studio(page, busy_site.url).sign_up_by_hand()

    assert said
    assert PASSWORD not in "".join(said)


def test_a_wrong_password_is_answered_with_a_sentence(studio: Studio) -> None:
    page = studio.open("/sign-in").page
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_label("Password").fill("not the right one")

    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert").first).to_have_text(
        "This e-mail address and password do not match an account."
    )


ELSEWHERE = (
    "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "/.//evil.example/x",
    "/a/..//evil.example", "/%2e//evil.example", "/./\\evil.example", "/.///evil.example", "javascript:alert(1)",
)  # fmt: skip
"""Other sites, some of which only show themselves when an address is worked out."""


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(studio: Studio, next_page: str) -> None:
    door = studio.open(f"/sign-in?{urlencode({'next': next_page})}").page
    asked: list[str] = []
    door.on("request", lambda it: asked.append(urlsplit(it.url).netloc))
    door.get_by_role("button", name="demo account").click()

    studio.wait_until_signed_in()

    assert studio.page.url == f"{studio.url}/"
    assert set(asked) == {urlsplit(studio.url).netloc}


def test_the_way_back_from_feedback_never_leads_to_another_site(studio: Studio) -> None:
    page = studio.open(f"/feedback?{urlencode({'next': '/.//evil.example/x'})}").page

    page.get_by_label("Your message").fill("The second cut is silent.")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Back to where you were").click()

    page.wait_for_url(f"{studio.url}/")


def test_a_keyboard_is_enough_to_make_a_video(studio: Studio) -> None:
    keys = studio.sign_up().page.keyboard
    keys.press("Tab")
    expect(studio.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter")
    for _ in range(8):
        keys.press("Tab")
    expect(studio.page.get_by_role("button", name="All 50 templates")).to_be_focused()

    keys.press("Enter")
    expect(studio.page.get_by_role("searchbox")).to_be_focused()
    keys.type("honey")
    expect(studio.page.locator("[data-offer]").first).to_have_attribute("data-offer", "honeycomb-cutting")
    keys.press("ArrowDown")
    keys.press("Enter")
    studio.page.get_by_role("textbox", name="Knife").press("Control+Enter")

    expect(studio.card).to_contain_text("Honeycomb Cutting")


def test_escape_closes_the_dialog_and_the_button_has_the_focus_again(studio: Studio) -> None:
    opener = studio.page.get_by_role("button", name="All 50 templates")
    opener.click()
    expect(studio.page.get_by_role("dialog")).to_be_visible()

    studio.page.keyboard.press("Escape")

    expect(studio.page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_counter_counts_what_the_server_counts(studio: Studio) -> None:
    counter = studio.page.locator("[data-count]")

    studio.write("  🍋🍋 lemon  ")
    expect(counter).to_have_text("8 / 2,000")
    studio.sign_up().write("x" * 2001)

    expect(counter).to_have_text("2,001 / 2,000")
    expect(counter).to_have_attribute("data-over", "")
    studio.generate()
    expect(studio.error).to_have_text("This prompt has 2,001 characters; 2,000 is the limit.")


def test_on_a_phone_nothing_scrolls_sideways(studio: Studio) -> None:
    studio.page.set_viewport_size({"width": 360, "height": 740})
    studio.sign_up().make("Chalk breaks").page.get_by_role("button", name="Glass Fruit").click()
    expect(studio.page.get_by_role("textbox", name="Fruit")).to_be_visible()

    studio.expect_to_fit()
    for path in ("/profile", "/sign-in", "/sign-up", "/nowhere"):
        studio.open(path).expect_to_fit()


def test_an_unknown_address_says_so_and_leads_back(studio: Studio) -> None:
    answer = studio.page.goto(f"{studio.url}/nowhere")

    assert answer is not None
    assert answer.status == 404
    expect(studio.page.get_by_role("link", name="Back to the studio")).to_have_attribute("href", "/")
