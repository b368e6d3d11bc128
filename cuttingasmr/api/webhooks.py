"""Where providers call in. Nothing they say is believed: a call wakes the workflow, which reads the record itself."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import DBAPIError

from cuttingasmr import db
from cuttingasmr.api.shapes import Answer
from cuttingasmr.errors import BadJson, DatabaseUnavailable, NotFound, SignInRequired
from cuttingasmr.generation import callbacks, engine

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])


class BadSignature(SignInRequired):
    """This call is not signed as it should be."""


@router.post("/veo3/{token}")
async def veo3(token: str, request: Request) -> Answer:
    """Hear from kie.ai that a task is over (providers.md §2.7). 404 for an address we did not make, 401 for a bad signature."""
    video_id = callbacks.video_of(token)
    if video_id is None:
        raise NotFound
    task_id = _task_in(await request.body())
    headers = request.headers
    if not callbacks.is_signed(
        task_id, headers.get("x-webhook-timestamp", ""), headers.get("x-webhook-signature", "")
    ):
        raise BadSignature
    try:
        await db.in_thread(engine.wake, video_id, task_id)
    except DBAPIError as error:
        raise DatabaseUnavailable from error
    return Answer()


def _task_in(body: bytes) -> str:
    """Find the task's id, which one API calls `taskId` and a sample `task_id`."""
    try:
        content: Any = json.loads(body)
        data = content.get("data") or {}
        task_id = data.get("taskId") or data.get("task_id")
    except (ValueError, RecursionError, AttributeError) as error:
        raise BadJson from error
    if not isinstance(task_id, str) or not 0 < len(task_id) <= 128:  # noqa: PLR2004 - the column's length
        raise BadJson
    return task_id
