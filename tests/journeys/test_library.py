"""The library: to find, watch, name, keep and throw away, on a desk and on a phone; and what can still be cancelled."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from cuttingasmr.db import utc_now
from cuttingasmr.models import HdState, Status, Video
from tests.support.bookcase import Bookcase, make_film
from tests.support.site import Site, wait_until
from tests.support.watched import WatchedSite

PHONE = {"width": 390, "height": 844}
COLUMNS = "grid => getComputedStyle(grid).gridTemplateColumns.split(' ').length"


@pytest.fixture(scope="module")
def film(busy_site: Site) -> Video:
    """A real film, which every video of these tests shows."""
    return make_film(busy_site)


@pytest.fixture
def ada(page: Page, busy_site: Site) -> Bookcase:
    """Somebody with a new account."""
    return Bookcase(page, busy_site).join()


def test_words_and_filters_find_what_was_made_and_stay_through_a_reload(ada: Bookcase, film: Video) -> None:
    honey, straw = ada.fill("Honeycomb in the sun", "Stroh und STRAẞE", film=film)
    (tall,) = ada.fill("A tall glass", film=film, aspect_ratio="9:16", is_favourite=True)
    ada.look()
    expect(ada.page.locator("[data-found]")).to_have_text("3 videos")

    ada.search("strasse")

    expect(ada.tiles).to_have_count(1)
    expect(ada.tile(straw)).to_be_visible()
    ada.page.wait_for_url("**?q=strasse")
    ada.reload()
    expect(ada.page.get_by_role("searchbox")).to_have_value("strasse")
    expect(ada.tiles).to_have_count(1)

    ada.search("nothing like it")
    ada.page.get_by_role("button", name="Show all videos").click()
    expect(ada.tiles).to_have_count(3)
    expect(ada.page.get_by_role("searchbox")).to_have_value("")

    ada.page.get_by_label("Shape").select_option("9:16")
    expect(ada.tiles).to_have_count(1)
    ada.view("favourites")
    ada.page.wait_for_url("**show=favourites**")
    ada.reload()
    expect(ada.tile(tall)).to_be_visible()
    expect(ada.tile(honey)).to_have_count(0)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_the_readers_own(
    zone: str, new_context: CreateContextCallback, busy_site: Site, film: Video
) -> None:
    """At any moment it is another day in one of the two zones than in UTC."""
    ada = Bookcase(new_context(timezone_id=zone).new_page(), busy_site).join()
    ada.fill("today", film=film)
    ada.look()
    today = ada.page.evaluate("new Intl.DateTimeFormat('sv').format(new Date(Date.now()))")

    for end in ("From", "To"):
        ada.page.get_by_label(end, exact=True).fill(today)
        ada.page.wait_for_url(f"**{end.lower()}={today}**")
    expect(ada.page.locator("[data-found]")).to_have_text("1 video")
    expect(ada.tiles).to_have_count(1)

    ada.page.get_by_label("To", exact=True).fill("2020-01-01")
    expect(ada.tiles).to_have_count(0)
    expect(ada.page.get_by_text("Nothing like that here.")).to_be_visible()


def test_the_list_goes_on_as_it_is_scrolled_to(ada: Bookcase, film: Video) -> None:
    ada.fill(*(f"number {number}" for number in range(60)), film=film)
    ada.look()

    while ada.tiles.count() < 60:
        shown = ada.tiles.count()
        ada.page.mouse.wheel(0, 20_000)
        expect(ada.tiles.nth(shown)).to_be_attached()

    seen = ada.tiles.evaluate_all("tiles => tiles.map(tile => tile.dataset.card)")
    assert len(set(seen)) == 60
    expect(ada.page.get_by_role("button", name="Load more")).to_have_count(0)


def test_a_video_is_opened_named_starred_deleted_and_taken_back(ada: Bookcase, film: Video) -> None:
    first, second = ada.fill("The newer one", "The older one", film=film)
    ada.look()
    ada.tile(first).locator("[data-opens-video]").focus()
    ada.page.keyboard.press("Enter")
    expect(ada.sheet(first)).to_be_visible()
    ada.page.wait_for_url(f"**?video={first}")
    expect(ada.sheet(first).locator("video")).to_have_attribute("src", f"/api/videos/{first}/file")

    ada.page.keyboard.press("ArrowRight")
    expect(ada.sheet(second)).to_be_visible()
    ada.page.get_by_label("Name", exact=True).fill("For Oma")
    ada.page.keyboard.press("Enter")
    expect(ada.tile(second)).to_contain_text("For Oma")
    ada.sheet(second).get_by_role("button", name="Favourite").click()
    expect(ada.sheet(second).get_by_role("button", name="Favourite")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert (ada.site.video(second).title, ada.site.video(second).is_favourite) == ("For Oma", True)

    ada.sheet(second).get_by_role("button", name="Delete").click()
    expect(ada.note).to_contain_text("Video deleted.")
    expect(ada.tile(second)).to_have_count(0)
    expect(ada.page.locator("dialog[open]")).to_have_count(0)
    ada.note.get_by_role("button", name="Undo").click()
    expect(ada.tile(second)).to_contain_text("For Oma")

    ada.open_video(first)
    ada.page.keyboard.press("Escape")
    expect(ada.page.locator("dialog[open]")).to_have_count(0)
    expect(ada.tile(first).locator("[data-opens-video]")).to_be_focused()
    expect(ada.page).not_to_have_url(re.compile("video="))


def test_a_link_to_a_video_opens_it_and_somebody_elses_opens_nothing(
    ada: Bookcase, film: Video, browser: Browser
) -> None:
    (mine,) = ada.fill("mine", film=film)
    ada.look(f"?video={mine}")
    expect(ada.sheet(mine)).to_be_visible()

    eve = Bookcase(browser.new_page(), ada.site).join().look(f"?video={mine}")

    expect(eve.page.get_by_text("Nothing cut yet.")).to_be_visible()
    expect(eve.page.locator("dialog[open]")).to_have_count(0)
    eve.page.context.close()


def test_many_are_downloaded_as_one_zip(ada: Bookcase, film: Video) -> None:
    one, two, other = ada.fill("First, of honey", "Second, of glass", "Third", film=film)
    (failed,) = ada.fill("A failure", film=film, status=Status.FAILED)
    ada.look().pick(one, two, failed)

    with ada.page.expect_download() as download:
        ada.page.get_by_role("link", name="Download as ZIP").click()

    with zipfile.ZipFile(Path(download.value.path())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2
        assert {len(archive.read(name)) for name in archive.namelist()} == {film.size_bytes}
        assert all(name.endswith(".mp4") for name in archive.namelist())
    expect(ada.tile(other)).to_be_visible()


def test_many_are_starred_deleted_and_taken_out_of_the_bin(ada: Bookcase, film: Video) -> None:
    one, two, three = ada.fill("one", "two", "three", film=film)
    ada.look().pick(one, two)
    ada.page.get_by_role("button", name="Favourite", exact=True).click()
    expect(ada.page.locator("[data-view=favourites]")).to_contain_text("2")

    ada.page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    expect(ada.note).to_contain_text("2 videos deleted.")
    expect(ada.tiles).to_have_count(1)
    expect(ada.tile(three)).to_be_visible()

    ada.view("deleted")
    expect(ada.tiles).to_have_count(2)
    ada.pick(one, two)
    ada.page.get_by_role("button", name="Take back").click()
    expect(ada.page.get_by_text("Nothing was deleted lately.")).to_be_visible()
    ada.page.get_by_role("button", name="Back to your videos").click()
    expect(ada.tiles).to_have_count(3)


def test_the_1080p_version_is_asked_for_and_offered_when_it_is_there(ada: Bookcase, film: Video) -> None:
    (video_id,) = ada.fill("Sharper", film=film, hd_state=HdState.UNAVAILABLE, hd_note="There is none.")
    (other,) = ada.fill("Sharp", film=film)
    sheet = ada.look().open_video(video_id)
    expect(sheet).to_contain_text("There is none.")
    expect(sheet.get_by_role("button", name="Ask for 1080p again")).to_have_count(0)
    ada.page.keyboard.press("Escape")

    sheet = ada.open_video(other)
    sheet.get_by_role("button", name="Get 1080p").click()
    expect(sheet.locator("[data-hd=asked]")).to_contain_text("usually 1 to 3 min")
    assert ada.site.video(other).hd_asked_at is not None


def test_a_1080p_version_that_did_not_come_can_be_asked_for_again_an_hour_later(
    ada: Bookcase, film: Video
) -> None:
    asked = {"hd_note": "It did not come.", "hd_asked_at": utc_now() - timedelta(hours=1, seconds=1)}
    (video_id,) = ada.fill("Sharper", film=film, hd_state=HdState.UNAVAILABLE, **asked)
    sheet = ada.look().open_video(video_id)
    expect(sheet).to_contain_text("It did not come.")

    sheet.get_by_role("button", name="Ask for 1080p again").click()

    expect(sheet.locator("[data-hd=asked]")).to_contain_text("usually 1 to 3 min")


def test_a_1080p_version_that_is_there_is_downloaded(ada: Bookcase, film: Video) -> None:
    (video_id,) = ada.fill("Sharp", film=film, hd_state=HdState.READY, hd_key=film.file_key)

    sheet = ada.look().open_video(video_id)

    with ada.page.expect_download() as download:
        sheet.get_by_role("link", name="Download 1080p").click()
    assert Path(download.value.path()).stat().st_size == film.size_bytes


def test_what_happens_elsewhere_appears_by_itself(ada: Bookcase) -> None:
    ada.look()
    expect(ada.page.get_by_text("Nothing cut yet.")).to_be_visible()

    answer = ada.page.request.post(f"{ada.url}/api/generate-video", data={"prompt": "A bell under water"})
    video_id = answer.json()["videoId"]

    expect(ada.tile(video_id)).to_have_attribute("data-stage", "ready", timeout=20_000)
    expect(ada.page.locator("[data-found]")).to_have_text("1 video")
    expect(ada.balance).to_have_text("8")


def elsewhere(ada: Bookcase, browser: Browser, **context: Any) -> Bookcase:
    """Open the library of the same person in another kind of browser."""
    other = browser.new_context(**context)
    other.add_cookies(ada.page.context.cookies())  # pyright: ignore[reportArgumentType] - it wants its own typed dicts
    return Bookcase(other.new_page(), ada.site).look()


def test_a_light_preview_plays_where_the_pointer_rests(ada: Bookcase, film: Video, browser: Browser) -> None:
    one, two = ada.fill("one", "two", film=film)
    wait_until(lambda: ada.site.video(film.id).preview_key, seconds=60)
    desk = elsewhere(ada, browser, reduced_motion="no-preference")

    desk.tile(one).hover()
    playing = desk.tile(one).locator("video")
    expect(playing).to_have_js_property("muted", value=True)
    expect(playing).to_have_attribute("src", f"/api/videos/{one}/preview")
    wait_until(lambda: playing.evaluate("film => film.currentTime > 0"))
    clip = desk.page.request.get(f"{desk.url}/api/videos/{one}/preview").body()
    assert 1_000 < len(clip) < min(100_000, (film.size_bytes or 0) / 4)
    desk.tile(two).hover()

    expect(playing).to_have_count(0)
    expect(desk.tile(two).locator("video")).to_have_count(1)
    desk.page.context.close()


def test_no_preview_plays_on_touch_nor_for_who_wants_less_motion(
    ada: Bookcase, film: Video, browser: Browser
) -> None:
    one, two = ada.fill("one", "two", film=film)

    ada.look().tile(one).hover()
    ada.tile(two).locator("[data-opens-video]").focus()
    expect(ada.tile(two).locator("[data-opens-video]")).to_be_focused()
    expect(ada.tiles.locator("video")).to_have_count(0)

    phone = elsewhere(ada, browser, reduced_motion="no-preference", has_touch=True, viewport=PHONE)
    phone.tile(one).locator("[data-opens-video]").tap()
    expect(phone.sheet(one)).to_be_visible()
    expect(phone.tiles.locator("video")).to_have_count(0)
    phone.page.context.close()


def test_a_failure_is_tried_again_in_one_press(ada: Bookcase) -> None:
    ada.open().make("Something forbidden. sandbox:policy")
    ada.wait_for("failed")
    ada.look()
    failed = str(ada.tiles.first.get_attribute("data-card"))

    ada.open_video(failed).get_by_role("button", name="Try again").click()

    expect(ada.tiles).to_have_count(2)
    expect(ada.sheet(failed)).to_contain_text("You have tried it again.")
    expect(ada.tiles.first).to_have_attribute("data-stage", "failed", timeout=20_000)
    expect(ada.balance).to_have_text("18")


def lower_edge(ada: Bookcase) -> float:
    box = ada.page.locator("dialog[open]").bounding_box()
    return box["y"] + box["height"] if box else 0


def test_on_a_phone_two_stand_in_a_row_and_nothing_scrolls_sideways(ada: Bookcase, film: Video) -> None:
    ada.page.set_viewport_size(PHONE)  # pyright: ignore[reportArgumentType] - it wants its own typed dict
    first, *_ = ada.fill(*"abcdef", film=film)
    ada.look()

    wait_until(lambda: ada.page.locator("[data-tiles]").evaluate(COLUMNS) == 2)
    sheet = ada.open_video(first)

    wait_until(
        lambda: lower_edge(ada) == pytest.approx(PHONE["height"], abs=2)
    )  # it has slid in and stands there
    expect(sheet.get_by_role("link", name="Download", exact=True)).to_be_visible()
    ada.expect_to_fit()
    sheet.get_by_role("button", name="Close").click()
    ada.pick(first)
    ada.expect_to_fit()


# --- what can still be cancelled


def test_a_video_that_waits_is_cancelled_and_the_credits_come_back(
    page: Page, quiet_site: WatchedSite
) -> None:
    ada = Bookcase(page, quiet_site).join().open().make("It will wait")
    expect(ada.card.locator("[data-place]")).to_contain_text("in line")
    expect(ada.balance).to_have_text("8")

    page.get_by_role("button", name="Cancel · 10 credits come back").click()

    expect(ada.note).to_have_text("Canceled. 10 credits came back.")
    expect(ada.balance).to_have_text("18")
    expect(page.locator("[data-card]")).to_have_count(0)


def test_a_video_that_is_being_made_is_discarded_only_after_a_plain_word(ada: Bookcase) -> None:
    ada.open().make("It is being made. sandbox:slow=60")
    ada.wait_for("rendering")
    ada.page.get_by_role("button", name="Cancel", exact=True).click()
    question = ada.page.get_by_role("dialog")
    expect(question).to_contain_text("your 10 credits do not come back")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(question).to_have_count(0)

    ada.page.get_by_role("button", name="Cancel", exact=True).click()
    question.get_by_role("button", name="Discard it").click()

    expect(ada.note).to_contain_text("Discarded.")
    expect(ada.page.locator("[data-card]")).to_have_count(0)
    expect(ada.balance).to_have_text("8")
    ada.look("?show=deleted")
    expect(ada.tiles).to_have_count(1)
    video_id = str(ada.tiles.first.get_attribute("data-card"))
    ada.open_video(video_id).get_by_role("button", name="Take back").click()
    expect(ada.tiles).to_have_count(0)
    assert ada.site.video(video_id).deleted_at is None


def test_of_many_what_waits_is_canceled_as_was_said_and_undo_takes_the_others_back(
    page: Page, quiet_site: WatchedSite, film: Video
) -> None:
    ada = Bookcase(page, quiet_site).join().open().make("It will wait")
    expect(ada.card.locator("[data-place]")).to_contain_text("in line")
    waiting = str(ada.card.get_attribute("data-card"))
    (failed,) = ada.fill("Failed", film=film, status=Status.FAILED)
    says = page.locator("[data-picked-waits]")
    ada.look().pick(failed)
    expect(says).to_be_hidden()
    ada.tile(waiting).locator("[data-opens-video]").click()
    expect(says).to_have_text("Delete cancels for good what waits in the queue; its credits come back.")
    ada.expect_to_fit()

    page.get_by_role("toolbar").get_by_role("button", name="Delete").click()

    expect(ada.note).to_contain_text("2 videos deleted. What waited in the queue is canceled for good,")
    expect(ada.tiles).to_have_count(0)
    expect(ada.balance).to_have_text("18")
    ada.note.get_by_role("button", name="Undo").click()
    expect(ada.tiles).to_have_count(1)
    expect(ada.tile(failed)).to_be_visible()
    assert ada.site.video(waiting).status == Status.CANCELED
