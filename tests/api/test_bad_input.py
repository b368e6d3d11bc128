"""Whatever nonsense arrives: its status, a sentence for a person, a code for a program, nothing charged, nothing written."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, update

from cuttingasmr import db
from cuttingasmr.auth.sessions import COOKIE, LIFE
from cuttingasmr.models import CreditEntry, SessionRow, Status, User, Video
from tests.support.api import Api, Person, broken
from tests.support.people import make_video

pytestmark = pytest.mark.parametrize("api", ["postgres"], indirect=True, scope="module")
"""On the database that is stricter about what a text may hold."""


@pytest.fixture
def ada(api: Api) -> Person:
    return api.someone()


@pytest.fixture(autouse=True)
def nothing_is_written(api: Api, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test here is about a request that must leave no trace."""
    if "ada" in request.fixturenames:
        request.getfixturevalue("ada")
    before = api.written()
    yield
    assert api.written() == before


def assert_refused(answer: httpx.Response, status: int, code: str = "") -> dict[str, Any]:
    """Check that an answer is a refusal as the contract has it, and give it."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told["success"] is False
    assert told["code"] == (code or told["code"])
    assert told["code"].isidentifier()
    assert told["error"].endswith(".")
    assert told["error"][0].isupper() or "." in told["error"]
    assert "Traceback" not in told["error"]
    return told


TOO_LONG = "x" * 2001
BLANK = "Please describe the video"
HIDDEN = "hidden control characters"


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        pytest.param("", BLANK, id="empty"),
        pytest.param(" \t\r\n\u00a0\u3000", BLANK, id="blank"),
        pytest.param("\u200b\ufeff\u2060", BLANK, id="of no width"),
        pytest.param(TOO_LONG, "2,001", id="2,001 characters"),
        pytest.param("\U0001f41d" * 2001, "2,001", id="2,001 bees"),
        pytest.param("x" * 100_000, "100,000", id="100,000 characters"),
        pytest.param("ice\0cream", HIDDEN, id="NUL"),
        pytest.param("ice \u202ecream", HIDDEN, id="turned around"),
        pytest.param("ice \x1b[31mcream", HIDDEN, id="an escape"),
        pytest.param("ice \ud800 cream", "prompt", id="half a character"),
        pytest.param(None, BLANK, id="null"),
        pytest.param(7, "prompt", id="a number"),
        pytest.param(True, "prompt", id="true"),
        pytest.param(["ice"], "prompt", id="a list"),
        pytest.param({"text": "ice"}, "prompt", id="an object"),
    ],
)
def test_a_prompt_that_will_not_do(ada: Person, prompt: object, says: str) -> None:
    answer = ada.generate(prompt) if not _is_half(prompt) else post(ada, b'{"prompt": "ice \\ud800 cream"}')

    assert says in assert_refused(answer, 422)["error"]


def _is_half(prompt: object) -> bool:
    return isinstance(prompt, str) and "\ud800" in prompt


@pytest.mark.parametrize(
    "field",
    [
        pytest.param({"aspectRatio": "1:1"}, id="a square"),
        pytest.param({"aspectRatio": ""}, id="no ratio"),
        pytest.param({"aspectRatio": "16:9 "}, id="a ratio and a space"),
        pytest.param({"aspectRatio": None}, id="null for a ratio"),
        pytest.param({"aspectRatio": ["16:9"]}, id="a list of ratios"),
        pytest.param({"duration": 7}, id="7 seconds"),
        pytest.param({"duration": 0}, id="no seconds"),
        pytest.param({"duration": -8}, id="seconds backwards"),
        pytest.param({"duration": 8.5}, id="8.5 seconds"),
        pytest.param({"duration": "8"}, id="a text of 8"),
        pytest.param({"duration": True}, id="true seconds"),
        pytest.param({"duration": None}, id="null seconds"),
        pytest.param({"type": "image"}, id="an image"),
        pytest.param({"type": ""}, id="no type"),
        pytest.param({"type": ["text"]}, id="a list of types"),
        pytest.param({"type": "FIRST_AND_LAST_FRAMES_2_VIDEO"}, id="frames"),
        pytest.param({"imageUrls": ["http://a.example/a.png"]}, id="images"),
        pytest.param({"imageUrls": "a"}, id="no list of images"),
        pytest.param({"templateId": "x" * 65}, id="a template's name too long"),
        pytest.param({"templateId": 7}, id="a number for a template"),
    ],
)
def test_a_wish_that_there_is_not(ada: Person, field: dict[str, Any]) -> None:
    assert_refused(ada.generate("ice", **field), 422)


@pytest.mark.parametrize(
    "number", [pytest.param(word, id=word) for word in ("1e999", "NaN", "-Infinity", "8e0.5")]
)
def test_a_number_that_is_none(ada: Person, number: str) -> None:
    answer = post(ada, f'{{"prompt": "ice", "duration": {number}}}'.encode())

    assert_refused(answer, 400 if number == "8e0.5" else 422)


def post(person: Person, body: bytes, path: str = "/api/generate-video", **headers: str) -> httpx.Response:
    return person.http.post(path, content=body, headers={"content-type": "application/json", **headers})


DEEP = 100_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 422, id="nothing"),
        pytest.param(b"prompt=ice", 400, id="no JSON"),
        pytest.param(b'{"prompt": "ice"', 400, id="half of it"),
        pytest.param(b"\xff\xfe\x00", 400, id="bytes"),
        pytest.param(b'{"prompt": "\xff"}', 400, id="no UTF-8"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b'["ice"]', 422, id="a list"),
        pytest.param(b'"ice"', 422, id="a text"),
        pytest.param(b'{"prompt": ' + b"[" * 1000 + b"]" * 1000 + b"}", 400, id="nested a thousand deep"),
        pytest.param(b"[" * DEEP + b"]" * DEEP, 400, id="nested a hundred thousand deep"),
        pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, 400, id="objects a hundred thousand deep"),
        pytest.param(
            b'{"prompt": "ice", "duration": ' + b"8" * 5000 + b"}", 400, id="a number of 5,000 digits"
        ),
    ],
)
@pytest.mark.parametrize(
    "path", [pytest.param("/api/generate-video", id="video"), pytest.param("/api/auth/sign-in", id="sign-in")]
)
def test_a_body_that_is_none(ada: Person, path: str, body: bytes, status: int) -> None:
    answer = post(ada, body, path)

    told = assert_refused(answer, answer.status_code)
    assert answer.status_code in {status, 422 if path.endswith("sign-in") and b"prompt" in body else status}
    assert told["code"] in {"BadJson", "Invalid", "InvalidPrompt"}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=kind)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "image/png")
    ],
)
def test_a_body_that_says_it_is_something_else(ada: Person, kind: str) -> None:
    answer = ada.http.post(
        "/api/generate-video", content=b'{"prompt": "ice"}', headers={"content-type": kind}
    )

    assert_refused(answer, 422)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/generate-video", id="video"),
        pytest.param("/api/auth/sign-up", id="sign-up"),
        pytest.param("/api/webhooks/veo3/x", id="webhook"),
    ],
)
def test_a_body_of_two_megabytes_that_says_so(ada: Person, path: str) -> None:
    assert_refused(post(ada, b"x" * 2_000_000, path), 413, "TooLarge")


def test_a_body_of_two_megabytes_that_does_not_say_so(ada: Person) -> None:
    answer = ada.http.post(
        "/api/generate-video",
        content=(b"x" * 100_000 for _ in range(20)),
        headers={"content-type": "application/json"},
    )

    assert "content-length" not in answer.request.headers
    assert_refused(answer, 413, "TooLarge")


NAMES = [
    pytest.param("0" * 32, id="unknown"),
    pytest.param("x", id="malformed"),
    pytest.param("A" * 32, id="capitals"),
    pytest.param("%00", id="NUL"),
    pytest.param("a%00b", id="NUL inside"),
    pytest.param("..%2f..%2fetc%2fpasswd", id="a path upwards"),
    pytest.param("%2e%2e", id="two dots"),
    pytest.param("x" * 8000, id="8,000 characters"),
    pytest.param("%F0%9F%90%9D", id="a bee"),
    pytest.param("%ff%fe", id="no UTF-8"),
    pytest.param("%ED%A0%80", id="half a character"),
    pytest.param("' OR 1=1 --", id="SQL"),
    pytest.param("%25", id="a wildcard"),
]
PLACES = [
    pytest.param("/api/video-status/{}", id="status"),
    pytest.param("/api/videos/{}/file", id="file"),
    pytest.param("/api/videos/{}/poster", id="poster"),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_video_that_there_is_not(ada: Person, place: str, name: str) -> None:
    assert_refused(ada.http.get(place.format(name)), 404, "NotFound")


@pytest.mark.parametrize("place", PLACES)
def test_a_video_of_somebody_else(api: Api, place: str) -> None:
    owner, stranger = api.someone(), api.someone()
    video = db.run(make_video, user_id=owner.id, status=Status.COMPLETED, provider_task_id="veo_task_x")
    theirs, unknown = stranger.http.get(place.format(video.id)), stranger.http.get(place.format("0" * 32))

    assert_refused(theirs, 404, "NotFound")
    assert theirs.content == unknown.content, "it is not told that there is one"
    assert_refused(stranger.http.get(place.format("veo_task_x")), 404, "NotFound")
    db.run(lambda session: session.delete(session.get_one(Video, video.id)))
    db.run(_forget, owner.id, stranger.id)


def _forget(session: Session, *users: str) -> None:
    """Take these people out again: the test has made them for itself."""
    session.exec(delete(CreditEntry).where(col(CreditEntry.user_id).in_(users)))
    session.exec(delete(User).where(col(User.id).in_(users)))


ASKING = [
    pytest.param("GET", "/api/credits", id="credits"),
    pytest.param("POST", "/api/credits", id="credits by POST"),
    pytest.param("GET", "/api/credits-check", id="credits-check"),
    pytest.param("GET", f"/api/video-status/{'0' * 32}", id="status"),
    pytest.param("GET", "/api/user/videos", id="videos"),
    pytest.param("POST", "/api/generate-video", id="generate"),
]


def wish(method: str) -> dict[str, str] | None:
    return {"prompt": "ice"} if method == "POST" else None


def expire(session: Session, user_id: str) -> None:
    past = db.utc_now() - timedelta(seconds=1)
    session.exec(
        update(SessionRow)
        .where(col(SessionRow.user_id) == user_id)
        .values(expires_at=past, last_seen_at=past - LIFE)
    )


@pytest.mark.parametrize(("method", "path"), ASKING)
@pytest.mark.parametrize(
    "cookie",
    [
        pytest.param(None, id="no session"),
        pytest.param("", id="an empty one"),
        pytest.param(secrets.token_urlsafe(32), id="a forged one"),
        pytest.param("nonsense", id="a malformed one"),
        pytest.param("x" * 4000, id="a long one"),
    ],
)
def test_somebody_who_is_not_signed_in(api: Api, cookie: str | None, method: str, path: str) -> None:
    headers = {} if cookie is None else {"cookie": f"{COOKIE}={cookie}"}

    answer = api.browser().request(method, path, headers=headers, json=wish(method))

    assert_refused(answer, 401, "SignInRequired")


@pytest.mark.parametrize(("method", "path"), ASKING)
def test_somebody_whose_session_has_expired(ada: Person, method: str, path: str) -> None:
    db.run(expire, ada.id)

    answer = ada.http.request(method, path, json=wish(method))

    assert_refused(answer, 401, "SignInRequired")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://evil.example"}, id="another site"),
        pytest.param({"origin": "null"}, id="no site"),
        pytest.param({"origin": "http://["}, id="no address"),
        pytest.param({"origin": "http://127.0.0.1:1"}, id="another port"),
        pytest.param({"origin": "http://127.0.0.1.evil.example"}, id="a similar name"),
        pytest.param({"sec-fetch-site": "cross-site"}, id="told by the browser"),
        pytest.param({"sec-fetch-site": "same-site"}, id="a neighbouring site"),
        pytest.param({"sec-fetch-site": "?"}, id="a word that is new"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/generate-video", id="generate"),
        pytest.param("/api/auth/sign-up", id="sign-up"),
        pytest.param("/api/auth/sign-out", id="sign-out"),
    ],
)
def test_a_write_that_another_sites_page_sent(ada: Person, path: str, headers: dict[str, str]) -> None:
    body = {"prompt": "ice", "email": "eve@example.org", "password": "long enough"}

    assert_refused(ada.http.post(path, json=body, headers=headers), 403, "Forbidden")

    assert ada.http.get("/api/auth/session").json()["user"] is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/api/generate-video", id="GET generate"),
        pytest.param("PUT", "/api/generate-video", id="PUT generate"),
        pytest.param("DELETE", "/api/credits", id="DELETE credits"),
        pytest.param("POST", "/api/user/videos", id="POST videos"),
        pytest.param("PATCH", "/api/auth/sign-in", id="PATCH sign-in"),
        pytest.param("GET", "/api/webhooks/veo3/x", id="GET webhook"),
        pytest.param("POST", "/api/health", id="POST health"),
    ],
)
def test_an_address_asked_by_another_method(ada: Person, method: str, path: str) -> None:
    assert_refused(ada.http.request(method, path), 405, "MethodNotAllowed")


@pytest.mark.parametrize(
    "method", [pytest.param(method, id=method) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")]
)
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path)
        for path in ("/api/nothing", "/api/", "/api/videos", "/api/credits/", "/api/a/b/c")
    ],
)
def test_an_address_that_there_is_not(ada: Person, method: str, path: str) -> None:
    assert_refused(ada.http.request(method, path), 404, "NotFound")


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("k" * 201, id="201 characters"),
    ],
)
def test_an_idempotency_key_that_will_not_do(ada: Person, key: str) -> None:
    assert "Idempotency-Key" in assert_refused(ada.generate("ice", key=key), 422, "Invalid")["error"]


@pytest.mark.parametrize("word", [pytest.param("deny", id="denied"), pytest.param("flag", id="flagged")])
def test_a_prompt_against_the_rules(ada: Person, word: str) -> None:
    told = assert_refused(ada.generate(f"sandbox:{word}"), 451, "PromptRefused")

    assert "nothing was charged" in told["error"]
    assert ada.balance() == 18


@pytest.mark.parametrize(
    "mode",
    [pytest.param("down", id="cut off"), pytest.param("500", id="broken"), pytest.param("429", id="busy")],
)
def test_a_moderation_that_cannot_tell(api: Api, ada: Person, mode: str) -> None:
    with broken(api.sandbox, mode, provider="creem"):
        told = assert_refused(ada.generate("ice"), 503, "ModerationUnavailable")

    assert "nothing was charged" in told["error"]
    assert ada.balance() == 18


def test_more_than_somebody_has(api: Api) -> None:
    poor = api.someone(credits=9)
    before = api.written()

    told = assert_refused(poor.generate("ice"), 402, "InsufficientCredits")

    assert (told["needCredits"], told["currentCredits"]) == (10, 9)
    assert api.written() == before
    db.run(_forget, poor.id)


CURSORS = [
    pytest.param("x", id="a letter"),
    pytest.param("====", id="padding"),
    pytest.param("é", id="no ASCII"),
    pytest.param("W10=", id="an empty list"),
    pytest.param("x" * 201, id="201 characters"),
]


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_place_in_a_list_that_there_is_not(ada: Person, cursor: str) -> None:
    assert_refused(ada.http.get("/api/user/videos", params={"cursor": cursor}), 422, "Invalid")


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(["2026-01-01T00:00:00+00:00"], id="no id"),
        pytest.param(["2026-01-01T00:00:00+00:00", 7], id="a number for an id"),
        pytest.param(["2026-01-01T00:00:00+00:00", "a\0b"], id="NUL"),
        pytest.param(["2026-01-01T00:00:00+00:00", "\ud800"], id="half a character"),
        pytest.param(["0001-01-01T00:00:00+23:00", "0" * 32], id="before all time"),
        pytest.param(["9999-12-31T23:59:59-23:00", "0" * 32], id="after all time"),
        pytest.param(["yesterday", "0" * 32], id="no moment"),
        pytest.param([None, "0" * 32], id="null"),
        pytest.param({"a": 1, "b": 2}, id="an object"),
        pytest.param(7, id="a number"),
    ],
)
def test_a_forged_place_in_a_list(ada: Person, place: object) -> None:
    cursor = urlsafe_b64encode(json.dumps(place).encode()).decode()

    assert_refused(ada.http.get("/api/user/videos", params={"cursor": cursor}), 422, "Invalid")
