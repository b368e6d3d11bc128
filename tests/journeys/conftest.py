"""Fixtures of the tests that use a browser: pytest-playwright's, with this machine's Chromium."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, cast

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.support.browser import launch_options
from tests.support.databases import Databases
from tests.support.shopper import Shopper
from tests.support.site import Sandbox, Site
from tests.support.studio import Studio
from tests.support.watched import WatchedSite

RENDER_SECONDS = "1.2"
"""Long enough to see the stages go by."""


expect.set_options(timeout=15_000)
"""On a machine that is busy with other tests, a page may take its time."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return browser_type_launch_args | launch_options()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return browser_context_args | {"reduced_motion": "reduce"}  # nothing waits for a smooth scroll


@pytest.fixture
def new_context(new_context: CreateContextCallback) -> Iterator[CreateContextCallback]:
    """Browsers as the plugin makes them, whose pages are brought to rest before they close.

    Chromium says that it closes a page whose navigation is just being committed, and does not (Playwright's issue 42366): closing
    its browser then waits for ever.
    """
    made: list[BrowserContext] = []

    def make(**how: Any) -> BrowserContext:
        made.append(new_context(**how))
        return made[-1]

    yield cast("CreateContextCallback", make)
    for page in (page for context in made for page in context.pages):
        with contextlib.suppress(Error):
            page.goto("about:blank", timeout=5000)


@pytest.fixture(scope="session")
def busy_site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One whole site for all the journeys that only come and make something."""
    folder = tmp_path_factory.mktemp("journeys")
    sandbox = Sandbox(folder, SANDBOX_RENDER_SECONDS=RENDER_SECONDS).start()
    site = Site(folder, databases.make("sqlite"), sandbox, NOTICE_AFTER_SECONDS="1")
    try:
        yield site.start()
    finally:
        site.stop()
        sandbox.stop()


@pytest.fixture(scope="session")
def quiet_site(
    databases: Databases, shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WatchedSite]:
    """A site without a worker, that tells what its pages cost it."""
    site = WatchedSite(
        tmp_path_factory.mktemp("quiet"),
        databases.make("sqlite"),
        shared_sandbox,
        module="tests.support.watched",
        WORKER="off",
    )
    try:
        yield site.start()
    finally:
        site.stop()


@pytest.fixture
def studio(page: Page, busy_site: Site) -> Studio:
    """The home page, in a browser that has just arrived."""
    return Studio(page, busy_site.url).open()


@pytest.fixture
def shopper(page: Page, busy_site: Site) -> Shopper:
    """Somebody with a new account."""
    return Shopper(page, busy_site).join()
