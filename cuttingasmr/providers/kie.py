"""kie.ai's Veo 3.1, over both of its APIs (providers.md §2).

The body's `code` is the result: its HTTP status is often 200 for errors too. A result is only ever believed when
it was read from a record; callbacks are hints.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel, Field, ValidationError, field_validator

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.http import AnswerLost, Provider
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
)
from cuttingasmr.settings import get_settings

SECONDS = 20
"""How long one call may take. A submit usually answers within two seconds."""

OK, RATE_LIMITED, UNAUTHORIZED, NO_CREDIT, NOT_FOUND = 200, 429, 401, 402, 404
REFUSALS = frozenset({400, 422, 451})
"""Codes by which the prompt, or what came with it, is refused (providers.md §2.5)."""

NO_RECORD = "record is null"


class Envelope(BaseModel):
    """What every answer is wrapped in."""

    code: int
    msg: str = ""
    data: dict[str, Any] | None = None

    @field_validator("data", mode="before")
    @classmethod
    def _mapping(cls, value: object) -> object:
        """Read what is no object as nothing: no call that is made here answers otherwise."""
        return None if isinstance(value, list | str | int | float) else value

    @field_validator("msg", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return value if isinstance(value, str) else ""


def _unpacked(value: object) -> object:
    """Read what some of kie.ai's schemas type as a JSON string."""
    return json.loads(value) if isinstance(value, str) and value else value


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


class VeoResponse(BaseModel):
    """The part of a finished record that holds the files."""

    urls: list[str] = Field(default_factory=list, alias="resultUrls")

    @field_validator("urls", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        """Read the array, which some of kie.ai's schemas type as a JSON string."""
        return _unpacked(value) or []


class VeoRecord(BaseModel):
    """A record of the legacy API (§2.4)."""

    flag: int = Field(alias="successFlag")
    response: VeoResponse | None = None
    error_code: str = Field(default="", alias="errorCode")
    error_text: str = Field(default="", alias="errorMessage")

    @field_validator("error_code", "error_text", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return _as_text(value)

    def task(self) -> Task:
        """Sort it: 0 is pending, 1 is done, whatever else is failed."""
        if self.flag == 0:
            return Task(TaskState.PENDING)
        if self.flag == 1:
            return Task(TaskState.DONE, urls=tuple(self.response.urls) if self.response else ())
        return Task(TaskState.FAILED, code=self.error_code, text=self.error_text)


class JobRecord(BaseModel):
    """A record of the unified API (§2.9)."""

    state: str
    result: VeoResponse = Field(default_factory=VeoResponse, alias="resultJson")
    fail_code: str = Field(default="", alias="failCode")
    fail_text: str = Field(default="", alias="failMsg")

    @field_validator("result", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> object:
        return _unpacked(value) or {}

    @field_validator("fail_code", "fail_text", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return _as_text(value)

    def task(self) -> Task:
        """Sort it: `success`, `fail`, and anything else is still on its way."""
        if self.state == "success":
            return Task(TaskState.DONE, urls=tuple(self.result.urls))
        if self.state == "fail":
            return Task(TaskState.FAILED, code=self.fail_code, text=self.fail_text)
        return Task(TaskState.PENDING)


class Kie(Provider):
    """What both APIs share: the key's header, the envelope, and what its codes mean."""

    name = "kie"
    create_path: ClassVar[str]
    record_path: ClassVar[str]
    record: ClassVar[type[VeoRecord | JobRecord]]

    def __init__(self, base_url: str) -> None:
        """Speak to `base_url`."""
        super().__init__(base_url, seconds=SECONDS)

    def _body(self, order: Order) -> dict[str, Any]:
        raise NotImplementedError

    async def create(self, order: Order, key: Key) -> str:
        """Start a video and give kie.ai's id of it; see `VideoProvider.create`."""
        try:
            answer = await self.write(self.create_path, headers=_headers(key), body=self._body(order))
        except AnswerLost as error:
            raise Uncertain from error
        return _task_id(answer)

    async def look_up(self, task_id: str, key: Key) -> Task:
        """Read a task's record; see `VideoProvider.look_up`."""
        answer = await self.read(self.record_path, headers=_headers(key), params={"taskId": task_id})
        envelope = _envelope(answer)
        if envelope is None:
            raise ProviderUnavailable
        if envelope.code == OK and envelope.data is not None:
            return _sorted(self.record, envelope.data)
        if envelope.code == NOT_FOUND or NO_RECORD in envelope.msg:
            return Task(TaskState.UNKNOWN, code=str(envelope.code), text=envelope.msg)
        raise ProviderUnavailable


class KieVeo(Kie):
    """The legacy `veo/*` API (§2.3, §2.4)."""

    create_path = "/api/v1/veo/generate"
    record_path = "/api/v1/veo/record-info"
    record = VeoRecord

    def _body(self, order: Order) -> dict[str, Any]:
        return {
            "prompt": order.prompt,
            "model": order.model,
            "generationType": "TEXT_2_VIDEO",
            "aspect_ratio": order.aspect_ratio,
            "duration": order.duration,
            "enableTranslation": True,
            "callBackUrl": order.callback_url,
        }


class KieJobs(Kie):
    """The unified `jobs/*` API (§2.9)."""

    create_path = "/api/v1/jobs/createTask"
    record_path = "/api/v1/jobs/recordInfo"
    record = JobRecord

    def _body(self, order: Order) -> dict[str, Any]:
        return {
            "model": "veo-3-1",
            "callBackUrl": order.callback_url,
            "input": {
                "prompt": order.prompt,
                "model": order.model,
                "aspect_ratio": order.aspect_ratio,
                "duration": order.duration,
                "enable_translation": True,
            },
        }


@cache
def get_video_provider() -> VideoProvider:
    """Give the engine that the settings name."""
    settings = get_settings()
    flavour = KieJobs if settings.veo3_api_flavor == "jobs" else KieVeo
    return flavour(settings.veo3_api_base_url)


def _headers(key: Key) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.secret}"}


def _envelope(answer: httpx.Response) -> Envelope | None:
    try:
        return Envelope.model_validate_json(answer.content)
    except ValidationError:
        return None


def _task_id(answer: httpx.Response) -> str:
    envelope = _envelope(answer)
    if envelope is None:
        raise Uncertain
    task_id = (envelope.data or {}).get("taskId")
    if envelope.code == OK and answer.is_success and isinstance(task_id, str) and task_id:
        return task_id
    if task_id:
        raise Uncertain
    raise _refusal(envelope)


def _refusal(envelope: Envelope) -> Exception:
    """Sort an error that names no task: nothing was started."""
    if envelope.code == RATE_LIMITED:
        return Busy()
    if envelope.code in {UNAUTHORIZED, NO_CREDIT}:
        return KeyRefused()
    if envelope.code in REFUSALS:
        return RefusedRequest(str(envelope.code), envelope.msg)
    if envelope.code == OK:
        return Uncertain()
    return ProviderUnavailable()


def _sorted(record: type[VeoRecord | JobRecord], data: object) -> Task:
    try:
        return record.model_validate(data).task()
    except (ValidationError, json.JSONDecodeError) as error:
        raise ProviderUnavailable from error
