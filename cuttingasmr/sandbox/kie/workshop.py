"""The life of a task: made, finished, told. One rule: a task is finished only when its file can be fetched.

Each living task is one coroutine that mostly sleeps; a restart takes up every task where it was.
"""

import asyncio
import logging

from cuttingasmr.sandbox.store import Store
from cuttingasmr.sandbox.studio import FilmFailed, Studio

from .account import Accounts
from .courier import Courier
from .task import Task, now_ms
from .wire import FAILED, POLICY

_log = logging.getLogger(__name__)


class Workshop:
    """All tasks, in memory and in the store."""

    def __init__(self, store: Store, studio: Studio, courier: Courier, accounts: Accounts) -> None:
        self._store, self._studio, self._courier, self._accounts = store, studio, courier, accounts
        self._lives: set[asyncio.Task[None]] = set()
        self.tasks: dict[str, Task] = {}

    def resume(self) -> None:
        """Take up what a former run left."""
        for body in self._store.kept("task"):
            task = Task.from_kept(body)
            self.tasks[task.id] = task
            if task.state != "fail":
                self._accounts.charge(task)
            if not task.is_finished or task.callback == "due":
                self._begin(task)

    def accept(self, task: Task) -> None:
        """Write a new task down and begin it."""
        self.tasks[task.id] = task
        self._accounts.charge(task)
        self.keep(task)
        self._begin(task)

    def keep(self, task: Task) -> None:
        """Write a task down."""
        self._store.keep("task", task.id, task.to_keep())

    def forget(self) -> None:
        """Stop and drop every task; the store is cleared by others."""
        for life in self._lives:
            life.cancel()
        self.tasks.clear()

    async def close(self) -> None:
        """Stop; what is unfinished is taken up by the next run."""
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)

    def _begin(self, task: Task) -> None:
        life = asyncio.create_task(self._live(task))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    async def _live(self, task: Task) -> None:
        if not task.is_finished:
            if task.due_ms is None:
                return
            if task.fates.makes_a_film:
                self._studio.begin(task.film)
            await asyncio.sleep(max(0, task.due_ms - now_ms()) / 1000)
            await self._finish(task)
        if task.callback == "due":
            task.callback = "delivered" if await self._courier.deliver(task) else "given-up"
            self.keep(task)

    async def _finish(self, task: Task) -> None:
        """Reach the task's end, which its prompt may have chosen."""
        if "policy" in task.fates:
            self._fail(task, 400, POLICY)
        elif "fail" in task.fates:
            code = 500 if task.fates.number("fail") == 500 else 501  # noqa: PLR2004 - a code of 2.5
            self._fail(task, code, FAILED[code])
        else:
            await self._make(task)
        task.finished_ms = now_ms()
        if task.callback_url and "no-callback" not in task.fates:
            task.callback = "due"
        self.keep(task)

    async def _make(self, task: Task) -> None:
        if "broken-file" in task.fates:
            task.file = f"broken-{task.id}.mp4"
            self._studio.spoil(task.file)
        else:
            try:
                await self._studio.wait_for(task.film)
            except FilmFailed:
                _log.exception("A film could not be made")
                self._fail(task, 500, FAILED[500])
                return
            task.file = task.film.name
        task.state = "success"

    def _fail(self, task: Task, code: int, message: str) -> None:
        task.state, task.error_code, task.error = "fail", code, message
        self._accounts.give_back(task)
