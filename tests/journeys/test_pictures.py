"""Pictures and variations in the form, as a person adds, cuts, orders and uses them."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.people import give_credits
from tests.support.pictures import encoded, quarters, turned
from tests.support.site import Site, wait_until
from tests.support.studio import Studio

SQUARE = encoded(quarters(900, 900))
WIDE = encoded(quarters(1600, 500), "PNG")
GIF = encoded(kind="GIF")

BRING = """([kind, content, name]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "image/png" }));
  const where = document.querySelector("form[data-studio] textarea");
  const options = { bubbles: true, cancelable: true };
  if (kind === "paste") where.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
  else for (const step of ["dragenter", "dragover", kind]) where.dispatchEvent(new DragEvent(step, { ...options, dataTransfer: data }));
}"""


def file_of(content: bytes, name: str = "picture.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    """Choose files, by the button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_title("Add a picture").click()
    chooser.value.set_files(list(files))


def bring(page: Page, how: str, content: bytes) -> None:
    """Drop or paste a file onto the form."""
    page.evaluate(BRING, [how, base64.b64encode(content).decode(), "brought.png"])


def tray(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures").get_by_role("listitem")


def expect_names(page: Page, *names: str) -> None:
    """Expect these pictures, sent and in this order."""
    expect(page.locator("[data-sending]")).to_have_count(0)
    expect(tray(page).locator("[data-means]")).to_have_text(list(names))


def cut(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=f"What is kept of {name}")


def task(site: Site, prompt: str) -> dict[str, Any]:
    """Give what kie.ai was asked for."""
    (found,) = site.sandbox.tasks(prompt)
    return found


def ratio_of(frame: Locator) -> float:
    box = frame.bounding_box()
    return box["width"] / box["height"] if box else 0


def test_a_video_begins_with_a_picture_cut_as_the_form_has_shown_it(studio: Studio, busy_site: Site) -> None:
    prompt = "Honeycomb that begins here"
    page = studio.sign_up().write(prompt).page

    choose(page, file_of(turned(6)))

    expect_names(page, "First frame")
    expect(page.get_by_text("The video begins with this picture.")).to_be_visible()
    frame = cut(page, "first frame")
    expect(frame).to_have_attribute("aria-orientation", "vertical")
    frame.press("ArrowDown")
    frame.press("End")
    expect(frame).to_have_attribute("aria-valuetext", "100% from the top")
    expect(frame.locator("img")).to_have_css("object-position", "50% 100%")
    page.get_by_text("9:16", exact=True).click()
    expect(frame).to_have_attribute("aria-orientation", "horizontal")
    wait_until(lambda: ratio_of(frame) == pytest.approx(9 / 16, rel=0.02))
    shape = frame.bounding_box()
    assert shape is not None
    page.mouse.move(shape["x"] + 40, shape["y"] + 60)
    page.mouse.down()
    page.mouse.move(shape["x"] + 140, shape["y"] + 60, steps=4)
    page.mouse.up()
    expect(frame).to_have_attribute("aria-valuenow", "0")

    studio.generate()

    studio.wait_for("ready")
    asked = task(busy_site, prompt)
    assert asked["kind"] == "FIRST_AND_LAST_FRAMES_2_VIDEO"
    assert asked["pictures"] == ["JPEG 450x800"]
    assert busy_site.sandbox.counts()["upload"] >= 1


def test_first_and_last_frame_dropped_and_pasted_and_put_in_order(studio: Studio, busy_site: Site) -> None:
    prompt = "From one to the other"
    page = studio.sign_up().write(prompt).page
    bring(page, "drop", WIDE)
    expect_names(page, "First frame")
    bring(page, "paste", encoded(quarters(500, 800), "PNG"))
    expect_names(page, "First frame", "Last frame")
    expect(cut(page, "last frame")).to_have_attribute("aria-orientation", "vertical")

    page.get_by_role("button", name="Earlier: Last frame").press("Enter")

    expect(cut(page, "first frame")).to_have_attribute("aria-orientation", "vertical")
    expect(page.get_by_role("button", name="Later: First frame")).to_be_focused()
    studio.generate().wait_for("ready")
    assert task(busy_site, prompt)["pictures"] == ["JPEG 500x281", "JPEG 889x500"]


def test_references_are_given_whole_and_what_will_not_do_is_refused_beside_them(
    studio: Studio, busy_site: Site
) -> None:
    prompt = "Three things at once"
    page = studio.sign_up().write(prompt).page
    choose(
        page,
        file_of(SQUARE),
        file_of(WIDE),
        file_of(GIF, "holiday.gif"),
        file_of(bytes(11_000_000), "big.jpg"),
    )

    expect_names(page, "First frame", "Last frame")
    refused = page.get_by_role("alert")
    expect(refused.filter(has_text="holiday.gif")).to_contain_text("This is a GIF.")
    expect(refused.filter(has_text="big.jpg")).to_contain_text("larger than 10 MB")
    page.get_by_role("button", name="Dismiss").first.click()
    page.get_by_role("button", name="Dismiss").first.click()
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(0)

    choose(page, file_of(encoded(quarters(400, 300))))
    expect_names(page, "Reference 1", "Reference 2", "Reference 3")
    expect(page.get_by_label("Add a picture")).to_be_disabled()
    expect(page.get_by_role("radio", name="Frames")).to_be_disabled()
    page.get_by_role("button", name="Remove: Reference 1").click()
    expect_names(page, "Reference 1", "Reference 2")

    studio.generate().wait_for("ready")
    asked = task(busy_site, prompt)
    assert (asked["kind"], asked["pictures"]) == ("REFERENCE_2_VIDEO", ["JPEG 1600x500", "JPEG 400x300"])


def test_pictures_and_everything_else_stay_through_a_reload(studio: Studio) -> None:
    page = studio.sign_up().write("Still here").page
    choose(page, file_of(SQUARE), file_of(WIDE))
    expect_names(page, "First frame", "Last frame")
    cut(page, "first frame").press("Home")
    page.get_by_text("References", exact=True).click()
    page.get_by_text("2\N{MULTIPLICATION SIGN}").click()

    studio.reload()

    expect_names(page, "Reference 1", "Reference 2")
    expect(studio.prompt).to_have_value("Still here")
    expect(page.get_by_role("button", name="Make 2")).to_have_accessible_name("Make 2 20 credits")
    page.get_by_text("Frames", exact=True).click()
    expect(cut(page, "first frame")).to_have_attribute("aria-valuenow", "0")
    image = tray(page).first.locator("img")
    expect(image).to_have_attribute("src", re.compile("/api/pictures/[0-9a-f]{32}"))
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900


def test_who_is_not_signed_in_is_asked_to_and_finds_the_words_again(studio: Studio) -> None:
    page = studio.write("Not lost").page

    choose(page, file_of(SQUARE))

    dialog = page.get_by_role("dialog")
    dialog.get_by_role("link", name="Sign up").click()
    studio.fill_in_account()
    page.wait_for_url(f"{studio.url}/")
    studio.wait_until_signed_in()
    expect(studio.prompt).to_have_value("Not lost")
    choose(page, file_of(SQUARE))
    expect_names(page, "First frame")


def test_variations_are_made_by_one_press_at_the_price_on_the_button(studio: Studio, busy_site: Site) -> None:
    page = studio.sign_up().write("Again and again").page
    page.get_by_text("3\N{MULTIPLICATION SIGN}").click()
    press = page.get_by_role("button", name="Make 3")
    expect(press).to_have_accessible_name("Make 3 30 credits")

    press.click()

    expect(studio.error).to_have_text("3 videos cost 30 credits and you have 18. You are 12 credits short.")
    expect(page.get_by_role("link", name="Get more credits")).to_have_attribute("href", "/pricing")
    expect(page.locator("[data-card]")).to_have_count(0)
    user = page.request.get(f"{studio.url}/api/auth/session").json()["user"]["id"]
    busy_site.change(lambda session: give_credits(session, user, 20))

    press.dblclick()

    expect(page.locator("[data-card]")).to_have_count(3)
    expect(studio.balance).to_have_text("8")
    expect(page.locator("[data-card][data-stage=ready]")).to_have_count(3, timeout=30_000)
    assert len(busy_site.sandbox.tasks("Again and again")) == 3


def test_use_again_brings_words_shape_and_pictures_back(studio: Studio) -> None:
    page = studio.sign_up().write("Once more, with feeling").page
    page.get_by_text("9:16", exact=True).click()
    choose(page, file_of(SQUARE))
    expect_names(page, "First frame")
    cut(page, "first frame").press("Home")
    studio.generate().wait_for("ready")
    page.get_by_role("button", name="Remove: First frame").click()
    page.get_by_text("16:9", exact=True).click()
    studio.write("Something else")

    studio.card.get_by_role("button", name="Use again").click()

    expect(studio.prompt).to_have_value("Once more, with feeling")
    expect_names(page, "First frame")
    expect(cut(page, "first frame")).to_have_attribute("aria-valuenow", "0")
    studio.expect_ratio("9:16")


def test_use_again_brings_a_template_and_its_words_back_from_another_page(studio: Studio) -> None:
    page = studio.sign_up().page
    page.get_by_role("button", name="Glass Fruit").click()
    page.get_by_role("textbox", name="Fruit").fill("A quince")
    page.get_by_text("16:9", exact=True).click()
    studio.generate().wait_for("ready")
    page.get_by_role("textbox", name="Fruit").fill("A plum")
    video_id = studio.card.get_attribute("data-card")
    studio.write("Something else").open(f"/library?video={video_id}")

    page.get_by_role("dialog").get_by_role("button", name="Use again").click()

    page.wait_for_url(f"{studio.url}/")
    expect(page.get_by_role("textbox", name="Fruit")).to_have_value("A quince")
    studio.expect_ratio("16:9")


def test_the_form_fits_a_phone(studio: Studio) -> None:
    page = studio.sign_up().write("On a phone").page
    page.set_viewport_size({"width": 390, "height": 844})

    choose(
        page,
        file_of(SQUARE),
        file_of(WIDE),
        file_of(GIF, "a-rather-long-name-of-a-picture-from-the-holidays.gif"),
    )

    expect_names(page, "First frame", "Last frame")
    studio.expect_to_fit()
    for name in ("Remove: First frame", "Later: First frame", "Dismiss"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
