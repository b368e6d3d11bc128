"""The profile over the API: name and settings, and the picture that somebody shows of themselves."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlmodel import col, select

from cuttingasmr import db
from cuttingasmr.generation import archive, purge
from cuttingasmr.models import Avatar
from cuttingasmr.storage.store import get_store
from tests.support.api import Api, Person
from tests.support.finished import kept_film
from tests.support.pictures import encoded, moving, png_of_size, quarters, turned

LATER = timedelta(hours=2)


def send(person: Person, content: bytes, **how: Any) -> httpx.Response:
    """Send a picture of oneself, as a form does."""
    return person.http.post("/api/user/picture", files={"file": ("me.jpg", content, "image/jpeg")}, **how)


def show(person: Person) -> str:
    """Show a picture, and give its address."""
    answer = send(person, encoded())
    assert answer.status_code == 200, answer.text
    return answer.json()["pictureUrl"]


def files() -> set[str]:
    """Name the files that are kept of people's pictures."""
    return {kept.key for kept in asyncio.run(get_store().names("avatars", after="", size=1000))}


def key_of(url: str) -> str:
    return f"avatars/{url.rpartition('/')[2]}"


def test_name_and_settings_are_changed_together_or_not_at_all(api: Api) -> None:
    person = api.someone()
    before = person.http.get("/api/user/profile").json()

    changed = person.http.patch(
        "/api/user/profile",
        json={"name": " Ada <i>L</i> ", "theme": "light", "region": "de-DE", "notices": {"low": False}},
    ).json()
    refused = person.http.patch("/api/user/profile", json={"name": "Augusta", "theme": "sepia"})

    assert (before["name"], before["theme"], before["region"]) == ("Somebody", "", "")
    assert before["notices"] == {"ready": True, "low": True}
    assert before["remainingCredits"] == 18
    assert refused.status_code == 422
    assert person.http.get("/api/user/profile").json() == changed
    assert (changed["name"], changed["theme"], changed["region"]) == ("Ada <i>L</i>", "light", "de-DE")
    assert changed["notices"] == {"ready": True, "low": False}


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 10_240},
        {"name": "\x00\x00"},
        {"name": ""},
        {"name": 7},
        {"region": "de-DE\x00"},
        {"theme": "\x00"},
        {"notices": {"ready": "yes"}},
        {"notices": []},
        [],
    ],
    ids=lambda body: str(body)[:40],
)
def test_bad_input_is_refused_in_a_sentence(api: Api, body: object) -> None:
    answer = api.someone().http.patch("/api/user/profile", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")


def test_a_name_of_10_kb_is_refused_in_plain_words(api: Api) -> None:
    answer = api.someone().http.patch("/api/user/profile", json={"name": "x" * 10_240})

    assert answer.json()["error"] == "A name has 1 to 120 characters, in one line."


def test_a_picture_is_made_anew_square_and_without_what_the_camera_wrote(api: Api) -> None:
    person = api.someone()

    url = send(person, turned(6)).json()["pictureUrl"]
    answer = api.browser().get(url)

    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert b"secret" not in answer.content
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.size) == ("WEBP", (320, 320))
        assert not set(image.info) & {"exif", "xmp", "icc_profile"}
    again = api.browser().get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert person.http.get("/api/user/profile").json()["pictureUrl"] == url


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"<svg onload=alert(1)>", "SVG", id="a drawing"),
        pytest.param(b"GIF89a", "GIF", id="a GIF"),
        pytest.param(b"<html>me.jpg", "no picture", id="a page that calls itself JPEG"),
        pytest.param(moving("WEBP"), "moves", id="moving"),
        pytest.param(encoded()[:2000], "damaged", id="half a file"),
        pytest.param(png_of_size(30_000, 30_000), "million pixels", id="a bomb"),
        pytest.param(encoded(quarters(63, 63)), "at least 64 by 64", id="tiny"),
        pytest.param(encoded(quarters(700, 100)), "long and narrow", id="a ribbon"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_one_there_was_stays(
    api: Api, content: bytes, says: str
) -> None:
    person = api.someone()
    url, kept = show(person), files()

    answer = send(person, content)

    assert answer.status_code == 422
    assert says in answer.json()["error"]
    assert person.http.get("/api/user/profile").json()["pictureUrl"] == url
    assert files() == kept


def test_a_file_that_is_too_large_is_refused(api: Api) -> None:
    answer = send(api.someone(), bytes(11_000_000))

    assert answer.status_code == 413
    assert "10 MB" in answer.json()["error"]


def test_a_small_picture_stays_as_small_as_it_is(api: Api) -> None:
    url = send(api.someone(), encoded(quarters(100, 80))).json()["pictureUrl"]

    with Image.open(io.BytesIO(api.browser().get(url).content)) as image:
        assert image.size == (80, 80)


def test_a_picture_that_is_taken_off_is_gone_at_once_and_can_be_taken_back(api: Api) -> None:
    person = api.someone()
    url = show(person)

    taken_off = person.http.delete("/api/user/picture").json()
    gone = api.browser().get(url).status_code
    back = person.http.post("/api/user/picture/restore").json()

    assert (taken_off["pictureUrl"], gone) == ("", 404)
    assert back["pictureUrl"] == url
    assert api.browser().get(url).status_code == 200
    assert api.someone().http.post("/api/user/picture/restore").status_code == 404


def test_a_replaced_picture_goes_after_an_hour_and_the_shown_one_is_no_orphan(api: Api) -> None:
    person = api.someone()
    old, new = show(person), show(person)
    orphan = f"avatars/{'0' * 32}.webp"
    asyncio.run(get_store().put(orphan, b"file"))

    asyncio.run(purge.purge_all(now=db.utc_now() + timedelta(minutes=59)))
    assert {key_of(old), key_of(new)} <= files()
    asyncio.run(purge.purge_all(now=db.utc_now() + LATER))
    asyncio.run(look_through())

    assert files() & {key_of(old), key_of(new), orphan} == {key_of(new)}
    left = db.look(
        lambda session: session.exec(select(Avatar.id).where(col(Avatar.user_id) == person.id)).all()
    )
    assert [f"avatars/{name}.webp" for name in left] == [key_of(new)]
    assert person.http.post("/api/user/picture/restore").status_code == 404


async def look_through() -> None:
    """Let the archive compare all people's pictures with the books, as if two days had passed."""
    await kept_film()
    page = await get_store().names("avatars", after="", size=1000)
    await archive.compare("avatars", page, after="", is_last=True, now=db.utc_now() + timedelta(days=2))


@pytest.mark.parametrize("name", ["x", "0" * 32, "..%2f..%2fsecret", "%00"])
def test_a_picture_that_nobody_shows_is_not_there(api: Api, name: str) -> None:
    assert api.browser().get(f"/api/avatars/{name}.webp").status_code == 404
