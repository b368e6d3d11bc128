"""The event handlers of the library are public: called with anything, about anybody's videos, they harm nobody."""

from __future__ import annotations

from typing import Any

import pytest
from reflex_base.utils.format import format_event_handler

from cuttingasmr.models import Status, Video
from cuttingasmr.states.library import Library
from cuttingasmr.states.shelving import Shelving
from tests.support.people import make_video
from tests.support.site import Visitor
from tests.support.socket import Socket
from tests.support.watched import WatchedSite

NONSENSE = [None, 7, "", "nope", "\0", "a" * 32, "x" * 100_000, {"id": 1}, [1, 2], True]
BY_ID = ["share", "unshare", "ask_for_hd", "cancel", "discard"]


@pytest.fixture(scope="module")
def ada(quiet_site: WatchedSite) -> Visitor:
    return quiet_site.someone()


@pytest.fixture(scope="module")
def film(quiet_site: WatchedSite, ada: Visitor) -> Video:
    """A finished video of Ada's."""
    user_id = ada.http.get("/api/auth/session").json()["user"]["id"]
    return quiet_site.change(
        lambda session: make_video(session, user_id=user_id, status=Status.COMPLETED, search_text="ice")
    )


@pytest.fixture(scope="module")
def eve(quiet_site: WatchedSite) -> Visitor:
    return quiet_site.someone()


def socket_of(visitor: Visitor) -> Socket:
    cookie = f"cuttingasmr_session={visitor.http.cookies['cuttingasmr_session']}"
    return Socket(visitor.site.url, cookie=cookie, path="/library")


def test_nonsense_is_refused_and_the_page_goes_on(ada: Visitor, film: Video) -> None:
    with socket_of(ada) as socket:
        for value in NONSENSE:
            for name in BY_ID:
                socket.send(f"{_full(Shelving, name)}", {"video_id": value})
            socket.send(_full(Shelving, "act"), {"what": value, "video_ids": value})
            socket.send(_full(Shelving, "act"), {"what": "delete", "video_ids": value})
            socket.send(_full(Shelving, "act_on_many"), {"form": value})
            socket.send(_full(Shelving, "rename"), {"form": {"video": value, "title": value}})
            socket.send(_full(Library, "open"), {"video_id": value})
            socket.send(_full(Library, "search"), {"words": value})
            socket.send(_full(Library, "choose"), {"name": value, "value": value})
            socket.send(_full(Library, "choose"), {"name": "view", "value": value})
            socket.send(_full(Library, "choose"), {"name": "since", "value": value})
        socket.settle(3, 0.5)
        socket.call(Library.event_handlers["clear"])

        assert socket[Library.tiles][0]["id"] == film.id
        assert socket[Library.opened] in (None, [])
    assert ada.site.video(film.id) == film


def test_somebody_elses_video_is_neither_seen_nor_touched(eve: Visitor, film: Video) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        *((name, {"video_id": film.id}) for name in BY_ID),
        *(("act", {"what": what, "video_ids": film.id}) for what in ("delete", "restore", "star", "unstar")),
        ("act_on_many", {"form": {"what": "delete", "ids": film.id}}),
        ("rename", {"form": {"video": film.id, "title": "Mine now"}}),
    ]
    with socket_of(eve) as socket:
        for name, payload in calls:
            socket.call(Shelving.event_handlers[name], **payload)
            assert socket[Shelving.error] == "There is nothing here, or it is not yours to see."
            socket.call(
                Shelving.event_handlers["act"], what="", video_ids=""
            )  # another error, so that each one shows
        socket.call(Library.event_handlers["open"], video_id=film.id)

        assert socket[Library.opened] in (None, [])
    assert eve.site.video(film.id) == film


def test_without_a_session_nothing_is_shown_and_nothing_done(ada: Visitor, film: Video) -> None:
    with Socket(ada.site.url, path="/library") as socket:
        socket.call(Library.event_handlers["search"], words="ice")
        assert socket[Library.tiles] in (None, [])
        socket.call(Shelving.event_handlers["act"], what="delete", video_ids=film.id)
        assert socket[Shelving.error] == "Please sign in first."

    assert ada.site.video(film.id) == film


def test_a_library_can_only_be_watched_by_loading_it(ada: Visitor, quiet_site: WatchedSite) -> None:
    with socket_of(ada) as socket:
        before = quiet_site.seen()["listeners"]
        socket.call_in_vain(Library.event_handlers["watch"]).call_in_vain(Library.event_handlers["watch"])

        assert quiet_site.seen()["listeners"] == before


def _full(state: type, name: str) -> str:
    return format_event_handler(state.event_handlers[name])  # pyright: ignore[reportAttributeAccessIssue]
