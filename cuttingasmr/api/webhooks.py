"""Where providers call in. Nothing they say is believed: a call wakes the workflow, which reads the record itself."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from cuttingasmr import db
from cuttingasmr.api.shapes import Answer
from cuttingasmr.errors import BadJson, BadSignature, NotFound
from cuttingasmr.generation import callbacks, engine
from cuttingasmr.payments import webhook

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])


@router.post("/creem")
async def creem(request: Request) -> Answer:
    """Hear from Creem (providers.md §1.6). 200 means that it is written down; 401 that Creem did not say it."""
    await webhook.receive(await request.body(), request.headers.get("creem-signature", ""))
    return Answer()


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
    await db.in_thread(engine.wake, video_id, task_id)
    return Answer()


class _Data(BaseModel):
    """The part of a callback that is read. One API calls it `taskId`, a sample of the documents `task_id`."""

    task_id: str = Field(
        pattern=r"^[!-~]+$", max_length=128, validation_alias=AliasChoices("taskId", "task_id")
    )


class _Callback(BaseModel):
    data: _Data


def _task_in(body: bytes) -> str:
    try:
        return _Callback.model_validate_json(body).data.task_id
    except ValidationError as error:
        raise BadJson from error
