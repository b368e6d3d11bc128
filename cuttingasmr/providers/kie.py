"""kie.ai's Veo 3.1, over both of its APIs (providers.md §2).

The body's `code` is the result: its HTTP status is often 200 for errors too. A result is only ever believed when
it was read from a record; callbacks are hints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import httpx

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.http import AnswerLost, Provider
from cuttingasmr.providers.kie_answers import NO_RECORD, OK, Envelope, JobRecord, VeoRecord, envelope_in
from cuttingasmr.providers.video import (
    Busy,
    Key,
    KeyRefused,
    Order,
    RefusedRequest,
    Task,
    TaskState,
    Uncertain,
    VideoProvider,
    get_video_provider,
)
from cuttingasmr.settings import get_settings

__all__ = ["Kie", "KieJobs", "KieVeo", "get_video_provider", "make_engine"]

SECONDS = 20
"""How long one call may take. A submit usually answers within two seconds."""

UPLOAD_HOSTS = {"https://api.kie.ai": "https://kieai.redpandaai.co"}
"""Uploads have a host of their own (§2.11)."""

UPLOAD_FOLDER = "images/frames"

RATE_LIMITED, NOT_FOUND, BAD_REQUEST, INVALID = 429, 404, 400, 422
KEY_REFUSALS = frozenset({401, 402})
BUSY = frozenset({RATE_LIMITED, 455})
"""Codes of a provider that takes no work now: too many orders, and maintenance (§2.5)."""

REFUSALS = frozenset({400, 422, 451, 505})
"""Codes by which the prompt, or what came with it, is refused, and what is not offered (§2.5)."""

NOT_STARTED = frozenset({403, 404, 405, 500, 501, 502, 503})
"""Codes by which kie.ai itself says, in its own envelope and without a task, that it did not take the order. See
docs/decisions/0003; 408, 409, 425 and whatever is new leave it uncertain."""

TURNED_AWAY = frozenset({401, 403, 404, 405, 413})
"""Statuses with which a front turns a request away before kie.ai sees it."""

TIMED_OUT = ("timeout", "timed out", "time-out")


class Kie(Provider):
    """What both APIs share: the key's header, the envelope, and what its codes mean."""

    name = "kie"
    create_path: ClassVar[str]
    record_path: ClassVar[str]
    record: ClassVar[type[VeoRecord | JobRecord]]
    orders_hd: bool = False

    def __init__(self, base_url: str) -> None:
        """Speak to `base_url`."""
        super().__init__(base_url, seconds=SECONDS)

    def _body(self, order: Order) -> dict[str, Any]:
        raise NotImplementedError

    async def create(self, order: Order, key: Key) -> str:
        """Start a video and give kie.ai's id of it; see `VideoProvider.create`."""
        return await self._begin(self._body(order), self.create_path, key)

    async def _begin(self, body: dict[str, Any], path: str, key: Key) -> str:
        try:
            answer = await self.write(path, headers=_headers(key), body=body)
        except AnswerLost as error:
            raise Uncertain from error
        return _task_id(answer)

    async def look_up(self, task_id: str, key: Key) -> Task:
        """Read a task's record; see `VideoProvider.look_up`."""
        return await self._read_record(task_id, key, self.record.task)

    async def _read_record(self, task_id: str, key: Key, sort: Callable[[Any], Task]) -> Task:
        answer = await self.read(self.record_path, headers=_headers(key), params={"taskId": task_id})
        envelope = _envelope(answer)
        if envelope.code == OK and envelope.fields:
            return _sorted(self.record, envelope.fields, sort)
        if envelope.code == NOT_FOUND or NO_RECORD in envelope.msg:
            return Task(TaskState.UNKNOWN, code=str(envelope.code), text=envelope.msg)
        raise ProviderUnavailable

    async def credit(self, key: Key) -> float:
        """Read what is left (§2.11); see `VideoProvider.credit`."""
        envelope = _envelope(await self.read("/api/v1/chat/credit", headers=_headers(key), params={}))
        if envelope.code in KEY_REFUSALS:
            raise KeyRefused(str(envelope.code))
        if (
            envelope.code != OK
            or isinstance(envelope.data, bool)
            or not isinstance(envelope.data, int | float)
        ):
            raise ProviderUnavailable
        return float(envelope.data)

    async def keep_picture(self, name: str, content: bytes, media_type: str, key: Key) -> str:
        """Upload a picture (§2.11); see `VideoProvider.keep_picture`."""
        answer = await self.write_file(
            "/api/file-stream-upload",
            base_url=UPLOAD_HOSTS.get(self.base_url, self.base_url),
            headers=_headers(key),
            fields={"uploadPath": UPLOAD_FOLDER, "fileName": name},
            file=(name, content, media_type),
        )
        envelope = _envelope(answer)
        if envelope.code == OK and (address := envelope.text("downloadUrl", "fileUrl")):
            return address
        raise ProviderUnavailable if envelope.code == OK else _refusal(envelope)


