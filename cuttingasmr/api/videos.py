"""Making videos, and asking how they go. Their files are in `files.py`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request

from cuttingasmr import db, rate_limits
from cuttingasmr.api.asking import SignedIn, address_of
from cuttingasmr.api.pictures import uses_of
from cuttingasmr.api.shapes import (
    Cancel,
    Change,
    Generate,
    Removed,
    Share,
    Shared,
    Started,
    Videos,
    VideoShape,
    VideoStatus,
    Wanted,
    refusals,
    share_url,
)
from cuttingasmr.credits import ledger
from cuttingasmr.generation import control, hd, library, pictures, shelving
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.generation.start import start_videos

router = APIRouter(prefix="/api", tags=["videos"])


@router.post("/generate-video", status_code=HTTPStatus.ACCEPTED)
async def generate_video(
    body: Generate, user: SignedIn, http: Request, idempotency_key: Annotated[str | None, Header()] = None
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
    await rate_limits.start_video(
        user.id, idempotency_key, fingerprint=request.fingerprint(), address=address_of(http)
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


@router.get("/video-status/{name}", responses=refusals(404))
async def video_status(name: str, user: SignedIn) -> VideoStatus:
    """Tell how a video of yours goes, by our id or the provider's."""
    return VideoStatus.of(await db.read(library.find, user_id=user.id, name=name))


@router.get("/user/videos", responses=refusals(422))
async def videos(user: SignedIn, wanted: Annotated[Wanted, Query()]) -> Videos:
    """List your videos, newest first, a page at a time: all of them, or those that you look for."""
    page = await db.read(library.page, user_id=user.id, cursor=wanted.cursor, wanted=wanted.checked())
    return Videos(videos=[VideoShape.of(seen) for seen in page.rows], next_cursor=page.cursor)


@router.post("/videos/{video_id}/cancel", responses=refusals(404, 409))
async def cancel(video_id: str, user: SignedIn, body: Cancel | None = None) -> VideoStatus:
    """Cancel a video that waits in the queue; its credits come back.

    One that is being made already costs what it costs: AlreadySubmitted says so. With `discard` it is made and deleted, so that
    it can be restored for some days; nothing is given back for it.
    """
    video = (await db.read(library.find, user_id=user.id, name=video_id)).video
    await control.cancel(user_id=user.id, video_id=video.id, discard=bool(body and body.discard))
    return await _told(user.id, video.id)


@router.post("/videos/{video_id}/1080p", responses=refusals(404, 409, 503))
async def ask_for_hd(video_id: str, user: SignedIn) -> VideoStatus:
    """Ask for the 1080p version of a finished video; it costs nothing and takes one to three minutes. `hdState` tells how it goes."""
    video = (await db.read(library.find, user_id=user.id, name=video_id)).video
    await hd.ask(user_id=user.id, video_id=video.id)
    return await _told(user.id, video.id)


@router.post("/videos/{video_id}/share", responses=refusals(404, 409))
async def share(video_id: str, user: SignedIn, body: Share | None = None) -> Shared:
    """Let anybody with the link watch a finished video, or, with `shared` false, nobody but you again."""
    shared = body is None or body.shared
    video = (await db.read(library.find, user_id=user.id, name=video_id)).video
    await shelving.change(shelving.set_shared, user_id=user.id, video_id=video.id, shared=shared)
    return Shared(shared=shared, share_url=share_url(video))


@router.patch("/videos/{video_id}", responses=refusals(404, 422))
async def change(video_id: str, body: Change, user: SignedIn) -> VideoStatus:
    """Name a video, or make it a favourite."""
    video = (await db.read(library.find, user_id=user.id, name=video_id)).video
    if body.title is not None:
        await shelving.change(shelving.rename, user_id=user.id, video_id=video.id, title=body.title)
    if body.favourite is not None:
        await shelving.change(
            shelving.set_favourite, user_id=user.id, video_ids=[video.id], favourite=body.favourite
        )
    return await _told(user.id, video.id)


@router.delete("/videos/{video_id}", responses=refusals(404, 409))
async def remove(video_id: str, user: SignedIn) -> Removed:
    """Delete a video; it can be restored for some days. One that waits in the queue is cancelled, and its credits come back.

    One that is being made is not deleted: AlreadySubmitted says so, and cancel with `discard` is the way.
    """
    removed = await shelving.remove(user_id=user.id, video_id=video_id)
    return Removed.of((await db.read(library.find, user_id=user.id, name=removed, in_bin=True)).video)


@router.post("/videos/{video_id}/restore", responses=refusals(404))
async def restore(video_id: str, user: SignedIn) -> VideoStatus:
    """Take a video back that was deleted lately."""
    await shelving.change(shelving.put_back, user_id=user.id, video_ids=[video_id])
    return await _told(user.id, video_id)


async def _told(user_id: str, video_id: str) -> VideoStatus:
    """Show a video as it is now, be it on its shelf or in the bin."""
    return VideoStatus.of(await db.read(library.find, user_id=user_id, name=video_id, in_bin=True))
