"""Who may open the websocket."""

from __future__ import annotations

from collections.abc import Callable

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.databases import Databases
from tests.support.site import Site

ADDRESS = "/_event/?EIO=4&transport=websocket&token=11111111-1111-1111-1111-111111111111"


def opens(site: Site, origin: str | None, **headers: str) -> bool:
    """Tell whether a page of this origin can open the websocket."""
    address = f"ws://127.0.0.1:{site.port}{ADDRESS}"
    try:
        with connect(address, origin=origin, additional_headers=headers, proxy=None) as line:  # pyright: ignore[reportArgumentType]
            line.recv(timeout=5)
            return True
    except InvalidStatus:
        return False


def test_only_our_own_pages_open_the_websocket(databases: Databases, make_site: Callable[..., Site]) -> None:
    site = make_site(databases.make("sqlite"), APP_URL="https://asmr.example", WORKER="off")

    assert opens(site, "https://asmr.example")
    assert opens(site, None), "no page at all, so nobody's cookie but the caller's own"
    for origin in (
        "https://evil.example",
        "null",
        "https://asmr.example.evil.example",
        "http://127.0.0.1:1",
        "http://[",
    ):
        assert not opens(site, origin), origin
