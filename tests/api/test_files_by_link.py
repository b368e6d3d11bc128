"""Links that open a file without a cookie, and many videos in one ZIP."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from cuttingasmr import db
from cuttingasmr.models import HdState, Status, Video
from cuttingasmr.storage import links
from cuttingasmr.storage.store import get_store
from tests.support.api import Api, Person
from tests.support.people import make_video

FILM = bytes(range(256)) * 40


@pytest.fixture
def ada(api: Api) -> Person:
    return api.someone()


def change(video_id: str, **facts: object) -> None:
    db.run(lambda session: session.get_one(Video, video_id).sqlmodel_update(facts))


def path_of(answer: dict[str, str]) -> str:
    return urlsplit(answer["url"]).path


def test_a_link_opens_the_file_to_whoever_holds_it(api: Api, ada: Person) -> None:
    video_id = api.keep_film(ada, FILM)

    answer = ada.http.get(f"/api/videos/{video_id}/link").json()
    anybody = api.browser().get(path_of(answer))
    part = api.browser().get(path_of(answer), headers={"range": "bytes=0-9"})
    saved = api.browser().get(f"{path_of(answer)}?download=true")

    assert answer["url"].startswith(f"{api.url}/api/media/")
    life = datetime.fromisoformat(answer["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=13) < life < timedelta(minutes=16)
    assert (anybody.status_code, anybody.content) == (200, FILM)
    assert (part.status_code, part.content) == (206, FILM[:10])
    assert saved.headers["content-disposition"].startswith("attachment")
    assert api.browser().head(path_of(answer)).headers["content-length"] == str(len(FILM))


def test_a_link_ends_with_its_time_with_its_video_and_when_it_is_altered(api: Api, ada: Person) -> None:
    video_id = api.keep_film(ada, FILM)
    token = path_of(ada.http.get(f"/api/videos/{video_id}/link").json()).rpartition("/")[2]
    expired = links.sign(f"720p:{video_id}", life=timedelta(seconds=-1))
    other = api.keep_film(api.someone(), FILM)
    altered = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")

    refused = [expired, altered, f"720p:{other}", "x" * 511, links.sign(f"4k:{video_id}", life=timedelta(1))]

    assert [api.browser().get(f"/api/media/{each}").status_code for each in refused] == [404] * 5
    assert api.browser().get(f"/api/media/{'x' * 600}").status_code == 422
    change(video_id, deleted_at=db.utc_now())
    assert api.browser().get(f"/api/media/{token}").status_code == 404
    change(video_id, deleted_at=None, status=Status.FAILED)
    assert ada.http.get(f"/api/media/{token}").status_code == 404


def test_a_link_is_made_for_ones_own_videos_alone(api: Api, ada: Person) -> None:
    video_id = api.keep_film(ada, FILM, is_shared=True)
    path = f"/api/videos/{video_id}/link"

    assert api.browser().get(path).status_code == 401
    assert api.someone().http.get(path).status_code == 404
    assert ada.http.get(f"{path}?quality=1080p").status_code == 404, "there is none yet"
    assert ada.http.get(f"/api/videos/{'0' * 32}/link").status_code == 404


def test_1080p_is_given_when_it_is_there(api: Api, ada: Person) -> None:
    video_id = api.keep_film(ada, FILM)
    path = f"/api/videos/{video_id}/file?quality=1080p"
    before = ada.http.get(path)
    asyncio.run(get_store().put(f"videos/{video_id}-1080p.mp4", FILM[::-1]))
    change(video_id, hd_key=f"videos/{video_id}-1080p.mp4", hd_state=HdState.READY)

    after, link = ada.http.get(path), ada.http.get(f"/api/videos/{video_id}/link?quality=1080p").json()

    assert (before.status_code, after.status_code, after.content) == (404, 200, FILM[::-1])
    assert api.browser().get(path_of(link)).content == FILM[::-1]
    assert "1080p" in after.headers["content-disposition"]
    assert ada.http.get(f"/api/videos/{video_id}/file?quality=4k").status_code == 422


def test_a_clip_is_given_once_it_is_cut(api: Api, ada: Person) -> None:
    video_id = api.keep_film(ada, FILM)
    path = f"/api/videos/{video_id}/preview"
    change(video_id, preview_key="")
    none = ada.http.get(path).status_code
    asyncio.run(get_store().put(f"previews/{video_id}.mp4", b"clip"))
    change(video_id, preview_key=f"previews/{video_id}.mp4")

    assert none == 404
    assert (ada.http.get(path).content, ada.http.get(path).headers["content-type"]) == (b"clip", "video/mp4")
    assert api.someone().http.get(path).status_code == 404


def test_many_videos_come_in_one_zip_under_their_names(api: Api, ada: Person) -> None:
    films = [FILM + bytes([number]) for number in range(4)]
    videos = [api.keep_film(ada, film) for film in films]
    for video_id, title in zip(videos, ("Ice", "ice", "../../etc/passwd", "中文"), strict=True):
        change(video_id, title=title)

    answer = ada.http.get("/api/user/videos.zip", params={"ids": ",".join([*videos, videos[0]])})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="cuttingasmr-videos.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["Ice.mp4", "ice (2).mp4", "etc passwd.mp4", "中文.mp4"]
        assert [archive.read(name) for name in archive.namelist()] == films
        assert archive.testzip() is None


def test_a_zip_holds_ones_own_finished_videos_or_nothing_at_all(api: Api, ada: Person) -> None:
    mine, theirs = api.keep_film(ada, FILM), api.keep_film(api.someone(), FILM, is_shared=True)
    deleted, lost = api.keep_film(ada, FILM, deleted_at=db.utc_now()), api.keep_film(ada, FILM)
    running = db.run(make_video, user_id=ada.id).id
    path = get_store().path_of(f"videos/{lost}.mp4")
    assert path is not None
    path.unlink()

    def ask(*ids: str) -> int:
        return ada.http.get("/api/user/videos.zip", params={"ids": ",".join(ids)}).status_code

    assert ask(mine) == 200
    assert [ask(mine, other) for other in (theirs, deleted, lost, running, "0" * 32, "x")] == [404] * 6
    assert [ask(), ask(*(f"{number:032x}" for number in range(101)))] == [422, 422]
    assert api.browser().get("/api/user/videos.zip", params={"ids": mine}).status_code == 401
