"""What kie.ai's answers say, shape by shape (providers.md §2). What cannot be read is no answer; what is unknown is data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import httpx
from pydantic import BaseModel, Field, ValidationError, field_validator

from cuttingasmr.providers.video import Task, TaskState

OK = 200
NO_RECORD = "record is null"


class Envelope(BaseModel):
    """What every answer is wrapped in."""

    code: int
    msg: str = ""
    data: Any = None

    @field_validator("msg", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return value if isinstance(value, str) else ""

    @property
    def fields(self) -> dict[str, Any]:
        """`data`, where it is an object; else nothing."""
        return _object(self.data)

    def text(self, *names: str) -> str:
        """Give the first of these fields of `data` that holds a text."""
        told = (self.fields.get(name) for name in names)
        return next((value for value in told if isinstance(value, str) and value), "")


def envelope_in(answer: httpx.Response) -> Envelope | None:
    """Read the envelope; `None` when there is none, as in a gateway's own page."""
    try:
        return Envelope.model_validate_json(answer.content)
    except ValidationError:
        return None


def _unpacked(value: object) -> object:
    """Read what some of kie.ai's schemas type as a JSON string."""
    return json.loads(value) if isinstance(value, str) and value else value


def _object(value: object) -> dict[str, Any]:
    """Read an object; whatever else it is counts as an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


class _Asked(BaseModel):
    """What was asked for, as a record repeats it: one API flat, the other with the prompt inside `input`."""

    prompt: str = ""
    callback_url: str = Field(default="", alias="callBackUrl")

    @classmethod
    def of(cls, told: object) -> _Asked:
        """Read it as far as it can be read: nothing of it is needed for the video itself."""
        try:
            fields = _object(_unpacked(told))
            return cls.model_validate(fields | _object(fields.get("input")))
        except (ValueError, TypeError, RecursionError):
            return cls()

    def join(self, task: Task) -> Task:
        """Tell with a task what was asked for."""
        return replace(task, prompt=self.prompt, callback_url=self.callback_url)


class Files(BaseModel):
    """The part of a finished record that holds the files."""

    urls: list[str] = Field(default_factory=list, alias="resultUrls")

    @field_validator("urls", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        """Read the array, which some of kie.ai's schemas type as a JSON string."""
        return _unpacked(value) or []


class LargeFiles(BaseModel):
    """Where the unified API keeps a 1080p file, apart from the smaller one (§2.9)."""

    urls: list[str] = Field(default_factory=list, alias="result_urls")

    @field_validator("urls", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return _unpacked(value) or []


class JobFiles(Files):
    """`resultJson` of the unified API."""

    data: LargeFiles = Field(default_factory=LargeFiles)

    @field_validator("data", mode="before")
    @classmethod
    def _fields(cls, value: object) -> object:
        return _object(value)


class VeoRecord(BaseModel):
    """A record of the legacy API (§2.4)."""

    flag: int = Field(alias="successFlag")
    response: Files | None = None
    error_code: str = Field(default="", alias="errorCode")
    error_text: str = Field(default="", alias="errorMessage")
    asked: Any = Field(default=None, alias="paramJson")

    @field_validator("error_code", "error_text", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return _as_text(value)

    def task(self) -> Task:
        """Sort it: 0 is pending, 1 is done, whatever else is failed."""
        return _Asked.of(self.asked).join(self._sorted())

    def _sorted(self) -> Task:
        if self.flag == 0:
            return Task(TaskState.PENDING)
        if self.flag == 1:
            return Task(TaskState.DONE, urls=tuple(self.response.urls) if self.response else ())
        return Task(TaskState.FAILED, code=self.error_code, text=self.error_text)


class JobRecord(BaseModel):
    """A record of the unified API (§2.9)."""

    state: str
    result: JobFiles = Field(default_factory=JobFiles, alias="resultJson")
    fail_code: str = Field(default="", alias="failCode")
    fail_text: str = Field(default="", alias="failMsg")
    asked: Any = Field(default=None, alias="param")

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
        return _Asked.of(self.asked).join(self._sorted(self.result.urls))

    def large_task(self) -> Task:
        """Sort the record of a 1080p version: only a file from the place of the large ones will do."""
        return self._sorted(self.result.data.urls)

    def _sorted(self, urls: list[str]) -> Task:
        if self.state == "success":
            return Task(TaskState.DONE, urls=tuple(urls))
        if self.state == "fail":
            return Task(TaskState.FAILED, code=self.fail_code, text=self.fail_text)
        return Task(TaskState.PENDING)
