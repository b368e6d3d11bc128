"""kie.ai's JSON, shape by shape. One rule: each shape names the section of `providers.md` that it was written from."""

import json
from typing import Any

from starlette.responses import JSONResponse

from .task import UPGRADE_MODEL, Task

POLICY = "Your prompt was flagged by Website as violating content policies."
FAILED = {501: "Generation failed", 500: "Internal Error, Please try again later."}
PROCESSING_1080P = "1080P is processing. It should be ready in 1-2 minutes. Please check back shortly."

# 2.1: the body's code is the result. HTTP says 200 even for errors, but for these it says the same.
_ALSO_HTTP = {401, 404, 429}


def envelope(code: int, msg: str, data: object = None, *, http: int | None = None) -> JSONResponse:
    """Build the envelope of 2.1; `http` where the HTTP status is not the documented habit."""
    status = http or (code if code in _ALSO_HTTP else 200)
    return JSONResponse({"code": code, "msg": msg, "data": data}, status_code=status)


def success(data: object) -> JSONResponse:
    """Build the envelope of something that worked."""
    return envelope(200, "success", data)


def veo_record(task: Task) -> dict[str, Any]:
    """Return `data` of the old API's record-info (2.4)."""
    flag = {"generating": 0, "success": 1}.get(task.state) or (3 if task.error_code == 400 else 2)  # noqa: PLR2004 - 2.5
    return {
        "taskId": task.id,
        "paramJson": task.param,
        "completeTime": task.finished_ms,
        "response": {"taskId": task.id, **_files(task)} if task.state == "success" else None,
        "successFlag": 0 if task.state == "generating" else flag,
        "errorCode": task.error_code or None,
        "errorMessage": task.error or None,
        "createTime": task.created_ms,
        "fallbackFlag": False,
    }


def _files(task: Task) -> dict[str, Any]:
    """Links to the results; the original only where the ratio is not 16:9 (2.4)."""
    url = task.url(task.file)
    origin = {} if task.ratio == "16:9" else {"originUrls": [url]}
    return {"resultUrls": [url], **origin, "resolution": task.resolution}


def veo_callback(task: Task) -> dict[str, Any]:
    """Build the old API's callback (2.7)."""
    data: dict[str, Any] = {"taskId": task.id, "fallbackFlag": False, "promptJson": task.param}
    if task.state == "success":
        data["info"] = _files(task)
        return {"code": 200, "msg": "Veo3.1 video generated successfully.", "data": data}
    return {"code": task.error_code, "msg": task.error, "data": data}


def job_record(task: Task) -> dict[str, Any]:
    """Return `data` of the unified API's recordInfo (2.9)."""
    return _job(task) | {"progress": 100 if task.is_finished else int(task.share_done() * 100)}


def job_callback(task: Task) -> dict[str, Any]:
    """Build the unified API's callback (2.9)."""
    done = task.state == "success"
    return {"code": 200 if done else 501, "msg": "success" if done else task.error, "data": _job(task)}


def _job(task: Task) -> dict[str, Any]:
    ended = task.finished_ms
    return {
        "taskId": task.id,
        "model": task.model,
        "state": task.job_state(),
        "param": task.param,
        "resultJson": json.dumps(_job_files(task)) if task.state == "success" else "",
        "failCode": str(task.error_code or ""),
        "failMsg": task.error,
        "costTime": ended - task.created_ms if ended else None,
        "creditsConsumed": task.credits if task.state == "success" else 0,
        "createTime": task.created_ms,
        "updateTime": ended or task.created_ms,
        "completeTime": ended,
    }


def _job_files(task: Task) -> dict[str, Any]:
    """720p lies in `resultUrls`, 1080p in `data.result_urls` with the original beside it (2.9)."""
    if task.resolution == "720p":
        return {"resultUrls": [task.url(task.file)]}
    origin = [] if task.model == UPGRADE_MODEL else [task.url(task.file)]
    return {"data": {"result_urls": [task.url(task.file)], "origin_urls": origin}}
