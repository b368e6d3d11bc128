"""The main job: from signing up to a video that plays, with everything true on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cuttingasmr.states.studio import EARLIER_PRESS
from tests.support.site import Site
from tests.support.studio import Studio

PLAY = """async (video) => {
  await video.play();
  while (video.currentTime < 0.3) await new Promise((done) => video.addEventListener("timeupdate", done, { once: true }));
  return { seconds: video.duration, ready: video.readyState, sound: video.webkitAudioDecodedByteCount, at: video.currentTime };
}"""


def test_somebody_signs_up_makes_a_video_and_plays_it(studio: Studio) -> None:
    page = studio.sign_up_by_hand().page
    expect(studio.balance).to_have_text("18")
    page.get_by_role("button", name="Glass Fruit").click()
    page.get_by_role("textbox", name="Fruit").fill("A blood orange")
    studio.expect_ratio("9:16")

    studio.watch_stages().generate()
    other_tab = studio.another_tab()
    expect(other_tab.card.get_by_text("A blood orange, blown from")).to_be_visible()
    expect(other_tab.balance).to_have_text("8")
    studio.wait_for("ready")
    other_tab.wait_for("ready")

    assert studio.stages()[-3:] == ["rendering", "saving", "ready"]
    played = studio.card.locator("video").evaluate(PLAY)
    assert played["seconds"] == pytest.approx(8, abs=0.3)
    assert played["ready"] >= 2
    assert played["sound"] > 0
    assert played["at"] >= 0.3
    assert page.request.get(f"{studio.url}{studio.card.get_by_role('link').get_attribute('href')}").ok


def test_a_reload_in_the_middle_shows_the_truth(studio: Studio) -> None:
    studio.sign_up().make("Slow rain on a tin roof. sandbox:slow=4").wait_for("rendering")

    studio.reload()

    expect(studio.card).to_have_attribute("data-stage", "rendering")
    expect(studio.card.get_by_text("started 0:0")).to_be_visible()
    expect(studio.balance).to_have_text("8")
    studio.wait_for("ready")


def test_a_restart_of_the_server_in_the_middle_is_lived_through(studio: Studio, busy_site: Site) -> None:
    studio.sign_up().make("A brush on velvet").wait_for("rendering")

    busy_site.process.stop()
    expect(studio.page.get_by_text("Reconnecting…")).to_be_visible(timeout=10_000)
    busy_site.start()

    expect(studio.page.get_by_text("Reconnecting…")).to_be_hidden(timeout=10_000)
    studio.wait_for("ready")
    expect(studio.balance).to_have_text("8")


def test_the_profile_shows_every_video_and_every_credit(studio: Studio) -> None:
    studio.sign_up()
    profile = studio.another_tab("/profile")
    expect(profile.page.locator("[data-line]")).to_have_count(1)

    studio.make("Wax is cut").wait_for("ready")

    expect(profile.page.locator("[data-card]")).to_have_attribute("data-stage", "ready")
    expect(profile.page.locator("[data-line]").first).to_contain_text("Video made")
    expect(profile.page.locator("[data-line]").first).to_contain_text("\N{MINUS SIGN}10")
    expect(profile.page.locator("[data-line]").last).to_contain_text("+18")
    for figure, credits in (("left", "8"), ("used", "10"), ("total", "18")):
        expect(profile.page.locator(f"[data-figure={figure}]")).to_have_text(credits)


def test_a_refused_prompt_costs_nothing_and_can_be_tried_again(studio: Studio) -> None:
    prompt = "Something forbidden. sandbox:policy"
    studio.sign_up().make(prompt).wait_for("failed")
    expect(studio.card).to_contain_text("it goes against its content rules")
    expect(studio.card).to_contain_text("10 credits returned")
    expect(studio.balance).to_have_text("18")

    studio.watch_stages()
    studio.card.get_by_role("button", name="Try again").click()

    expect(studio.balance).to_have_text("8")
    studio.wait_for("failed")
    expect(studio.balance).to_have_text("18")
    expect(studio.page.locator("[data-card]")).to_have_count(1)
    studio.card.get_by_role("button", name="Edit").click()
    expect(studio.prompt).to_have_value(prompt)


def test_who_has_too_little_is_told_what_is_missing(studio: Studio) -> None:
    studio.sign_up().make("The one that can be paid").write("One too many").generate()

    expect(studio.error).to_have_text("A video costs 10 credits and you have 8. You are 2 credits short.")
    expect(studio.page.locator("[data-card]")).to_have_count(1)


def test_pressing_twice_makes_one_video(studio: Studio) -> None:
    studio.sign_up().write("A bell under water")

    studio.page.get_by_role("button", name="Generate").dblclick()

    expect(studio.card).to_be_visible()
    studio.wait_for("ready")
    expect(studio.page.locator("[data-card]")).to_have_count(1)
    expect(studio.error).to_have_text("")


def test_a_press_whose_answer_was_lost_does_not_hold_the_next_one_up(studio: Studio) -> None:
    studio.sign_up()
    key = studio.page.locator("input[name=key]").input_value()
    earlier = studio.page.request.post(
        f"{studio.url}/api/generate-video",
        data={"prompt": "Whose answer was lost"},
        headers={"Idempotency-Key": key, "Origin": studio.url},
    )
    assert earlier.status == 202, earlier.text()

    studio.write("Other words").generate()
    expect(studio.error).to_have_text(EARLIER_PRESS)

    studio.generate()
    expect(studio.error).to_have_text("A video costs 10 credits and you have 8. You are 2 credits short.")
