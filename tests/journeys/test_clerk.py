"""Clerk in a browser: in, out, back again, out from elsewhere, and away."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, Response, expect

from cuttingasmr.db import utc_now
from cuttingasmr.models import User
from tests.journeys.conftest import RENDER_SECONDS
from tests.journeys.test_letters import letter_to
from tests.journeys.test_security_headers import SNIFF
from tests.support.api import broken
from tests.support.clerk_door import ClerkDoor
from tests.support.clerk_visitor import PATIENCE, ClerkVisitor
from tests.support.databases import Databases
from tests.support.site import PASSWORD, Sandbox, Site, wait_until
from tests.support.studio import Studio


@pytest.fixture(scope="module")
def clerk_site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole site whose people Clerk signs in."""
    folder = tmp_path_factory.mktemp("clerk")
    sandbox = Sandbox(folder, SANDBOX_RENDER_SECONDS=RENDER_SECONDS).start()
    site = Site(folder, databases.make("sqlite"), sandbox, CLERK_PUBLISHABLE_KEY="sandbox")
    try:
        yield site.start()
    finally:
        site.stop()
        sandbox.stop()


@pytest.fixture
def door(clerk_site: Site) -> Iterator[ClerkDoor]:
    door = ClerkDoor(clerk_site.sandbox.url)
    door.send_to(clerk_site.url)
    yield door
    door.http.close()


@pytest.fixture
def visitor(page: Page, clerk_site: Site, door: ClerkDoor) -> ClerkVisitor:
    return ClerkVisitor(page, clerk_site, door)


def test_somebody_signs_in_with_clerk_makes_a_video_and_stays_signed_in(visitor: ClerkVisitor) -> None:
    visitor.come_in()
    expect(visitor.balance).to_have_text("18")

    visitor.make("A feather on silk").wait_for("ready", seconds=60)
    visitor.reload()

    expect(visitor.balance).to_have_text("8")
    visitor.page.get_by_role("button", name="Your account").click()
    expect(visitor.page.locator("#account")).to_contain_text(visitor.email)


def test_where_somebody_was_going_is_where_they_arrive(visitor: ClerkVisitor) -> None:
    exchanges: list[str] = []
    visitor.page.on(
        "request", lambda asked: exchanges.append(asked.method) if "/api/auth/clerk" in asked.url else None
    )
    visitor.open("/pricing").press_sign_in().give_address()

    visitor.page.wait_for_url(f"{visitor.url}/pricing/")
    visitor.wait_until_signed_in()
    assert exchanges.count("POST") == 1


def test_signing_up_goes_by_clerk_too(visitor: ClerkVisitor) -> None:
    page = visitor.open("/sign-up").page
    page.get_by_label("First name").fill("<b>Ada</b>")

    visitor.give_address()

    page.wait_for_url(f"{visitor.url}/")
    page.get_by_role("button", name="Your account").click()
    expect(page.locator("#account")).to_contain_text("<b>Ada</b>")


def test_signing_out_ends_both_sessions_and_the_next_page_is_a_strangers(visitor: ClerkVisitor) -> None:
    visitor.come_in()
    session_id = visitor.session_at_clerk()
    visitor.page.get_by_role("button", name="Your account").click()

    visitor.page.get_by_role("button", name="Sign out").click()

    account = visitor.page.get_by_role("navigation", name="Account")
    expect(account).to_contain_text("Sign up")
    over = {"session.ended", "session.revoked"}
    wait_until(
        lambda: [one for one in visitor.door.events() if one["type"] in over and session_id in one["body"]]
    )
    visitor.reload()
    expect(account).to_contain_text("Sign up")


def test_a_session_that_is_ended_elsewhere_ends_in_the_open_tab_which_says_so(visitor: ClerkVisitor) -> None:
    visitor.come_in()
    other = visitor.another_tab("/profile")
    session_id = visitor.session_at_clerk()

    visitor.door.mark(session_id, "revoke")

    for tab in (visitor, other):
        expect(tab.page.get_by_role("status").filter(has_text="You have been signed out")).to_be_visible(
            timeout=PATIENCE
        )
        expect(tab.page.get_by_role("navigation", name="Account")).to_contain_text("Sign up")
    visitor.write("One more").generate()
    expect(visitor.page.get_by_text("One step before the first cut")).to_be_visible()


