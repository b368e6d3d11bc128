"""Files of a store elsewhere, over HTTP: played behind links that expire, and saved through us, whole or in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.api import Api, Person
from tests.support.bucket import Bucket, holding

FILM = bytes(range(256)) * 40
NAME = "attachment; filename=\"ice.mp4\"; filename*=UTF-8''ice.mp4"


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with holding() as bucket:
        yield bucket


@pytest.fixture
def api(bucket: Bucket, make_api: Callable[..., Api]) -> Api:
    return make_api("sqlite", **bucket.environment)


@pytest.fixture
def ada(api: Api) -> Person:
    return api.someone()


@pytest.fixture
def film(api: Api, ada: Person) -> str:
    """The address of a film of Ada's."""
    return f"/api/videos/{api.keep_film(ada, FILM)}/file"


def test_a_film_is_played_behind_a_link_that_expires_and_gives_a_name_that_tells_nothing(
    api: Api, ada: Person, film: str, bucket: Bucket
) -> None:
    played, head = ada.http.get(film), ada.http.head(film)
    fetched = api.browser().get(played.headers["location"], headers={"range": "bytes=0-9"})

    assert (played.status_code, head.status_code) == (307, 307)
    assert played.headers["location"].startswith(bucket.url)
    assert "no-store" in played.headers["cache-control"]
    assert (fetched.status_code, fetched.content) == (206, FILM[:10])
    told = fetched.headers["content-disposition"]
    assert told.startswith(f'inline; filename="cuttingasmr-{film.split("/")[3]}.mp4"')
    assert api.browser().head(head.headers["location"]).status_code == 200
    assert api.someone().http.get(film).status_code == 404


def test_a_film_is_saved_whole_with_its_name_and_mark(ada: Person, film: str, bucket: Bucket) -> None:
    saved, head = ada.http.get(f"{film}?download=true"), ada.http.head(f"{film}?download=true")

    assert (saved.status_code, saved.content) == (200, FILM)
    assert (head.status_code, head.content) == (200, b"")
    for answer in (saved, head):
        assert answer.headers["content-disposition"] == NAME
        assert answer.headers["content-length"] == str(len(FILM))
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["cache-control"].startswith("private, max-age")
        assert answer.headers["etag"] == bucket.things[f"videos/{film.split('/')[3]}.mp4"].headers["etag"]


def test_a_part_is_saved_as_asked(ada: Person, film: str, bucket: Bucket) -> None:
    size = len(FILM)
    parts = {
        "bytes=0-": (0, size),
        "bytes=0-0": (0, 1),
        "bytes=100-199": (100, 200),
        "bytes=100-": (100, size),
        "bytes=-100": (size - 100, size),
        "bytes=-999999": (0, size),
        "bytes=100-999999": (100, size),
    }

    for part, (begin, end) in parts.items():
        for answer in _both(ada, film, range=part):
            assert answer.status_code == 206, part
            assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{size}"
            assert answer.headers["content-length"] == str(end - begin)
            assert answer.headers["content-disposition"] == NAME
        assert ada.http.get(f"{film}?download=true", headers={"range": part}).content == FILM[begin:end]
    assert "bytes=100-199" in bucket.ranges, "only that part comes from the store, too"


def test_a_part_that_there_is_not_is_refused_with_the_size(ada: Person, film: str) -> None:
    for part in (f"bytes={len(FILM)}-", "bytes=-0", "bytes=5-1", "bytes=x-y", "bytes=-", "words=1-2"):
        for answer in _both(ada, film, range=part):
            assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(FILM)}"), (
                part
            )


def test_who_asks_for_several_parts_at_once_gets_the_whole(ada: Person, film: str) -> None:
    answer = ada.http.get(f"{film}?download=true", headers={"range": "bytes=0-9,20-29"})

    assert (answer.status_code, answer.content) == (200, FILM)


def test_a_film_that_is_there_already_is_not_sent_again(ada: Person, film: str) -> None:
    etag = ada.http.head(f"{film}?download=true").headers["etag"]

    for answer in _both(ada, film, **{"if-none-match": f'"other", W/{etag}', "range": "bytes=0-9"}):
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    for answer in _both(ada, film, **{"if-none-match": '"other"'}):
        assert answer.status_code == 200


def test_a_download_goes_on_only_where_the_film_is_still_the_same(ada: Person, film: str) -> None:
    first = ada.http.get(f"{film}?download=true", headers={"range": "bytes=0-9"})
    rest = {"range": "bytes=10-"}

    for same in (first.headers["etag"], first.headers["last-modified"]):
        answer = ada.http.get(f"{film}?download=true", headers=rest | {"if-range": same})
        assert (answer.status_code, first.content + answer.content) == (206, FILM)
    for other in ('"another"', f"W/{first.headers['etag']}", "Mon, 01 Jan 2024 00:00:00 GMT"):
        answer = ada.http.get(f"{film}?download=true", headers=rest | {"if-range": other})
        assert (answer.status_code, answer.content) == (200, FILM)


def test_a_store_that_refuses_or_has_lost_a_film_is_told_without_its_words(
    ada: Person, film: str, bucket: Bucket
) -> None:
    bucket.refuses = True
    away = ada.http.get(f"{film}?download=true")
    bucket.refuses = False
    bucket.things.clear()

    assert (away.status_code, "AccessDenied" in away.text) == (503, False)
    assert ada.http.get(f"{film}?download=true").status_code == 404


def _both(person: Person, film: str, **headers: str) -> list[httpx.Response]:
    """Ask for a download as `GET` and as `HEAD`."""
    return [
        person.http.request(method, f"{film}?download=true", headers=headers) for method in ("GET", "HEAD")
    ]
