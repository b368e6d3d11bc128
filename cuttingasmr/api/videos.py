"""Making videos, and asking how they go. Their files are in `files.py`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn
from cuttingasmr.api.shapes import Generate, Started, Videos, VideoShape, VideoStatus
from cuttingasmr.credits import ledger
from cuttingasmr.errors import InvalidType
from cuttingasmr.generation import library
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.generation.start import start_video

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