def test_signing_out_by_clerks_own_button_ends_it_here_too(visitor: ClerkVisitor) -> None:
    visitor.come_in()
    profile = visitor.another_tab("/profile")
    profile.page.get_by_role("button", name="Open user button").click()

    profile.page.get_by_role("button", name="Sign out of Clerk").click()

    for tab in (visitor, profile):
        expect(tab.page.get_by_role("navigation", name="Account")).to_contain_text("Sign up")


def test_somebody_who_is_signed_in_at_clerk_alone_comes_back_without_a_press(visitor: ClerkVisitor) -> None:
    visitor.come_in()
    visitor.page.context.clear_cookies(name="cuttingasmr_session")

    visitor.page.reload()

    expect(visitor.balance).to_be_visible(timeout=PATIENCE)


def let_time_pass(page: Page, until: Callable[[], object]) -> None:
    """Move the page's clock by quarters of an hour: the first may pass before the page has made its plan."""
    for _ in range(5):
        page.clock.fast_forward("15:30")
        with contextlib.suppress(AssertionError):
            wait_until(lambda: page.evaluate("1") and until(), seconds=4)
            return
    raise AssertionError("whatever time passes, the page does nothing")


def test_an_open_page_brings_a_new_token_in_time_and_sees_what_has_ended_at_clerk(
    visitor: ClerkVisitor,
) -> None:
    page = visitor.page
    page.clock.install()
    visitor.come_in()
    session_id = visitor.session_at_clerk()

    renewals: list[Response] = []
    page.on("response", lambda it: renewals.append(it) if is_exchange(it) else None)
    let_time_pass(page, until=lambda: renewals)
    assert renewals[0].json()["isNew"] is False
    expect(visitor.balance).to_be_visible()

    visitor.door.mark(session_id, "end", deliver="never")  # the webhook is lost

    account = page.get_by_role("navigation", name="Account")
    let_time_pass(page, until=lambda: "Sign up" in account.inner_text())
    expect(visitor.balance).to_have_count(0)


def is_exchange(answer: Response) -> bool:
    return answer.url.endswith("/api/auth/clerk") and answer.request.method == "POST"


