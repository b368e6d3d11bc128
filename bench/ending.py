"""How long an open tab goes on after its session was ended elsewhere, or its owner banned.

Timed from the moment before the request that ends it to the page's own words, and to the refusal of what the tab asks next.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Browser, sync_playwright

from bench.ground import Row, whole_site
from cuttingasmr.auth import operators
from tests.support.browser import launch_options
from tests.support.postgres import Postgres
from tests.support.site import OPERATOR, PASSWORD, Site, Visitor

TIMES = 8
"""Sixteen people and an operator: not more new accounts from one address than are let in a minute."""

WANTED_SECONDS = 2.0


def run(cluster: Postgres) -> list[Row]:
    """Measure bans and endings, each on open tabs of their own."""
    with whole_site("sqlite", cluster=cluster, WORKER="off") as site, sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())  # pyright: ignore[reportArgumentType]
        operator = _operator(site)
        bans = [_ended(browser, site, person, _ban(operator, person)) for person in _people(site)]
        ends = [_ended(browser, site, person, _sign_out(person)) for person in _people(site)]
        browser.close()
    return [_row("a ban", bans), _row("the end of a session elsewhere", ends)]


def _row(what: str, seconds: list[float]) -> Row:
    figure = f"median {statistics.median(seconds) * 1000:.0f} ms, slowest of {len(seconds)} {max(seconds) * 1000:.0f} ms"
    wanted = f"≤ {WANTED_SECONDS:g} s"
    return Row(f"from {what} to an open tab that says so", figure, wanted, max(seconds) <= WANTED_SECONDS)


def _people(site: Site) -> list[Visitor]:
    return [site.someone() for _ in range(TIMES)]


def _operator(site: Site) -> Visitor:
    operator = site.visitor()
    operator.sign_up(OPERATOR).raise_for_status()
    site.change(lambda session: operators.vouch_for(session, email=OPERATOR))
    return operator


def _ban(operator: Visitor, person: Visitor) -> Callable[[], None]:
    user = person.http.get("/api/auth/session").json()["user"]

    def ban() -> None:
        body = {"userId": user["id"], "reason": "A benchmark."}
        operator.http.post("/api/manual-ban", json=body).raise_for_status()

    return ban


def _sign_out(person: Visitor) -> Callable[[], None]:
    """Sign in once more, to end the first browser's session from there."""
    email = person.http.get("/api/credits-check").json()["email"]
    second = person.site.visitor()
    second.http.post("/api/auth/sign-in", json={"email": email, "password": PASSWORD}).raise_for_status()

    def end() -> None:
        second.http.post("/api/user/sessions/end-others").raise_for_status()

    return end


def _ended(browser: Browser, site: Site, person: Visitor, end: Callable[[], None]) -> float:
    cookies = [{"name": name, "value": value, "url": site.url} for name, value in person.http.cookies.items()]
    context = browser.new_context()
    context.add_cookies(cookies)  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    page.goto(site.url)
    page.locator("[data-balance]").wait_for()
    page.wait_for_timeout(500)
    began = time.perf_counter()
    end()
    page.locator("[data-ended]").wait_for()
    took = time.perf_counter() - began
    assert person.http.get("/api/credits").is_client_error  # noqa: S101 - what was measured has to be true
    context.close()
    return took
