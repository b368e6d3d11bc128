"""Videos that are paid for, and how far they have come: made at the provider, stored, finished."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.generation import keeping
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.models import Status, Video
from cuttingasmr.providers.video import Order, TaskState, get_video_provider
from cuttingasmr.storage.store import get_store
from tests.support.films import PROMPT
from tests.support.people import make_user, make_video


def paid(prompt: str = PROMPT, **facts: Any) -> str:
    """Write down a video that somebody new has paid for, and give its id."""
    return db.run(_paid, user_id=make_user(), facts={"status": Status.RENDERING, "prompt": prompt, **facts})


def _paid(session: Session, *, user_id: str, facts: dict[str, Any]) -> str:
    prompt = facts.pop("prompt")
    video = make_video(session, user_id=user_id, **facts)
    video.prompt = prompt
    ledger.reserve(session, user_id=user_id, video_id=video.id, credits=video.credits_used)
    return video.id


def row(video_id: str) -> Video:
    """Read a video's row."""
    return db.look(lambda session: session.get_one(Video, video_id))


def change(video_id: str, **facts: Any) -> None:
    """Change a video's row."""
    db.run(lambda session: session.get_one(Video, video_id).sqlmodel_update(facts))


async def rendered(prompt: str = PROMPT) -> str:
    """Have a video made by the provider, and give its id."""
    provider, key = get_video_provider(), get_key_pool().of("")
    order = Order(prompt, "16:9", 8, "veo3_fast", callback_url="")
    task_id = await provider.create(order, key)
    deadline = time.monotonic() + 60
    while (await provider.look_up(task_id, key)).state is TaskState.PENDING:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return paid(prompt, provider_task_id=task_id, provider_key=key.fingerprint)


async def completed(prompt: str = PROMPT) -> str:
    """Have a video made and stored, and give its id."""
    video_id = await rendered(prompt)
    assert await keeping.store(video_id) == {"state": "stored"}
    change(video_id, status=Status.COMPLETED, completed_at=db.utc_now())
    return video_id


async def kept_film() -> str:
    """Write down a finished video of long ago whose file is there: by it the storage is known as ours."""
    video_id = paid(status=Status.COMPLETED, completed_at=db.utc_now() - timedelta(days=30))
    change(video_id, file_key=f"videos/{video_id}.mp4", poster_key=f"posters/{video_id}.webp")
    await get_store().put(f"videos/{video_id}.mp4", b"file")
    return video_id