def test_while_clerk_is_away_the_door_says_so_and_the_rest_works(
    visitor: ClerkVisitor, clerk_site: Site
) -> None:
    page = visitor.page
    with broken(clerk_site.sandbox, "down", provider="clerk"):
        visitor.open()
        page.get_by_role("navigation", name="Account").get_by_role("link", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text(
            "Clerk, which signs people in here, cannot be reached", timeout=PATIENCE
        )
        expect(page.get_by_text("Sign in with a password instead")).to_be_visible()

    page.get_by_role("button", name="Try again").click()

    visitor.give_address()
    page.wait_for_url(f"{visitor.url}/")
    visitor.wait_until_signed_in()


def test_an_account_that_may_not_be_joined_is_told_so_and_another_can_be_used(visitor: ClerkVisitor) -> None:
    def take_address(session: object) -> None:
        session.add(User(email=visitor.email, name="Ada", password_hash="x"))  # pyright: ignore[reportAttributeAccessIssue]

    visitor.site.change(take_address)
    visitor.open().press_sign_in().give_address()
    page = visitor.page
    expect(page.get_by_role("alert")).to_contain_text(
        "was never confirmed there. Choose “Forgot your password?”"
    )
    page.get_by_text("Sign in with a password instead").click()
    expect(page.get_by_role("link", name="Forgot your password?")).to_be_visible()

    page.get_by_role("button", name="Use another account").click()
    expect(page.get_by_label("Email address")).to_be_visible(timeout=PATIENCE)
    visitor.email = f"other-{visitor.email}"
    visitor.give_address()

    visitor.wait_until_signed_in()


def test_who_has_a_password_from_before_clerk_is_told_so_and_changes_it_on_the_profile(
    visitor: ClerkVisitor,
) -> None:
    hashed = PasswordHasher().hash(PASSWORD)
    old = User(email=visitor.email, name="Ada", password_hash=hashed, email_verified_at=utc_now())
    visitor.site.change(lambda session: session.add(old))
    page = visitor.come_in().open("/profile#settings").page
    expect(page.get_by_role("main")).to_contain_text(
        "The password that you have here opens this account, too."
    )
    expect(page.locator("[data-security=e-mail]")).to_have_count(0)
    row = page.locator("[data-security=password]")

    row.locator("summary").click()
    row.get_by_label("Your present password").fill(PASSWORD)
    row.get_by_label("New password").fill("another fine password")
    row.get_by_role("button", name="Change password").click()

    expect(row.get_by_text("Your password is changed")).to_be_visible()
    account = {"email": visitor.email, "password": "another fine password"}
    assert page.request.post(f"{visitor.url}/api/auth/sign-in", data=account).ok


def test_a_letter_that_is_opened_where_nobody_is_signed_in_is_come_back_to_through_clerks_door(
    visitor: ClerkVisitor, browser: Browser
) -> None:
    hashed, new = PasswordHasher().hash(PASSWORD), f"new-{visitor.email}"
    old = User(email=visitor.email, name="Ada", password_hash=hashed, email_verified_at=utc_now())
    visitor.site.change(lambda session: session.add(old))
    laptop = browser.new_context(base_url=visitor.url)
    laptop.request.post("/api/auth/sign-in", data={"email": visitor.email, "password": PASSWORD})
    asked = laptop.request.post("/api/auth/change-email", data={"email": new, "password": PASSWORD})
    assert asked.ok, asked.text()
    laptop.close()
    page = visitor.page
    page.goto(letter_to(visitor.site, new, "Confirm your new e-mail address")["links"][0])
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_role("heading", name="Sign in first.")).to_be_visible()

    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("Email address")).to_be_visible(timeout=PATIENCE)
    visitor.give_address()

    page.wait_for_url("**/verify-email/")
    visitor.wait_until_signed_in()
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_role("heading", name="Confirmed.")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(new)).to_be_visible()


def test_no_page_that_clerk_draws_in_breaks_its_policy(visitor: ClerkVisitor) -> None:
    visitor.page.add_init_script(SNIFF)
    visitor.open("/sign-in").page.get_by_label("Email address").wait_for()
    broken_at_the_door = visitor.page.evaluate("window.violations")
    visitor.give_address().wait_until_signed_in()
    visitor.open("/profile").page.get_by_role("button", name="Open user button").wait_for()

    assert [*broken_at_the_door, *visitor.page.evaluate("window.violations")] == []


def scripts_of(browser: Browser, url: str) -> dict[str, int]:
    """The scripts that a first visit of the home page transfers, by their path, with their sizes."""
    context = browser.new_context()
    page = context.new_page()
    seen: dict[str, int] = {}
    page.on(
        "response",
        lambda answer: (
            seen.update({answer.url.removeprefix(url): len(answer.body())})
            if answer.request.resource_type == "script"
            else None
        ),
    )
    Studio(page, url).open()
    page.wait_for_load_state("networkidle")
    wait_until(lambda: seen)
    context.close()
    return seen


def test_a_first_visit_loads_not_a_byte_more_javascript_with_clerk_than_without(
    browser: Browser, clerk_site: Site, busy_site: Site
) -> None:
    asked = asked_of_clerk(clerk_site)

    assert scripts_of(browser, clerk_site.url) == scripts_of(browser, busy_site.url)
    assert asked_of_clerk(clerk_site) == asked


def asked_of_clerk(site: Site) -> dict[str, int]:
    """Count what Clerk was asked for, but for sessions of earlier visitors, of whose end both sides may tell each other late."""
    counts = site.sandbox.counts("clerk")
    return {name: number for name, number in counts.items() if name not in {"revocations", "deliveries"}}


def test_nothing_in_the_sites_log_says_who_came_or_with_what(visitor: ClerkVisitor, clerk_site: Site) -> None:
    visitor.come_in()

    said = clerk_site.process.output

    assert [
        secret for secret in (visitor.email, "eyJ", "Bearer", "whsec_", "sk_test") if secret in said
    ] == []
