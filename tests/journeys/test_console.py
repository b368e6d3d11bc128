"""A day at the operators' desk: somebody is found and helped, an event is replayed, a stuck video is given back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.models import MissingFile, Order, OrderState, Outcome, Status, WebhookEvent
from tests.support.people import make_video
from tests.support.shopper import Shopper
from tests.support.watched import WatchedSite

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def desk(browser: Browser, quiet_site: WatchedSite) -> Shopper:
    """An operator, on a site on which nothing moves by itself."""
    return Shopper(browser.new_page(), quiet_site).sign_in_as_operator()


def act(page: Page, name: str, reason: str, **fields: str) -> None:
    """Do something about what is open, and wait until it is said what has become of it."""
    form = page.locator(f"[data-act={name}]")
    form.locator("summary").click()
    for label, value in fields.items():
        form.get_by_label(label).fill(value)
    form.get_by_label("Reason").fill(reason)
    form.get_by_role("button").click()


def said(page: Page) -> Locator:
    return page.get_by_role("complementary").get_by_role("status")


def test_an_operator_finds_somebody_adjusts_their_credits_and_undoes_it(
    desk: Shopper, quiet_site: WatchedSite
) -> None:
    someone = quiet_site.someone(email="found.by.the.desk@example.org")
    page = desk.open("/admin/users").page

    page.get_by_role("searchbox").fill("found.by.the@")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody is found.")).to_be_visible()
    page.get_by_role("searchbox").fill("FOUND.by")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/users?q=FOUND.by")
    page.get_by_role("link", name="found.by.the.desk@example.org").press("Enter")
    page.wait_for_url("**/admin/users?id=*")

    act(page, "adjust", "", Credits="25")
    expect(said(page)).to_have_text("")  # the browser asks for the reason first
    form = page.locator("[data-act=adjust]")
    form.get_by_label("Reason").fill("for the trouble")
    form.get_by_role("button").click()
    expect(said(page)).to_contain_text("25 credits given. 43 credits left.")
    assert someone.balance() == 43
    expect(page.get_by_text("for the trouble").first).to_be_visible()

    page.locator("[data-undo]").get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("Undone. 25 credits taken. 18 credits left.")
    assert someone.balance() == 18

    page.reload()
    expect(page.locator("[data-thing]")).to_contain_text("undone since")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("FOUND.by")
    page.context.close()


def test_a_payment_that_waits_is_credited_as_the_package_that_is_chosen(
    desk: Shopper, quiet_site: WatchedSite
) -> None:
    someone = quiet_site.someone()
    user_id = someone.http.get("/api/auth/session").json()["user"]["id"]

    def write(session: Session) -> str:
        facts = {"package_id": "starter", "credits": 115, "price_cents": 990, "paid_cents": 9900}
        order = Order(user_id=user_id, state=OrderState.HELD, reason="It is for prod_x.", **facts)
        session.add(order)
        return order.id

    order_id = quiet_site.change(write)
    page = desk.open("/admin/orders").page
    page.locator(f"[data-opens='{order_id}']").click()
    form = page.locator("[data-act=assign]")
    form.locator("summary").click()
    package = form.get_by_label("Package")
    expect(package).to_have_value("starter")
    package.select_option(label="Premium, 1,450 credits")
    form.get_by_label("Reason").fill("It is the premium of last year.")
    form.get_by_role("button").click()

    expect(said(page)).to_contain_text("1,450 credits granted.")
    expect(page.locator("[data-thing]")).to_contain_text("Completed")
    assert someone.balance() == 18 + 1450
    page.context.close()


def test_a_stuck_video_is_given_back_on_a_phone(desk: Shopper, quiet_site: WatchedSite) -> None:
    someone = quiet_site.someone()
    user_id = someone.http.get("/api/auth/session").json()["user"]["id"]

    def write(session: Session) -> str:
        long_ago = db.utc_now().replace(year=2025)
        video = make_video(session, user_id=user_id, status=Status.RENDERING, rendering_at=long_ago)
        ledger.reserve(session, user_id=user_id, video_id=video.id, credits=10)
        return video.id

    video_id = quiet_site.change(write)
    page = desk.page
    page.set_viewport_size(PHONE)  # pyright: ignore[reportArgumentType]
    desk.open("/admin/videos")

    page.locator(f"[data-opens='{video_id}']").click()
    act(page, "give-back", "it has not moved for a year")

    expect(said(page)).to_contain_text("10 credits came back to its owner.")
    expect(page.locator("[data-thing]")).to_contain_text("Failed")
    expect(page.locator("[data-act=give-back]")).to_have_count(0)
    assert someone.balance() == 18
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()


def test_missing_files_are_given_up_from_the_overview(desk: Shopper, quiet_site: WatchedSite) -> None:
    someone = quiet_site.someone()
    user_id = someone.http.get("/api/auth/session").json()["user"]["id"]

    def write(session: Session) -> str:
        facts = {"status": Status.COMPLETED, "completed_at": db.utc_now(), "file_key": "videos/gone.mp4"}
        video = make_video(session, user_id=user_id, **facts)
        ledger.reserve(session, user_id=user_id, video_id=video.id, credits=10)
        session.flush()
        session.add(MissingFile(video_id=video.id))
        return video.id

    video_id = quiet_site.change(write)
    page = desk.open("/admin").page
    page.get_by_role("link", name="Files that are missing").click()
    page.wait_for_url("**/admin/videos?id=missing-files")
    expect(page.locator(f"[data-opens='{video_id}']")).to_be_visible()

    act(page, "give-up-files", "The disk burned.")

    expect(said(page)).to_contain_text("1 file is given up.")
    expect(page.get_by_role("main")).to_contain_text("Given up")
    expect(page.locator("[data-act=give-up-files]")).to_have_count(0)
    page.context.close()


def test_an_event_is_replayed_and_that_can_be_looked_up(desk: Shopper, quiet_site: WatchedSite) -> None:
    def write(session: Session) -> str:
        row = WebhookEvent(
            provider="creem", event_id="evt_of_the_desk", kind="else", outcome=Outcome.UNREADABLE
        )
        session.add(row)
        return row.event_id

    event_id = quiet_site.change(write)
    page = desk.open("/admin/inbox?outcome=unreadable").page
    page.locator(f"[data-opens='{event_id}']").click()
    act(page, "replay", "it was sent by a newer version")

    expect(said(page)).to_contain_text("Replayed: ignored.")
    page.goto(f"{desk.url}/admin/audit")
    expect(page.locator("[data-line]").first).to_contain_text("webhook.replayed")
    expect(page.locator("[data-line]").first).to_contain_text("it was sent by a newer version")
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Health").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Health")
    expect(page.get_by_role("row", name="Database")).to_contain_text("OK")
    assert page.evaluate("scrollY") == 0  # it opens at its top
    page.context.close()


def test_for_a_stranger_none_of_it_is_there(page: Page, quiet_site: WatchedSite) -> None:
    stranger = Shopper(page, quiet_site).join()

    for path in ("/admin", "/admin/users?id=1", "/admin/no/such/page"):
        answer = page.goto(f"{stranger.url}{path}")
        assert answer is not None
        assert answer.status == 404
        stranger.expect_heading("Clean cut, nothing inside.")
