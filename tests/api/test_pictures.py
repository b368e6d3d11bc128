"""Pictures by the API: brought, shown to their owner alone, made into videos, and fetched by the provider."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlmodel import Session, col, select, update

from cuttingasmr import db, rate_limits
from cuttingasmr.generation import picture_links, purge
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.models import Picture, Video, VideoKind
from cuttingasmr.storage.pictures import LARGEST_BYTES
from cuttingasmr.storage.store import get_store
from tests.support.api import Api, Person
from tests.support.pictures import encoded, moving, png_of_size, quarters, turned

FRAMES, REFERENCES = "FIRST_AND_LAST_FRAMES_2_VIDEO", "REFERENCE_2_VIDEO"


def bring(
    person: Person, content: bytes, name: str = "picture.jpg", kind: str = "image/jpeg"
) -> httpx.Response:
    """Send a file as a form does."""
    return person.http.post("/api/pictures", files={"file": (name, content, kind)})


def brought(person: Person, content: bytes | None = None) -> str:
    """Bring a picture, and give its id."""
    answer = bring(person, content or encoded())
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def rows(person: Person) -> list[Picture]:
    return db.look(
        lambda session: list(session.exec(select(Picture).where(col(Picture.user_id) == person.id)))
    )


def row(picture_id: str) -> Picture:
    return db.look(lambda session: session.get_one(Picture, picture_id))


def is_kept(picture_id: str) -> bool:
    path = get_store().path_of(row(picture_id).file_key)
    assert path is not None
    return path.exists()


def video_of(answer: httpx.Response) -> Video:
    assert answer.status_code == 202, answer.text
    return db.look(lambda session: session.get_one(Video, answer.json()["videoId"]))


def test_a_picture_is_kept_upright_and_shown_to_its_owner_alone(api: Api) -> None:
    ada, eve = api.someone(), api.someone()

    answer = bring(ada, turned(6))

    told = answer.json()
    assert answer.status_code == 201
    assert told | {"id": "", "url": ""} == {"success": True, "id": "", "url": "", "width": 600, "height": 800}
    shown = ada.http.get(told["url"])
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert b"secret" not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (600, 800)
    for stranger in (eve.http, api.browser()):
        assert stranger.get(told["url"]).status_code in {401, 404}
        assert stranger.delete(told["url"]).status_code in {401, 404}
    assert eve.http.get(told["url"]).content == eve.http.get(f"/api/pictures/{'0' * 32}").content
    assert is_kept(told["id"])


def test_a_picture_that_is_taken_away_is_gone(api: Api) -> None:
    ada = api.someone()
    picture_id = brought(ada)

    assert ada.http.delete(f"/api/pictures/{picture_id}").json() == {"success": True}

    assert not is_kept(picture_id)
    assert ada.http.get(f"/api/pictures/{picture_id}").status_code == 404
    assert ada.http.delete(f"/api/pictures/{picture_id}").status_code == 404
    assert ada.generate(imageUrls=[f"/api/pictures/{picture_id}"]).json()["code"] == "InvalidPicture"


def test_a_picture_of_a_video_that_is_about_to_begin_stays(api: Api) -> None:
    ada = api.someone()
    picture_id = brought(ada)
    ada.start(imageUrls=[f"/api/pictures/{picture_id}?x=10"])

    assert ada.http.delete(f"/api/pictures/{picture_id}").status_code == 409
    assert is_kept(picture_id)


BAD = [
    pytest.param(b"", "x.jpg", 422, "empty", id="empty"),
    pytest.param(png_of_size(30_000, 30_000), "bomb.png", 422, "50 million", id="a bomb"),
    pytest.param(b"MZ\x90\0" + bytes(5000), "holiday.jpg", 422, "no picture", id="a program called .jpg"),
    pytest.param(b"<!doctype html><script>1</script>", "a.png", 422, "no picture", id="a page called .png"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", 422, "drawing", id="an SVG"),
    pytest.param(encoded()[:4000], "a.jpg", 422, "not complete", id="half a JPEG"),
    pytest.param(moving("WEBP"), "a.webp", 422, "moves", id="a moving WebP"),
    pytest.param(bytes(LARGEST_BYTES + 1), "a.jpg", 413, "10 MB", id="a byte too much"),
    pytest.param(bytes(11_000_000), "a.jpg", 413, "10 MB", id="11 MB"),
]


@pytest.mark.parametrize(("content", "name", "status", "says"), BAD)
def test_a_file_that_will_not_do_is_refused_in_plain_words_and_nothing_is_kept(
    api: Api, content: bytes, name: str, status: int, says: str
) -> None:
    ada = api.someone()

    answer = bring(ada, content, name)

    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert answer.json()["success"] is False
    assert rows(ada) == []


def blocks(size: int) -> Iterator[bytes]:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    yield head
    for _ in range(size // 100_000):
        yield b"\xff" * 100_000
    yield b"\r\n--x--\r\n"


MULTIPART = {"content-type": "multipart/form-data; boundary=x"}


def test_what_does_not_tell_its_length_is_stopped_at_ten_megabytes(api: Api) -> None:
    ada = api.someone()

    answer = ada.http.post("/api/pictures", content=blocks(40_000_000), headers=MULTIPART)

    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert "10 MB" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"", MULTIPART, id="nothing"),
        pytest.param(b"--y\r\n\r\n", MULTIPART, id="another boundary"),
        pytest.param(
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nhi\r\n--x--\r\n',
            MULTIPART,
            id="a text",
        ),
        pytest.param(b"--x\r\nContent-Dispo", MULTIPART, id="half a form"),
        pytest.param(b"{}", {"content-type": "application/json"}, id="JSON"),
        pytest.param(encoded(), {"content-type": "image/jpeg"}, id="no form"),
        pytest.param(encoded(), {"content-type": "multipart/form-data"}, id="no boundary"),
    ],
)
def test_a_form_without_a_file_is_refused(api: Api, body: bytes, headers: dict[str, str]) -> None:
    answer = api.someone().http.post("/api/pictures", content=body, headers=headers)

    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["error"].endswith(".")


def test_without_a_session_nothing_is_read(api: Api) -> None:
    answer = api.browser().post("/api/pictures", files={"file": ("a.jpg", encoded(), "image/jpeg")})

    assert (answer.status_code, answer.json()["code"]) == (401, "SignInRequired")


def test_one_person_can_bring_only_so_many_in_an_hour(api: Api) -> None:
    ada, other = api.someone(), api.someone()
    for _ in range(40):
        asyncio.run(rate_limits.spend(rate_limits.PICTURES, ada.id))

    answer = bring(ada, encoded())

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert bring(other, encoded()).status_code == 201


KINDS = [
    pytest.param(1, {}, VideoKind.FRAMES, id="one picture"),
    pytest.param(2, {}, VideoKind.FRAMES, id="two pictures"),
    pytest.param(3, {}, VideoKind.REFERENCES, id="three pictures"),
    pytest.param(1, {"type": REFERENCES}, VideoKind.REFERENCES, id="one reference"),
    pytest.param(2, {"type": FRAMES}, VideoKind.FRAMES, id="two frames"),
    pytest.param(0, {"type": "TEXT_2_VIDEO"}, VideoKind.TEXT, id="none"),
]


@pytest.mark.parametrize(("number", "more", "kind"), KINDS)
def test_a_video_is_made_from_pictures(api: Api, number: int, more: dict[str, str], kind: VideoKind) -> None:
    ada = api.someone()
    ids = [brought(ada) for _ in range(number)]

    video = video_of(ada.generate(imageUrls=[f"/api/pictures/{name}" for name in ids], **more))

    assert (video.kind, video.picture_ids) == (kind, ids)
    assert all(picture.used_at for picture in rows(ada))
    assert ada.balance() == 8


def test_an_address_may_be_whole_and_tell_where_to_cut(api: Api) -> None:
    ada = api.someone()
    name = brought(ada)

    video = video_of(
        ada.generate(imageUrls=[f"{api.url}/api/pictures/{name}?x=20&y=100", f"/api/pictures/{name}?x=50"])
    )

    assert video.picture_ids == [f"{name}@20,100", name]


WRONG = [
    pytest.param(["http://a.example/a.png"], {}, id="another site's"),
    pytest.param(["https://127.0.0.1/api/pictures/{id}"], {}, id="this machine's"),
    pytest.param(["//evil.example/api/pictures/{id}"], {}, id="another site's without a scheme"),
    pytest.param(["file:///etc/passwd"], {}, id="a file"),
    pytest.param(["data:image/png;base64,AAAA"], {}, id="data"),
    pytest.param(["http://["], {}, id="no address"),
    pytest.param(["{id}"], {}, id="an id alone"),
    pytest.param(["/api/pictures/../pictures/{id}"], {}, id="a way round"),
    pytest.param(["/api/pictures/{id}?x=101"], {}, id="a cut outside"),
    pytest.param(["/api/pictures/{id}?x=-1"], {}, id="a cut outside, below"),
    pytest.param(["/api/pictures/{id}?y=1e1"], {}, id="a cut that is no number"),
    pytest.param([f"/api/pictures/{'0' * 32}"], {}, id="unknown"),
    pytest.param(["/api/pictures/{theirs}"], {}, id="somebody else's"),
    pytest.param(["/api/pictures/{id}", "/api/pictures/{theirs}"], {}, id="somebody else's beside one's own"),
    pytest.param(["/api/pictures/{id}"] * 4, {}, id="four"),
    pytest.param(["/api/pictures/{id}"] * 3, {"type": FRAMES}, id="three frames"),
    pytest.param([], {"type": REFERENCES}, id="no references"),
    pytest.param(["/api/pictures/{id}"], {"type": "text"}, id="text alone, and a picture"),
    pytest.param(["/api/pictures/{id}"] * 11, {}, id="eleven"),
]


@pytest.mark.parametrize(("urls", "more"), WRONG)
def test_pictures_that_will_not_do_cost_nothing(api: Api, urls: list[str], more: dict[str, str]) -> None:
    ada, eve = api.someone(), api.someone()
    mine, theirs = brought(ada), brought(eve)

    answer = ada.generate(imageUrls=[url.format(id=mine, theirs=theirs) for url in urls], **more)

    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"InvalidPicture", "InvalidType", "Invalid"}
    assert ada.balance() == 18
    assert all(picture.used_at is None for picture in rows(eve))


def test_an_idempotency_key_knows_pictures_and_variations(api: Api) -> None:
    ada = api.someone(credits=100)
    urls = [f"/api/pictures/{brought(ada)}"]

    first = ada.generate(key="k", imageUrls=urls, count=3).json()

    assert ada.generate(key="k", imageUrls=urls, count=3).json()["videoIds"] == first["videoIds"]
    assert len(set(first["videoIds"])) == 3
    assert first["creditsUsed"] == 30
    for more in (
        {"count": 2, "imageUrls": urls},
        {"count": 3},
        {"count": 3, "imageUrls": [f"{urls[0]}?x=1"]},
    ):
        assert ada.generate(key="k", **more).json()["code"] == "KeyReused"
    assert ada.balance() == 70


@pytest.mark.parametrize("count", [0, 5, -1, "2", True, 1.5, None])
def test_other_than_one_to_four_variations_are_refused(api: Api, count: object) -> None:
    assert api.someone().generate(count=count).status_code == 422


def test_variations_are_all_started_or_none(api: Api) -> None:
    ada = api.someone(credits=29)

    answer = ada.generate(count=3)

    assert answer.status_code == 402
    assert (answer.json()["needCredits"], answer.json()["currentCredits"]) == (30, 29)
    assert ada.balance() == 29


def links(person: Person, **more: Any) -> tuple[Video, tuple[str, ...]]:
    """Start a video, and give the addresses that the provider would get."""
    video = video_of(person.generate(**more))
    return video, asyncio.run(picture_links.links_for(video, get_key_pool().of("")))


@pytest.fixture
def outside(make_api: Callable[..., Api]) -> Api:
    """The API of a site that can be reached from outside; here it is reached by its port."""
    return make_api("sqlite", app_url="https://videos.example.com")


def path_of(url: str) -> str:
    assert url.startswith("https://videos.example.com/api/pictures/")
    return url.removeprefix("https://videos.example.com")


def test_the_provider_gets_an_address_that_shows_the_cut_without_a_session(outside: Api) -> None:
    ada = outside.someone()
    name = brought(ada, encoded(quarters(1600, 900)))

    _, (url,) = links(ada, imageUrls=[f"/api/pictures/{name}?x=100"], aspectRatio="9:16")

    shown = outside.browser().get(path_of(url))
    image = Image.open(io.BytesIO(shown.content))
    assert url.endswith(".jpg")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert image.size == (506, 900)
    assert image.getpixel((400, 100)) == pytest.approx((30, 160, 60), abs=6)
    assert outside.browser().head(path_of(url)).status_code == 200


def test_references_are_given_whole_and_in_their_order(outside: Api) -> None:
    ada = outside.someone()
    names = [brought(ada, encoded(quarters(size, 300))) for size in (400, 500, 600)]

    _, found = links(ada, imageUrls=[f"/api/pictures/{name}" for name in names], aspectRatio="9:16")

    shown = [outside.browser().get(path_of(url)).content for url in found]
    assert [Image.open(io.BytesIO(content)).size for content in shown] == [(400, 300), (500, 300), (600, 300)]


def test_an_address_that_was_changed_or_is_over_shows_nothing(outside: Api) -> None:
    ada = outside.someone()
    name, other = brought(ada), brought(ada)
    _, (url,) = links(ada, imageUrls=[f"/api/pictures/{name}"])
    path = path_of(url)
    _, _, _, picture_id, cut, expires, mac = path.split("/")
    past = picture_links.link_to(name, cut, now=time.time() - picture_links.LINK_SECONDS - 1)

    changed = [
        path.replace(picture_id, other),
        path.replace(cut, "9x16-50-50"),
        path.replace(cut, "whole"),
        path.replace(expires, str(int(expires) + 1)),
        path.replace(expires, "9" * 11),
        path.replace(expires, "9" * 40),
        path.replace(expires, "-1"),
        path.replace(expires, "\N{ARABIC-INDIC DIGIT ONE}"),
        path.replace(mac, f"{'0' * 40}.jpg"),
        path.replace(mac, f"{mac[1:]}"),
        path.replace(mac, "\N{HONEYBEE}.jpg"),
        path_of(past),
    ]

    for address in changed:
        answer = outside.browser().get(address)
        assert answer.status_code == 404, address
        assert answer.json()["code"] == "NotFound"
    assert outside.browser().get(path).status_code == 200
    ada.http.get(path)
    db.run(lambda session: session.exec(update(Picture).values(gone_at=db.utc_now())))
    assert outside.browser().get(path).status_code == 404


@pytest.mark.parametrize(
    ("url", "is_public"),
    [
        ("https://cuttingasmr.org", True),
        ("http://8.8.8.8:3000", True),
        ("https://[2606:4700::1111]", True),
        ("http://localhost:3000", False),
        ("http://127.0.0.1:3000", False),
        ("http://0.0.0.0:3000", False),
        ("http://10.0.0.7", False),
        ("http://192.168.1.4:3000", False),
        ("http://100.64.0.1", False),
        ("http://[::1]:3000", False),
        ("http://[fe80::1]", False),
        ("http://web:3000", False),
        ("http://mac.local", False),
        ("http://site.localhost.", False),
        ("http://", False),
    ],
)
def test_an_address_tells_whether_it_can_be_reached_from_outside(url: str, *, is_public: bool) -> None:
    assert picture_links.is_public(url) is is_public


def test_old_pictures_go_and_those_in_use_stay(api: Api) -> None:
    ada = api.someone()
    fresh, unused, wanted, used = (brought(ada) for _ in range(4))
    ada.start(imageUrls=[f"/api/pictures/{used}?x=7"])
    answer = ada.generate(imageUrls=[f"/api/pictures/{wanted}"])
    assert answer.json()["code"] == "InsufficientCredits"
    now = db.utc_now()
    for name in (unused, wanted, used):
        db.run(_date, name, created_at=now - timedelta(hours=25))
    for name in (wanted, used):
        db.run(_date, name, used_at=now - timedelta(hours=25))

    asyncio.run(purge.purge_all(now=now))

    assert [is_kept(name) for name in (fresh, unused, wanted, used)] == [True, False, False, True]
    assert ada.generate(imageUrls=[f"/api/pictures/{unused}"]).json()["code"] == "InvalidPicture"


def test_pictures_go_with_their_videos_but_not_while_another_is_made_from_them(api: Api) -> None:
    ada = api.someone(credits=30)
    one, both = brought(ada), brought(ada)
    gone = ada.start(imageUrls=[f"/api/pictures/{one}?x=7", f"/api/pictures/{both}"])
    ada.start(imageUrls=[f"/api/pictures/{both}?x=9"])
    past = db.utc_now() - timedelta(days=400)
    db.run(lambda session: session.get_one(Video, gone).sqlmodel_update({"deleted_at": past}))
    for name in (one, both):
        db.run(_date, name, created_at=past, used_at=past)

    asyncio.run(purge.purge_all())

    assert [is_kept(name) for name in (one, both)] == [False, True]


def _date(session: Session, picture_id: str, **moments: Any) -> None:
    session.get_one(Picture, picture_id).sqlmodel_update(moments)
