"""Every fate a video can have at the provider, as the person who paid for it sees it: told in plain words, and never paid for in vain.

The fates of a test run side by side, on a site whose patience is short. Nothing is reloaded: what a page says, it says live.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from cuttingasmr.generation import hd
from cuttingasmr.models import Status
from cuttingasmr.storage.media import inspect
from tests.support.bookcase import Bookcase
from tests.support.databases import Databases
from tests.support.site import Sandbox, Site

COST, WELCOME = 10, 200
LONG = 90_000
"""Milliseconds for what takes a while on a busy machine. A submit whose answer never comes is waited for for 20 s."""

BUSY = "The video service is busy. Your video keeps its place and starts as soon as it can."
DOUBT = "The video service did not answer clearly. We wait for word from it before trying again, so that nothing is made twice."

REFUSALS = {
    "sandbox:policy": "The video service refused this prompt: it goes against its content rules. Try other words.",
    "sandbox:fail": "The video service could not make this video. It often works on a second try.",
    "sandbox:broken-file": "The video service sent a damaged file instead of a video. It often works on a second try.",
    "sandbox:never": "The video service did not finish this video in time.",
}
"""What ends without a video, and what is said."""

LATE_STARTS = ("sandbox:submit-429=4 sandbox:no-callback", "sandbox:submit-500=4 sandbox:slow=4")
"""What the provider takes at the fifth try."""

SILENT = "sandbox:submit-lost sandbox:no-1080p"
COMES = (SILENT, *LATE_STARTS)
"""What comes in the end. Each film costs the sandbox seconds of work, so each has two fates."""


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with several keys, so that one that rests holds nobody up, and with little patience."""
    folder = tmp_path_factory.mktemp("fates")
    sandbox = Sandbox(folder, SANDBOX_RENDER_SECONDS="1.2", SANDBOX_UPGRADE_SECONDS="1").start()
    site = Site(
        folder,
        databases.make("sqlite"),
        sandbox,
        VEO3_API_KEYS=",".join(f"key-{number}" for number in range(8)),
        VEO3_API_BASE_URL=f"{sandbox.url}/kie",
        WELCOME_CREDITS=str(WELCOME),
        SUBMIT_DOUBT_SECONDS="3",
        WAIT_LIMIT_SECONDS="45",
    )
    try:
        yield site.start()
    finally:
        site.stop()
        sandbox.stop()


@pytest.fixture
def ada(page: Page, site: Site) -> Bookcase:
    """Somebody with a new account, on the home page."""
    return Bookcase(page, site).join().open().wait_until_signed_in()


def card_of(ada: Bookcase, fate: str) -> Locator:
    return ada.page.locator("[data-card]").filter(has_text=fate)


@pytest.mark.timeout(300)
def test_each_fate_is_told_on_its_card_and_only_what_came_is_paid(ada: Bookcase, tmp_path: Path) -> None:
    fates = (*REFUSALS, *COMES)
    for fate in fates:
        ada.make(f"A brush on velvet. {fate}")
    for fate in LATE_STARTS:
        expect(card_of(ada, fate)).to_have_attribute("data-stage", "queued")
        expect(card_of(ada, fate).get_by_role("status")).to_have_text(BUSY)

    for fate in (*LATE_STARTS, SILENT):  # in the order in which they come
        expect(card_of(ada, fate)).to_have_attribute("data-stage", "ready", timeout=LONG)
        if fate != LATE_STARTS[1]:
            card_of(ada, fate).get_by_role("button", name="Get 1080p").click()
            expect(card_of(ada, fate).locator("[data-hd=asked]")).to_contain_text("usually 1 to 3 min")
    for fate, sentence in REFUSALS.items():
        card = card_of(ada, fate)
        expect(card).to_have_attribute("data-stage", "failed", timeout=LONG)
        expect(card).to_contain_text(sentence)
        expect(card).to_contain_text("10 credits returned")
        expect(card.get_by_role("button", name="Try again")).to_be_enabled()
    paid = WELCOME - COST * len(COMES)
    expect(ada.balance).to_have_text(str(paid))

    ada.write("A brush on velvet. sandbox:deny").generate()
    expect(ada.error).to_contain_text(
        "goes against the content rules, so no video was made and nothing was charged"
    )
    expect(card_of(ada, "sandbox:deny")).to_have_count(0)

    expect(card_of(ada, SILENT).locator("[data-hd=unavailable]")).to_have_text(hd.NONE, timeout=LONG)
    expect_larger(ada, card_of(ada, LATE_STARTS[0]), tmp_path / "larger.mp4")
    expect(ada.balance).to_have_text(str(paid))
    assert ada.site.findings() == []
    made = {fate: len(ada.site.sandbox.tasks(fate)) for fate in fates}
    assert made == dict.fromkeys(fates, 1) | {"sandbox:fail": 2}, "what failed was tried with another key"


def expect_larger(ada: Bookcase, card: Locator, file: Path) -> None:
    """Wait for the 1080p version, and see that it is one."""
    larger = card.get_by_role("link", name="Download 1080p")
    expect(larger).to_be_visible(timeout=LONG)
    with ada.page.expect_download() as download:
        larger.click()
    download.value.save_as(file)
    film = inspect(file)
    assert (film.width, film.height) == (1920, 1080)


def cancel(card: Locator) -> None:
    """Cancel until it is taken: what is just being sent, for one of many times, cannot be."""
    button = card.get_by_role("button", name="Cancel · 10 credits come back")
    for _ in range(10):
        with contextlib.suppress(AssertionError, Error):
            expect(button).to_be_visible(timeout=2000)
            button.click(timeout=2000)
        with contextlib.suppress(AssertionError):
            expect(card).to_have_count(0, timeout=2000)
            return
    expect(card).to_have_count(0)


def test_a_provider_that_takes_nothing_costs_nothing_and_one_press_makes_it_up(ada: Bookcase) -> None:
    ada.make("Never taken. sandbox:submit-429")
    ada.make("Never well. sandbox:submit-500")
    for fate in ("sandbox:submit-429", "sandbox:submit-500"):
        card = card_of(ada, fate)
        expect(card.get_by_role("status")).to_have_text(BUSY)
        cancel(card)
    expect(ada.balance).to_have_text(str(WELCOME))

    ada.site.sandbox.break_("down", only="create")
    ada.make("Rain on a tin roof")
    expect(ada.card.get_by_role("status")).to_have_text(DOUBT)
    expect(ada.card.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    ada.wait_for("failed", seconds=LONG / 1000)
    expect(ada.card).to_contain_text("The video service could not be reached for too long.")
    expect(ada.card).to_contain_text("10 credits returned")
    expect(ada.balance).to_have_text(str(WELCOME))

    ada.site.sandbox.break_("ok")
    ada.card.get_by_role("button", name="Try again").click()

    ada.wait_for("ready", seconds=LONG / 1000)
    expect(ada.page.locator("[data-card]")).to_have_count(1)
    expect(ada.balance).to_have_text(str(WELCOME - COST))
    assert ada.site.video(str(ada.card.get_attribute("data-card"))).status == Status.COMPLETED
    assert ada.site.findings() == []
