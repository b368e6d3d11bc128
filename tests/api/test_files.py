"""Files over HTTP: whole or in parts, to their owner, and to anybody only where they are shared."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlmodel import col, update

from cuttingasmr import db
from cuttingasmr.models import Status, Video
from cuttingasmr.storage.store import get_store
from tests.support.api import Api, Person
from tests.support.people import make_video

FILM = bytes(range(256)) * 40


@pytest.fixture
def ada(api: Api) -> Person:
    return api.someone()


@pytest.fixture
def film(api: Api, ada: Person) -> str:
    """The address of a film of Ada's."""
    return f"/api/videos/{api.keep_film(ada, FILM)}/file"


def test_a_film_comes_whole(ada: Person, film: str) -> None:
    answer = ada.http.get(film)

    assert (answer.status_code, answer.content) == (200, FILM)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(FILM))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["etag"]


def test_a_head_tells_the_same_without_the_film(ada: Person, film: str) -> None:
    whole, head = ada.http.get(film), ada.http.head(film)

    assert (head.status_code, head.content) == (200, b"")
    same = ("content-length", "content-type", "etag", "accept-ranges")
    assert [head.headers[name] for name in same] == [whole.headers[name] for name in same]


@pytest.mark.parametrize(
    ("part", "begin", "end"),
    [
        pytest.param("bytes=0-", 0, len(FILM), id="all, as a player begins"),
        pytest.param("bytes=0-0", 0, 1, id="one byte"),
        pytest.param("bytes=100-199", 100, 200, id="some"),
        pytest.param("bytes=100-", 100, len(FILM), id="from somewhere on"),
        pytest.param("bytes=-100", len(FILM) - 100, len(FILM), id="the end"),
        pytest.param("bytes=100-999999", 100, len(FILM), id="beyond the end"),
    ],
)
def test_a_part_comes_as_asked(ada: Person, film: str, part: str, begin: int, end: int) -> None:
    answer = ada.http.get(film, headers={"range": part})

    assert answer.status_code == 206
    assert answer.content == FILM[begin:end]
    assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{len(FILM)}"
    assert answer.headers["content-length"] == str(end - begin)


def test_a_part_that_there_is_not_is_told_with_the_size(ada: Person, film: str) -> None:
    answer = ada.http.get(film, headers={"range": f"bytes={len(FILM)}-"})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(FILM)}"


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(part, id=part)
        for part in ("bytes=x-y", "bytes=5-1", "bytes=", "bytes=-", "bytes=-0", "words=1-2", "bytes=1-2,9-3")
    ],
)
def test_a_part_that_is_none_is_refused_with_the_size(ada: Person, film: str, part: str) -> None:
    answer = ada.http.get(film, headers={"range": part})

    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(FILM)}")


def test_a_file_that_a_browser_has_is_not_sent_again(ada: Person, film: str) -> None:
    etag = ada.http.get(film).headers["etag"]

    same = ada.http.get(film, headers={"if-none-match": f'"other", W/{etag}'})
    other = ada.http.get(film, headers={"if-none-match": '"other"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert other.status_code == 200


def test_a_part_of_a_film_that_is_still_the_same_comes_and_of_another_the_whole(
    ada: Person, film: str
) -> None:
    etag = ada.http.get(film).headers["etag"]

    same = ada.http.get(film, headers={"range": "bytes=0-9", "if-range": etag})
    other = ada.http.get(film, headers={"range": "bytes=0-9", "if-range": '"another"'})

    assert (same.status_code, same.content) == (206, FILM[:10])
    assert (other.status_code, other.content) == (200, FILM)


def test_a_download_has_the_name_that_its_owner_gave_it_and_a_player_does_not_ask_to_save(
    ada: Person, film: str
) -> None:
    untitled = ada.http.get(f"{film}?download=true")
    db.run(
        lambda session: session.exec(
            update(Video)
            .where(col(Video.id) == film.split("/")[3])
            .values(title='Wabe "süß"/../中文\r\nx: y')
        )
    )

    saved, played = ada.http.get(f"{film}?download=true"), ada.http.get(film)

    assert (
        untitled.headers["content-disposition"]
        == "attachment; filename=\"ice.mp4\"; filename*=UTF-8''ice.mp4"
    )
    plain, _, whole = saved.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="Wabe su .. x y.mp4"'
    assert unquote(whole) == "Wabe süß .. 中文 x y.mp4"
    assert played.headers["content-disposition"].startswith("inline")
    assert "x" not in saved.headers
    assert saved.content == FILM


def test_a_poster_is_a_webp(ada: Person, film: str) -> None:
    answer = ada.http.get(film.replace("/file", "/poster"))

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, FILM, "image/webp")


@pytest.mark.parametrize("kind", [pytest.param("file", id="file"), pytest.param("poster", id="poster")])
def test_a_film_is_its_owners_until_it_is_shared(api: Api, film: str, kind: str) -> None:
    address = film.replace("/file", f"/{kind}")
    strangers = (api.someone().http, api.browser())
    assert [stranger.get(address).status_code for stranger in strangers] == [404, 404]
    assert [stranger.head(address).status_code for stranger in strangers] == [404, 404]

    db.run(
        lambda session: session.exec(
            update(Video).where(col(Video.id) == film.split("/")[3]).values(is_shared=True)
        )
    )

    assert [stranger.get(address).content for stranger in strangers] == [FILM, FILM]


def test_a_deleted_film_is_there_for_nobody_but_its_poster_for_its_owner_until_it_is_taken_back(
    api: Api, ada: Person
) -> None:
    video_id = api.keep_film(ada, FILM, is_shared=True, deleted_at=db.utc_now())
    paths = [f"/api/videos/{video_id}/{kind}" for kind in ("file", "poster", "preview", "link")]

    assert [ada.http.get(path).status_code for path in paths] == [404, 200, 404, 404]
    assert [api.browser().get(path).status_code for path in paths] == [404, 404, 404, 401]

    db.run(lambda session: session.get_one(Video, video_id).sqlmodel_update({"deleted_at": None}))
    assert ada.http.get(paths[0]).content == FILM


@pytest.mark.parametrize(
    "status", [pytest.param(status, id=status) for status in Status if status != Status.COMPLETED]
)
def test_a_video_that_is_not_finished_has_no_file(ada: Person, status: Status) -> None:
    video = db.run(make_video, user_id=ada.id, status=status, file_key="videos/x.mp4", is_shared=True)

    assert ada.http.get(f"/api/videos/{video.id}/file").status_code == 404


def test_a_file_that_is_lost_is_not_there(ada: Person, film: str) -> None:
    path = get_store().path_of(f"videos/{film.split('/')[3]}.mp4")
    assert isinstance(path, Path)
    path.unlink()

    answer = ada.http.get(film)

    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
