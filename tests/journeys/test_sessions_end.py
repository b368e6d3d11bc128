"""A session that is ended elsewhere: the tabs that are open say so, and do nothing more."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from cuttingasmr.auth import operators
from cuttingasmr.auth.sessions import COOKIE
from cuttingasmr.states.studio import Studio as StudioState
from tests.support.databases import Databases
from tests.support.shopper import Shopper
from tests.support.site import OPERATOR, PASSWORD, Site, Visitor
from tests.support.socket import Socket
from tests.support.studio import Studio
from tests.support.watched import WatchedSite

SAYS = "You have been signed out here."


def test_signing_out_another_browser_shows_there_at_once(
    browser: Browser, page: Page, quiet_site: WatchedSite
) -> None:
    account = {"email": "twice@example.org", "password": PASSWORD, "name": "Ada"}
    other = Studio(browser.new_context(reduced_motion="reduce").new_page(), quiet_site.url)
    assert page.request.post(f"{quiet_site.url}/api/auth/sign-up", data=account).ok
    assert other.page.request.post(f"{quiet_site.url}/api/auth/sign-in", data=account).ok
    home, prices = other.open(), other.another_tab("/pricing")
    here = Studio(page, quiet_site.url).open("/profile#devices")

    expect(page.locator("[data-session]")).to_have_count(2)
    expect(page.locator("[data-session]").first).to_contain_text("This browser")
    page.locator("[data-session]").nth(1).get_by_role("button", name="Sign out").click()

    expect(page.get_by_text("Signed out there.")).to_be_visible()
    for tab in (home, prices):
        expect(tab.page.locator("[data-ended]")).to_contain_text(SAYS)
        expect(tab.page.get_by_role("navigation", name="Account")).to_contain_text("Sign up")
    home.write("one more").generate()
    expect(home.page.get_by_role("dialog")).to_be_visible()
    expect(here.balance).to_be_visible()
    other.page.context.close()


def test_a_ban_ends_what_somebody_has_open(page: Page, quiet_site: WatchedSite) -> None:
    ada = Shopper(page, quiet_site).join().open()
    user_id = page.request.get(f"{quiet_site.url}/api/auth/session").json()["user"]["id"]
    cookie = "; ".join(f"{it.get('name')}={it.get('value')}" for it in page.context.cookies())
    operator = Visitor(quiet_site)
    operator.sign_up(OPERATOR)
    operator.http.post("/api/auth/sign-in", json={"email": OPERATOR, "password": PASSWORD})
    quiet_site.change(lambda session: operators.vouch_for(session, email=OPERATOR))

    with Socket(quiet_site.url, cookie=cookie) as socket:
        answer = operator.http.post("/api/manual-ban", json={"userId": user_id, "reason": "Stolen cards."})
        assert answer.json() == {"success": True}
        socket.call(StudioState.event_handlers["start"], form={"prompt": "ice", "ratio": "16:9"})
        assert socket[StudioState.answer].startswith("sign-in")

    expect(page.locator("[data-ended]")).to_contain_text(SAYS)
    expect(ada.balance).to_have_count(0)
    operator.http.close()


def test_pages_and_api_share_what_may_be_started_from_one_address(
    databases: Databases, make_site: Callable[..., Site]
) -> None:
    place = "203.0.113.7"
    site = make_site(
        databases.make("sqlite"),
        GENERATION_LIMIT="1/10minutes",
        TRUSTED_PROXIES="127.0.0.1",
        WORKER="off",
    )
    people = [site.visitor() for _ in range(21)]
    for number, person in enumerate(people):
        person.http.headers["x-forwarded-for"] = f"198.51.100.{number}"
        assert person.sign_up(f"{number}@example.org").is_success
        person.http.headers["x-forwarded-for"] = place
    for person in people[:20]:
        person.start("ice")
    form = {"prompt": "ice", "ratio": "16:9"}
    cookie = f"{COOKIE}={people[20].http.cookies[COOKIE]}"

    with Socket(site.url, cookie=cookie, via=place) as socket:
        socket.call(StudioState.event_handlers["start"], form=form)
        assert socket[StudioState.error].startswith("From where you are, as many videos have been started")
    with Socket(site.url, cookie=f"{COOKIE}={people[19].http.cookies[COOKIE]}", via="198.51.100.99") as other:
        other.call(StudioState.event_handlers["start"], form=form)
        assert other[StudioState.error].startswith("You have started as many videos")

    assert people[20].balance() == 18


def test_a_page_says_in_plain_words_when_a_limit_is_met(
    page: Page, databases: Databases, make_site: Callable[..., Site]
) -> None:
    site = make_site(
        databases.make("sqlite"), GENERATION_LIMIT="1/10minutes", WELCOME_CREDITS="100", WORKER="off"
    )
    studio = Studio(page, site.url).sign_up().make("the first one")

    studio.write("one more").generate()

    expect(studio.error).to_contain_text("Please try again in 10 minutes.")
    expect(studio.balance).to_have_text("90")
