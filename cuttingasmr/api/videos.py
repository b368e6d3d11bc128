"""Making videos, asking how they go, and getting their files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from cuttingasmr import db, rate_limits
from cuttingasmr.api.asking import SignedIn
from cuttingasmr.api.shapes import Generate, Started, Videos, VideoShape, VideoStatus
from cuttingasmr.auth import sessions
from cuttingasmr.credits import ledger
from cuttingasmr.errors import InvalidType, NotFound
from cuttingasmr.generation import library
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.generation.start import start_video
from cuttingasmr.models import Video
from cuttingasmr.storage.store import get_store

router = APIRouter(prefix="/api", tags=["videos"])


@router.post("/generate-video", status_code=HTTPStatus.ACCEPTED)
async def generate_video(
    body: Generate, user: SignedIn, idempotency_key: Annotated[str | None, Header()] = None
) -> Started:
    """Start a video. The same Idempotency-Key with the same body gives the same video and charges nothing more."""
    if body.image_urls:
        raise InvalidType
    request = VideoRequest.checked(
        prompt=body.prompt,
        aspect_ratio=body.aspect_ratio,
        duration=body.duration,
        kind=body.type,
        template_id=body.template_id,
    )
    await rate_limits.start_video(user.id, idempotency_key)
    video = await start_video(user_id=user.id, request=request, idempotency_key=idempotency_key)
    balance = await db.read(ledger.balance, user_id=user.id)
    return Started(
        video_id=video.id,
        task_id=video.provider_task_id,
        status=video.status,
        credits_used=video.credits_used,
        remaining_credits=balance.remaining,
        model=video.model,
    )


@router.get("/video-status/{name}")
async def video_status(name: str, user: SignedIn) -> VideoStatus:
    """Tell how a video of yours goes, by our id or the provider's."""
    return VideoStatus.of(await db.read(library.find, user_id=user.id, name=name))


@router.get("/user/videos")
async def videos(user: SignedIn, cursor: Annotated[str, Query(max_length=200)] = "") -> Videos:
    """List your videos, newest first, a page at a time."""
    page = await db.read(library.page, user_id=user.id, cursor=cursor)
    return Videos(videos=[VideoShape.of(seen) for seen in page.rows], next_cursor=page.cursor)


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
