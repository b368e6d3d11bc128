"""Taking one's data along, and leaving: as a person does it, with other tabs open, and looking at what is left."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from cuttingasmr import db
from cuttingasmr.models import User
from tests.support.shopper import Shopper
from tests.support.site import PASSWORD, Site, wait_until
from tests.support.studio import Studio

PATIENCE = 30_000


def join(page: Page, site: Site) -> Studio:
    """Make an account, and come to the home page with it."""
    Shopper(page, site).join()
    return Studio(page, site.url).open().wait_until_signed_in()


def user_of(page: Page, site: Site) -> dict[str, str]:
    return page.request.get(f"{site.url}/api/auth/session").json()["user"]


def delete(page: Page, *, confirm: str, password: str = PASSWORD) -> None:
    """Fill in the question, and press."""
    page.get_by_role("button", name="Delete my account").click()
    question = page.get_by_role("dialog", name="Delete your account?")
    expect(question.get_by_role("button", name="Keep my account")).to_be_focused()
    question.get_by_label("Type DELETE").fill(confirm)
    question.get_by_label("Your password").fill(password)
    question.get_by_role("button", name="Delete it").click()


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_somebody_takes_their_data_along(page: Page, busy_site: Site, tmp_path: Path) -> None:
    ada = join(page, busy_site)
    ada.make("a knife through a takeaway honeycomb").wait_for("ready")
    ada.open("/profile#data")
    archive = page.locator("[data-export]")

    page.get_by_role("button", name="Prepare my archive").click()
    expect(page.locator("[data-export=queued], [data-export=making], [data-export=ready]")).to_be_visible()
    expect(archive).to_have_attribute("data-export", "ready", timeout=PATIENCE)
    expect(archive).to_contain_text("Your archive is ready")
    expect(archive).to_contain_text("A new one from")
    with page.expect_download() as download:
        archive.get_by_role("link", name="Download").click()

    file = tmp_path / "mine.zip"
    download.value.save_as(file)
    assert download.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(file) as files:
        assert files.testzip() is None
        (film,) = [name for name in files.namelist() if name.startswith("videos/")]
        assert "takeaway honeycomb" in film
        assert files.read(film)[4:8] == b"ftyp"
        assert b"takeaway" in files.read("videos.json")
    ada.reload()
    expect(archive).to_contain_text("Your archive is ready")


def test_somebody_leaves_comes_back_and_leaves_for_good(page: Page, busy_site: Site) -> None:
    ada = join(page, busy_site)
    me = user_of(page, busy_site)
    ada.make("a knife through farewell soap").wait_for("ready")
    video_id = busy_site.video(str(ada.card.get_attribute("data-card"))).id
    file = Path(busy_site.env["DATA_DIR"], "media", "videos", f"{video_id}.mp4")
    assert file.exists()
    other = ada.another_tab("/library")
    ada.open("/profile#data")

    delete(page, confirm="delet")
    expect(page.locator("[data-error=leaving]")).to_contain_text("type DELETE or its e-mail address")
    page.get_by_label("Type DELETE").fill("DELETE")
    page.get_by_label("Your password").fill("not the password")
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("[data-error=leaving]")).to_contain_text("This is not your present password.")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete it").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is closed.", timeout=PATIENCE)
    expect(other.page.locator("[data-ended]")).to_contain_text("You have been signed out here.")
    other.page.close()

    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, me["email"])
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This account is to be deleted.", timeout=PATIENCE
    )
    expect(page.get_by_role("main")).to_contain_text(me["email"])
    header = page.get_by_role("banner")
    expect(header.get_by_role("button", name="Sign out")).to_be_visible()
    expect(header.get_by_role("link", name="Sign in")).to_have_count(0)
    expect(page.get_by_role("button", name="Prepare my archive")).to_be_visible()
    page.get_by_role("button", name="Keep my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada", timeout=PATIENCE)
    expect(ada.balance).to_have_text("8")

    page.get_by_role("navigation", name="Profile").get_by_role("link", name="Data and account").click()
    delete(page, confirm=me["email"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is closed.", timeout=PATIENCE)
    busy_site.change(
        lambda session: session.get_one(User, me["id"]).sqlmodel_update(
            {"erase_at": db.utc_now() - timedelta(seconds=1)}
        )
    )
    wait_until(lambda: busy_site.look(lambda session: session.get_one(User, me["id"]).erased_at), seconds=60)
    wait_until(lambda: not file.exists(), seconds=30)
    gone = busy_site.look(lambda session: session.get_one(User, me["id"]))
    assert (gone.name, busy_site.video(video_id).prompt) == ("", "")
    page.goto(f"{busy_site.url}/sign-in")
    sign_in(page, me["email"])
    expect(page.locator("[data-error=account]")).to_contain_text("do not match an account")
    assert busy_site.findings() == []
