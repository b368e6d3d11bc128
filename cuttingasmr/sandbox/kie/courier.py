"""Telling somebody that a task is finished (`providers.md` 2.7 to 2.9). One rule: only HTTP 200 counts as heard."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Callable

import httpx

from .task import Task
from .wire import job_callback, veo_callback

_TIME_LIMIT = 15
_REPEATS = 3


def signature(key: str, task_id: str, timestamp: str) -> str:
    """Compute the signature of 2.8; it does not cover the body."""
    digest = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Courier:
    """Delivers callbacks; `pause` is the time before the first repeat, doubled for each further one."""

    def __init__(self, hmac_key: str, pause: float, count: Callable[[str], None]) -> None:
        self._hmac_key, self._pause, self._count = hmac_key, pause, count
        self._client = httpx.AsyncClient(
            timeout=_TIME_LIMIT, trust_env=False, headers={"user-agent": "kie-sandbox"}
        )

    async def deliver(self, task: Task) -> bool:
        """Tell the callback address, again if need be; False when it was given up."""
        body = veo_callback(task) if task.api == "veo" else job_callback(task)
        for repeat in range(1 + _REPEATS):
            if await self._tell(task, body):
                self._count("callbacks")
                return True
            self._count("callbacks-failed")
            if repeat < _REPEATS:
                await asyncio.sleep(self._pause * 2**repeat)
        return False

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _tell(self, task: Task, body: dict[str, object]) -> bool:
        try:
            answer = await self._client.post(task.callback_url, json=body, headers=self._signed(task))
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.status_code == httpx.codes.OK

    def _signed(self, task: Task) -> dict[str, str]:
        if not self._hmac_key:
            return {}
        timestamp = str(int(time.time()))
        return {
            "X-Webhook-Timestamp": timestamp,
            "X-Webhook-Signature": signature(self._hmac_key, task.id, timestamp),
        }
