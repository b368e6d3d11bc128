"""One build of the pages serves wherever it is served from."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.support.databases import Databases
from tests.support.site import Site


def test_the_same_pages_talk_to_whatever_host_and_port_they_came_from(
    page: Page, databases: Databases, make_site: Callable[..., Site]
) -> None:
    addresses = [
        site.url for site in (make_site(databases.make("sqlite")), make_site(databases.make("sqlite")))
    ]
    addresses.append(addresses[0].replace("127.0.0.1", "localhost"))

    for address in addresses:
        with page.expect_websocket(lambda socket: "/_event" in socket.url) as opened:
            page.goto(address)
        opened.value.wait_for_event("framereceived")

        assert urlsplit(opened.value.url).netloc == urlsplit(address).netloc


def test_the_same_texts_say_how_each_site_is_set(
    page: Page, databases: Databases, make_site: Callable[..., Site]
) -> None:
    site = make_site(databases.make("sqlite"), bin_days="3", deletion_days="1")

    page.goto(f"{site.url}/privacy")

    expect(page.get_by_role("article")).to_contain_text("can be taken back for 3 days; then")
    expect(page.get_by_role("article")).to_contain_text("For 1 day you can sign in")
