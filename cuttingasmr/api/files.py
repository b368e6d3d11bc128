"""The files of finished videos, to their owners, to whoever holds a link, and to anybody where they are shared."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from cuttingasmr import db, routes
from cuttingasmr.api.asking import Perhaps, SignedIn
from cuttingasmr.api.serving import FLEETING, Given, give
from cuttingasmr.api.shapes import Answer
from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.generation import giving, library
from cuttingasmr.models import HdState, User, Video
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import links
from cuttingasmr.storage.bundle import Entry, bundle
from cuttingasmr.storage.names import apart, disposition, plain_name
from cuttingasmr.storage.store import LINK_LIFE, get_store

router = APIRouter(prefix="/api", tags=["videos"])

Quality = Literal["720p", "1080p"]
SUBJECT = re.compile(r"(720p|1080p):([0-9a-f]{32})")
MOST_IN_A_ZIP: Final = 100
ZIP_NAME: Final = "cuttingasmr-videos.zip"


class Link(Answer):
    """A link that opens one file to whoever holds it, until it expires."""

    url: str
    expires_at: datetime


class TooMany(Invalid):
    """Choose 1 to 100 videos to download at once."""


@router.head("/videos/{video_id}/file", include_in_schema=False)
@router.get("/videos/{video_id}/file")
async def file(
    video_id: str, request: Request, user: Perhaps, *, download: bool = False, quality: Quality = "720p"
) -> Response:
    """Give the video's file, or the parts of it that `Range` asks for, to its owner or to anybody if it is shared."""
    video = await _watchable(video_id, user)
    return await give(_film(video, quality, attachment=download), request)


@router.head("/videos/{video_id}/poster", include_in_schema=False)
@router.get("/videos/{video_id}/poster")
async def poster(video_id: str, request: Request, user: Perhaps) -> Response:
    """Give the video's still picture; its owner sees it in the bin, too."""
    video = await db.read(library.find_poster, video_id=video_id, user_id=user.id if user else None)
    return await give(Given(_there(video.poster_key), f"{_name(video)}.webp"), request)


@router.head("/videos/{video_id}/preview", include_in_schema=False)
@router.get("/videos/{video_id}/preview")
async def preview(video_id: str, request: Request, user: Perhaps) -> Response:
    """Give the small, silent clip that a card plays; 404 until it has been cut."""
    video = await _watchable(video_id, user)
    return await give(Given(_there(video.preview_key), f"{_name(video)} preview.mp4"), request)


@router.get("/videos/{video_id}/link")
async def link(video_id: str, user: SignedIn, *, quality: Quality = "720p") -> Link:
    """Make a link to your video's file that needs no cookie and works for 15 minutes."""
    video = await db.read(library.find_file, video_id=video_id, user_id=user.id)
    if video.user_id != user.id:
        raise NotFound
    _film(video, quality, attachment=False)
    token = links.sign(f"{quality}:{video.id}", life=LINK_LIFE)
    address = f"{get_settings().app_url}{routes.media(token)}"
    return Link(url=address, expires_at=db.utc_now() + LINK_LIFE)


@router.head("/media/{token}", include_in_schema=False)
@router.get("/media/{token}")
async def media(
    token: Annotated[str, Path(max_length=links.LONGEST)], request: Request, *, download: bool = False
) -> Response:
    """Give the file that a link opens, to whoever holds it; 404 once it has expired or its video was deleted."""
    subject = SUBJECT.fullmatch(links.read(token) or "")
    if subject is None:
        raise NotFound
    video = await db.read(giving.finished, video_id=subject[2])
    return await give(_film(video, subject[1], attachment=download), request)


@router.get("/user/videos.zip")
async def videos_zip(user: SignedIn, ids: Annotated[str, Query(max_length=4000)]) -> Response:
    """Give up to 100 of your videos in one ZIP, which is written while it is sent."""
    wanted = list(dict.fromkeys(each.strip() for each in ids.split(",") if each.strip()))
    if not 0 < len(wanted) <= MOST_IN_A_ZIP:
        raise TooMany
    videos = await db.read(giving.all_of, user_id=user.id, video_ids=wanted)
    names = apart(_name(video) for video in videos)
    entries = [
        Entry(f"{name}.mp4", await _present(video), video.created_at)
        for video, name in zip(videos, names, strict=True)
    ]
    headers = FLEETING | {"Content-Disposition": disposition(ZIP_NAME, attachment=True)}
    return StreamingResponse(bundle(get_store(), entries), media_type="application/zip", headers=headers)


async def _watchable(video_id: str, user: User | None) -> Video:
    return await db.read(library.find_file, video_id=video_id, user_id=user.id if user else None)


def _film(video: Video, quality: str, *, attachment: bool) -> Given:
    if quality == "1080p":
        key = video.hd_key if video.hd_state == HdState.READY else None
        return Given(_there(key), f"{_name(video)} 1080p.mp4", attachment)
    return Given(_there(video.file_key), f"{_name(video)}.mp4", attachment)


def _there(key: str | None) -> str:
    if not key:
        raise NotFound
    return key


def _name(video: Video) -> str:
    return plain_name(video.title or video.prompt)


async def _present(video: Video) -> str:
    """Give the key of a file that is really there: a ZIP that breaks off in the middle helps nobody."""
    key = _there(video.file_key)
    if await get_store().find(key) is None:
        raise NotFound
    return key
