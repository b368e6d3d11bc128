"""The process dies while it makes an archive or erases an account; the next one makes the archive, and finds the rest."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.models import Export, ExportState, Status, User, Video
from tests.support.people import make_video
from tests.support.site import Site, Visitor, wait_until

VIDEOS = 60
FILM = b"\x00" * 2_000_000
DATA = "/api/user/export-data"


def media(site: Site) -> Path:
    return Path(site.env["DATA_DIR"], "media")


def fill(session: Session, *, user_id: str) -> list[str]:
    ledger.adjust(session, user_id=user_id, audit_id=-int(user_id[:8], 16), credits=VIDEOS * 10)
    videos = [
        make_video(session, user_id=user_id, status=Status.COMPLETED, title=f"farewell {n}", preview_key="")
        for n in range(VIDEOS)
    ]
    for video in videos:
        ledger.reserve(session, user_id=user_id, video_id=video.id, credits=10)
        video.file_key = f"videos/{video.id}.mp4"
    return [video.id for video in videos]


def newest(session: Session) -> Export:
    return session.exec(select(Export).order_by(col(Export.asked_at).desc()).limit(1)).one()


@pytest.fixture
def leaver(site: Site) -> tuple[Visitor, str]:
    """Somebody with many videos."""
    ada = site.someone()
    user_id = ada.http.get("/api/auth/session").json()["user"]["id"]
    ids = site.change(lambda session: fill(session, user_id=user_id))
    (media(site) / "videos").mkdir(parents=True, exist_ok=True)
    first = media(site) / "videos" / f"{ids[0]}.mp4"
    first.write_bytes(FILM)
    for video_id in ids[1:]:
        shutil.copyfile(first, first.with_name(f"{video_id}.mp4"))
    return ada, user_id


def test_an_archive_whose_maker_was_killed_is_made_by_the_next(
    site: Site, leaver: tuple[Visitor, str]
) -> None:
    ada, _ = leaver
    assert ada.http.get(DATA).status_code == 202
    wait_until(lambda: site.look(newest).state == ExportState.MAKING)
    site.process.kill9()
    died = site.look(newest)
    site.start()
    assert ada.http.post(DATA).status_code == 202 or died.state == ExportState.READY, "it is still that one"
    if died.state != ExportState.READY:
        site.change(
            lambda session: newest(session).sqlmodel_update({"look_at": db.utc_now()})
        )  # its time is over

    told = wait_until(lambda: _ready(ada), seconds=90, what=lambda: ada.http.get(DATA).text)

    assert told["done"] == VIDEOS
    archive = ada.http.get(f"{DATA}?download=1")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert files.testzip() is None
        assert len([name for name in files.namelist() if name.startswith("videos/")]) == VIDEOS
    assert len(list((media(site) / "exports").iterdir())) == 1


def _ready(ada: Visitor) -> dict[str, int] | None:
    told = ada.http.get(DATA).json()
    return told if told["state"] == "ready" else None


def test_an_erasing_that_was_killed_goes_on(site: Site, leaver: tuple[Visitor, str]) -> None:
    ada, user_id = leaver
    answer = ada.http.request(
        "DELETE", "/api/user/delete-account", json={"confirm": "DELETE", "password": "correct horse battery"}
    )
    assert answer.status_code == 200, answer.text
    past = {"erase_at": db.utc_now() - timedelta(seconds=1)}
    site.change(lambda session: session.get_one(User, user_id).sqlmodel_update(past))

    wait_until(lambda: site.look(lambda session: session.get_one(User, user_id)).erased_at, seconds=60)
    site.process.kill9()  # wherever it is
    site.start()

    mine = select(Video).where(col(Video.user_id) == user_id)
    files = [
        media(site) / "videos" / f"{video.id}.mp4" for video in site.look(lambda it: list(it.exec(mine)))
    ]
    wait_until(lambda: not any(file.exists() for file in files), seconds=60)
    rows = wait_until(lambda: _all_blank(site.look(lambda session: list(session.exec(mine)))), seconds=60)
    assert len(rows) == VIDEOS
    assert site.findings() == []


def _all_blank(videos: list[Video]) -> list[Video] | None:
    return None if any(video.title or video.purged_at is None for video in videos) else videos