class KieVeo(Kie):
    """The legacy `veo/*` API (§2.3, §2.4)."""

    create_path = "/api/v1/veo/generate"
    record_path = "/api/v1/veo/record-info"
    hd_path = "/api/v1/veo/get-1080p-video"
    record = VeoRecord

    def _body(self, order: Order) -> dict[str, Any]:
        body: dict[str, Any] = {
            "prompt": order.prompt,
            "model": order.model,
            "generationType": order.kind,
            "aspect_ratio": order.aspect_ratio,
            "duration": order.duration,
            "enableTranslation": True,
            "callBackUrl": order.callback_url,
        }
        return body | ({"imageUrls": list(order.image_urls)} if order.image_urls else {})

    async def ask_hd(self, task_id: str, key: Key) -> str:
        """Ask for 1080p (§2.6): the first question begins it, and the task's own id is what to ask by."""
        task = await self.look_up_hd(task_id, key)
        if task.state in {TaskState.FAILED, TaskState.UNKNOWN}:
            raise RefusedRequest(task.code, task.text)
        return task_id

    async def look_up_hd(self, handle: str, key: Key) -> Task:
        """Ask for the 1080p file: its address, "processing", or a refusal. A file counts whatever code comes with it."""
        params = {"taskId": handle, "index": "0"}
        envelope = _envelope(await self.read(self.hd_path, headers=_headers(key), params=params))
        code, text = str(envelope.code), envelope.msg
        if address := envelope.text("resultUrl"):
            return Task(TaskState.DONE, urls=(address,))
        if envelope.code == NOT_FOUND or NO_RECORD in envelope.msg:
            return Task(TaskState.UNKNOWN, code=code, text=text)
        if envelope.code == INVALID or (
            envelope.code == BAD_REQUEST and "processing" in envelope.msg.lower()
        ):
            return Task(TaskState.PENDING, code=code, text=text)
        if envelope.code in {BAD_REQUEST, 501, 505}:
            return Task(TaskState.FAILED, code=code, text=text)
        raise ProviderUnavailable


class KieJobs(Kie):
    """The unified `jobs/*` API (§2.9)."""

    create_path = "/api/v1/jobs/createTask"
    record_path = "/api/v1/jobs/recordInfo"
    record = JobRecord
    orders_hd = True

    def _body(self, order: Order) -> dict[str, Any]:
        told: dict[str, Any] = {
            "prompt": order.prompt,
            "model": order.model,
            "aspect_ratio": order.aspect_ratio,
            "duration": order.duration,
            "enable_translation": True,
        }
        if order.image_urls:
            told |= {"generation_type": order.kind, "image_urls": list(order.image_urls)}
        return {"model": "veo-3-1", "callBackUrl": order.callback_url, "input": told}

    async def ask_hd(self, task_id: str, key: Key) -> str:
        """Order the 1080p version: a task of its own (§2.2), whose id is what to ask by."""
        body = {"model": "veo/get-1080p-video", "input": {"task_id": task_id}}
        return await self._begin(body, self.create_path, key)

    async def look_up_hd(self, handle: str, key: Key) -> Task:
        """Read the record of that task; the 720p original, which it may hold too, is never taken for it."""
        return await self._read_record(handle, key, JobRecord.large_task)


def make_engine() -> VideoProvider:
    """Make the flavour that the settings name."""
    settings = get_settings()
    flavour = KieJobs if settings.veo3_api_flavor == "jobs" else KieVeo
    return flavour(settings.veo3_api_base_url)


def _headers(key: Key) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.secret}"}


def _envelope(answer: httpx.Response) -> Envelope:
    """Read an answer to a question; one that tells nothing is none."""
    envelope = envelope_in(answer)
    if envelope is None:
        raise ProviderUnavailable
    return envelope


def _task_id(answer: httpx.Response) -> str:
    """Read an answer to an order; one that tells nothing leaves it uncertain, unless a front turned the order away."""
    envelope = envelope_in(answer)
    if envelope is None:
        raise _turned_away(answer.status_code)
    task_id = envelope.fields.get("taskId")
    if envelope.code == OK and answer.is_success and isinstance(task_id, str) and task_id:
        return task_id
    raise Uncertain if task_id else _refusal(envelope)


def _turned_away(status: int) -> Exception:
    if status == RATE_LIMITED:
        return Busy()
    return ProviderUnavailable() if status in TURNED_AWAY else Uncertain()


def _refusal(envelope: Envelope) -> Exception:
    """Sort an error that names no task: kie.ai's own word that nothing was started, where it is one."""
    if envelope.code in BUSY:
        return Busy.of(str(envelope.code))
    if envelope.code in KEY_REFUSALS:
        return KeyRefused(str(envelope.code))
    if envelope.code in REFUSALS:
        return RefusedRequest(str(envelope.code), envelope.msg)
    if envelope.code in NOT_STARTED and not any(word in envelope.msg.lower() for word in TIMED_OUT):
        return ProviderUnavailable.of(str(envelope.code))
    return Uncertain()


def _sorted(record: type[VeoRecord | JobRecord], data: object, sort: Callable[[Any], Task]) -> Task:
    try:
        return sort(record.model_validate(data))
    except (ValueError, RecursionError) as error:  # pydantic's and json's errors are both values'
        raise ProviderUnavailable from error
