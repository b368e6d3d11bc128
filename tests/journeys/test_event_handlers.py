"""Every event handler is public: any browser can call it, with anything."""

from __future__ import annotations

from typing import Any

import pytest

from cuttingasmr.states.desk import Desk
from cuttingasmr.states.history import History
from cuttingasmr.states.studio import Studio
from cuttingasmr.states.visitor import Visitor as VisitorState
from tests.support.pictures import encoded
from tests.support.site import Site, Visitor
from tests.support.socket import Socket
from tests.support.watched import WatchedSite

UNREADABLE = "Something in this request is not as it should be."
SORRY = "Something went wrong on our side. Please try again in a moment."
NOT_YOURS = "There is nothing here, or it is not yours to see."
HIDDEN = "This prompt holds hidden control characters. Please type it again as plain text."
RATIO = "Choose 16:9 (wide) or 9:16 (tall)."
NO_PICTURE = "This picture is not there any more. Please add it again."
TYPE = "Choose one type: text, first and last frame, or references."
COUNT = "Choose 1 to 4 variations."
FRAMES = "FIRST_AND_LAST_FRAMES_2_VIDEO"
DESCRIBE = "Please describe the video you would like."


def wish(**fields: Any) -> dict[str, Any]:
    """Fill in the form as a page would, but for these fields."""
    return {"prompt": "ice", "ratio": "16:9", "template": "", "key": "", **fields}


def socket_of(visitor: Visitor, site: Site) -> Socket:
    """Open this visitor's websocket."""
    return Socket(site.url, cookie=f"cuttingasmr_session={visitor.http.cookies['cuttingasmr_session']}")


@pytest.fixture(scope="module")
def somebody(quiet_site: WatchedSite) -> Visitor:
    return quiet_site.someone()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        pytest.param(wish(prompt=""), DESCRIBE, id="an empty prompt"),
        pytest.param(wish(prompt=" \n "), DESCRIBE, id="a blank prompt"),
        pytest.param(
            wish(prompt="x" * 2001), "This prompt has 2,001 characters; 2,000 is the limit.", id="too long"
        ),
        pytest.param(wish(prompt="i\0ce"), HIDDEN, id="a NUL"),
        pytest.param(wish(prompt="i\u202ece"), HIDDEN, id="a right-to-left override"),
        pytest.param(wish(prompt=["ice"]), DESCRIBE, id="a list for a prompt"),
        pytest.param(wish(prompt={"a": {"b": {}}}), DESCRIBE, id="an object for a prompt"),
        pytest.param(wish(ratio="1:1"), RATIO, id="a ratio that does not exist"),
        pytest.param(wish(ratio=None), RATIO, id="no ratio"),
        pytest.param(
            wish(key="k" * 201), "An Idempotency-Key has 1 to 200 characters.", id="a key that is too long"
        ),
        pytest.param(wish(pictures="nonsense"), NO_PICTURE, id="a picture that is none"),
        pytest.param(wish(pictures="0" * 32, kind=FRAMES), NO_PICTURE, id="a picture that there is not"),
        pytest.param(
            wish(pictures=("0" * 32 + " ") * 4), "A video takes up to three pictures.", id="four pictures"
        ),
        pytest.param(wish(pictures="0" * 32, kind="image"), TYPE, id="a kind that there is not"),
        pytest.param(wish(count="5"), COUNT, id="five variations"),
        pytest.param(wish(count="0"), COUNT, id="no variations"),
        pytest.param(wish(count=[2]), COUNT, id="a list of variations"),
        pytest.param(
            wish(count="2"),
            "2 videos cost 20 credits and you have 18. You are 2 credits short.",
            id="more than can be paid",
        ),
        pytest.param({}, RATIO, id="nothing"),
        pytest.param("a text", UNREADABLE, id="a text"),
        pytest.param(None, UNREADABLE, id="null"),
        pytest.param([1, 2], UNREADABLE, id="a list"),
        pytest.param({"__reflex_form_data__": 5}, SORRY, id="a form that Reflex cannot read"),
    ],
)
def test_a_form_that_no_page_would_send_is_refused_and_nothing_is_charged(
    quiet_site: WatchedSite, somebody: Visitor, form: object, sentence: str
) -> None:
    with socket_of(somebody, quiet_site) as socket:
        socket.call(Studio.event_handlers["start"], form=form)

    assert socket[Studio.error] == sentence
    assert somebody.balance() == 18


