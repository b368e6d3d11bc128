"""The sandbox's own door: break a provider, ask what was received, begin anew.

One rule: nothing here is a provider's behaviour, and nothing here costs more with every task, except listing them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .breakage import Breakages, Mode
from .kie.task import Task
from .stranger import fingerprint
from .traffic import PROVIDERS, Traffic

_MODES = (*get_args(Mode), "ok")


class Control:
    """`/control` and what is below it."""

    def __init__(
        self,
        traffic: Traffic,
        breakages: Breakages,
        tasks: dict[str, Task],
        forget: Callable[[], None],
        posts: Mapping[str, Callable[[str], None]],
    ) -> None:
        self._traffic, self._breakages, self._tasks, self._forget = traffic, breakages, tasks, forget
        self._posts = posts

    def routes(self) -> list[Route]:
        """List the paths."""
        return [
            Route("/control", self._break, methods=["POST"]),
            Route("/control", self._counts, methods=["GET"]),
            Route("/control/reset", self._reset, methods=["POST"]),
            Route("/control/tasks", self._list_tasks, methods=["GET"]),
            Route("/control/recent", self._recent, methods=["GET"]),
        ]

    async def _break(self, request: Request) -> JSONResponse:
        try:
            told = json.loads(await request.body())
            self._apply(told)
        except (ValueError, TypeError, KeyError, AttributeError) as reason:
            return JSONResponse({"error": f"Not understood: {reason}"}, status_code=422)
        return JSONResponse({"broken": self._breakages.now()})

    def _apply(self, told: dict[str, Any]) -> None:
        if "webhookUrl" in told:
            self._move(told)
            return
        provider, mode, only = told["provider"], told["mode"], told.get("only") or ""
        if provider not in PROVIDERS or mode not in _MODES or not isinstance(only, str):
            message = f"provider is one of {PROVIDERS}, mode is one of {_MODES}, only is an operation's name"
            raise ValueError(message)
        key = fingerprint(str(told.get("key") or ""))
        if mode == "ok":
            self._breakages.mend(provider, only, key)
            return
        seconds, delay = float(told.get("seconds", 30)), float(told.get("delay", 30))
        self._breakages.break_(provider, only, mode, seconds=seconds, delay=delay, key=key)

    def _move(self, told: dict[str, Any]) -> None:
        """Let a provider's events go elsewhere; an empty address is nowhere."""
        address = told["webhookUrl"]
        if told["provider"] not in self._posts or not isinstance(address, str):
            message = f"webhookUrl is an address for one of {tuple(self._posts)}"
            raise ValueError(message)
        self._posts[told["provider"]](address)

    async def _counts(self, _request: Request) -> JSONResponse:
        return JSONResponse(self._traffic.counts())

    async def _recent(self, _request: Request) -> JSONResponse:
        return JSONResponse({"recent": self._traffic.recent(), "broken": self._breakages.now()})

    async def _reset(self, _request: Request) -> JSONResponse:
        self._forget()
        return JSONResponse({"status": "reset"})

    async def _list_tasks(self, request: Request) -> JSONResponse:
        """Tasks, the newest first: `?prompt=` and `?callback=` keep those that contain the text, `?limit=` the first ones."""
        asked = request.query_params
        limit = int(asked["limit"]) if asked.get("limit", "").isdecimal() else 100
        prompt, callback = asked.get("prompt", ""), asked.get("callback", "")
        if not prompt and not callback:
            newest = islice(reversed(self._tasks.values()), limit)
            return JSONResponse({"total": len(self._tasks), "tasks": _shown(newest)})
        found = [
            task
            for task in reversed(self._tasks.values())
            if prompt in task.prompt and callback in task.callback_url
        ]
        return JSONResponse({"total": len(found), "tasks": _shown(found[:limit])})


def _shown(tasks: Iterable[Task]) -> list[dict[str, object]]:
    return [
        {
            "taskId": task.id,
            "api": task.api,
            "model": task.model or task.tier,
            "prompt": task.prompt,
            "kind": task.kind,
            "pictures": task.pictures,
            "key": task.key,
            "created": task.created_ms,
            "finished": task.finished_ms,
            "state": task.job_state(),
            "progress": 100 if task.is_finished else int(task.share_done() * 100),
            "error": task.error or None,
            "callBackUrl": task.callback_url or None,
            "callback": task.callback,
            "resultUrl": task.url(task.file) if task.file else None,
        }
        for task in tasks
    ]
