"""Making videos, and asking how they go. Their files are in `files.py`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query

from cuttingasmr import db
from cuttingasmr.api.asking import SignedIn
from cuttingasmr.api.pictures import uses_of
from cuttingasmr.api.shapes import Generate, Started, Videos, VideoShape, VideoStatus
from cuttingasmr.credits import ledger
from cuttingasmr.generation import library, pictures
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.generation.start import start_videos

router = APIRouter(prefix="/api", tags=["videos"])


@router.post("/generate-video", status_code=HTTPStatus.ACCEPTED)
async def generate_video(
    body: Generate, user: SignedIn, idempotency_key: Annotated[str | None, Header()] = None
) -> Started:
    """Start a video. The same Idempotency-Key with the same body gives the same video and charges nothing more."""
    request = VideoRequest.checked(
        prompt=body.prompt,
        aspect_ratio=body.aspect_ratio,
        duration=body.duration,
        kind=body.type,
        picture_ids=uses_of(body.image_urls),
        template_id=body.template_id,
    )
    await pictures.claim(user_id=user.id, picture_ids=request.picture_ids)
    videos = await start_videos(
        user_id=user.id, request=request, count=body.count, idempotency_key=idempotency_key
    )
    balance = await db.read(ledger.balance, user_id=user.id)
    return Started(
        video_id=videos[0].id,
        video_ids=[video.id for video in videos],
        task_id=videos[0].provider_task_id,
        status=videos[0].status,
        credits_used=sum(video.credits_used for video in videos),
        remaining_credits=balance.remaining,
        model=videos[0].model,
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