@pytest.mark.parametrize("video_id", ["", "nope", "a" * 32, "x" * 100_000, "\0", None, 7, {"id": 1}])
def test_a_retry_of_what_is_no_video_of_ones_own_is_refused(
    quiet_site: WatchedSite, somebody: Visitor, video_id: object
) -> None:
    with socket_of(somebody, quiet_site) as socket:
        socket.call(Studio.event_handlers["retry"], video_id=video_id)

    assert socket[Studio.error] in {NOT_YOURS, UNREADABLE}
    assert somebody.balance() == 18


@pytest.mark.parametrize("video_id", ["", "a" * 32, "x" * 100_000, "\0", None, {"id": 1}])
def test_what_is_no_video_of_ones_own_cannot_be_used_again(
    quiet_site: WatchedSite, somebody: Visitor, video_id: object
) -> None:
    with socket_of(somebody, quiet_site) as socket:
        socket.call(Studio.event_handlers["reuse"], video_id=video_id)

    assert socket[Studio.error] in {NOT_YOURS, UNREADABLE}


def test_nobody_can_use_somebody_elses_video_or_pictures(quiet_site: WatchedSite, somebody: Visitor) -> None:
    other = quiet_site.someone()
    video_id = other.start("a video of the other's, to be used")
    sent = other.http.post("/api/pictures", files={"file": ("a.jpg", encoded(), "image/jpeg")})

    with socket_of(somebody, quiet_site) as socket:
        socket.call(Studio.event_handlers["reuse"], video_id=video_id)
        assert socket[Studio.error] == NOT_YOURS
        socket.call(Studio.event_handlers["start"], form=wish(pictures=sent.json()["id"], kind=FRAMES))
        assert socket[Studio.error] == NO_PICTURE

    assert somebody.balance() == 18


def test_nobody_can_retry_somebody_elses_video(quiet_site: WatchedSite, somebody: Visitor) -> None:
    other = quiet_site.someone()
    video_id = other.start("a video of the other's")

    with socket_of(somebody, quiet_site) as socket:
        socket.call(Studio.event_handlers["retry"], video_id=video_id)

    assert socket[Studio.error] == NOT_YOURS
    assert (somebody.balance(), other.balance()) == (18, 8)


@pytest.mark.parametrize("cookie", ["", "cuttingasmr_session=forged", f"cuttingasmr_session={'a' * 43}"])
def test_without_a_session_nothing_starts_and_the_page_asks_to_sign_in(
    quiet_site: WatchedSite, cookie: str
) -> None:
    with Socket(quiet_site.url, cookie=cookie) as socket:
        socket.call(Studio.event_handlers["start"], form=wish())

    assert socket[Studio.answer].startswith("sign-in")
    assert socket[VisitorState.email] == ""


def test_a_handler_called_with_other_arguments_answers_and_goes_on(
    quiet_site: WatchedSite, somebody: Visitor
) -> None:
    with socket_of(somebody, quiet_site) as socket:
        socket.call(Studio.event_handlers["start"])
        assert socket[Studio.error] == SORRY
        socket.call(Studio.event_handlers["choose"], template_id="fireplace")
        assert socket[Studio.template_name] == "Fireplace Crackling"
        socket.call(Studio.event_handlers["choose"], template_id={"id": "fireplace"})
        assert socket[Studio.template_name] == ""

    assert somebody.balance() == 18


def test_a_page_can_only_be_watched_by_loading_it(quiet_site: WatchedSite, somebody: Visitor) -> None:
    with socket_of(somebody, quiet_site) as socket:
        before = quiet_site.seen()["listeners"]
        for _ in range(3):
            socket.call_in_vain(Desk.event_handlers["watch"]).call_in_vain(History.event_handlers["watch"])

        assert quiet_site.seen()["listeners"] == before
