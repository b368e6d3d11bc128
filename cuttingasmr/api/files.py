"""The files of finished videos, to their owners and to anybody where they are shared."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from cuttingasmr import db
from cuttingasmr.auth import sessions
from cuttingasmr.errors import NotFound
from cuttingasmr.generation import library
from cuttingasmr.models import Video
from cuttingasmr.storage.store import get_store

router = APIRouter(prefix="/api", tags=["videos"])


@router.head("/videos/{video_id}/file", include_in_schema=False)
@router.get("/videos/{video_id}/file", response_class=FileResponse)
async def file(video_id: str, request: Request, *, download: bool = False) -> Response:
    """Give the video's file, or the parts of it that `Range` asks for, to its owner or to anybody if it is shared."""
    video = await _watchable(video_id, request)
    name = f"cuttingasmr-{video.id[:8]}.mp4"
    return await _give(video.file_key, "video/mp4", attachment=name if download else None)


@router.head("/videos/{video_id}/poster", include_in_schema=False)
@router.get("/videos/{video_id}/poster", response_class=FileResponse)
async def poster(video_id: str, request: Request) -> Response:
    """Give the video's still picture."""
    video = await _watchable(video_id, request)
    return await _give(video.poster_key, "image/webp", attachment=None)


async def _watchable(video_id: str, request: Request) -> Video:
    user = await db.read(sessions.find, token=request.cookies.get(sessions.COOKIE))
    return await db.read(library.find_file, video_id=video_id, user_id=user.id if user else None)


async def _give(key: str | None, media_type: str, *, attachment: str | None) -> Response:
    if key is None:
        raise NotFound
    path = get_store().path_of(key)
    if path is None:
        return RedirectResponse(await get_store().link_to(key))
    if not path.is_file():
        raise NotFound
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    disposition = "attachment" if attachment else "inline"
    return FileResponse(
        path,
        media_type=media_type,
        filename=attachment,
        content_disposition_type=disposition,
        headers=headers,
    )
