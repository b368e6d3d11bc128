"""Asking the provider about a task: with the key that made it, since another account knows nothing of it."""

from __future__ import annotations

import structlog

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.providers.video import Key, Task, TaskState, get_video_provider

log = structlog.get_logger()


async def look_up(task_id: str, name: str) -> Task:
    """Ask with the key of this fingerprint, or with every key where it is configured no longer.

    Raises `ProviderUnavailable` when the task cannot be asked about now: also where its key is gone and no other one knows it, for
    the operator may bring that key back.
    """
    if name in get_key_pool().names:
        return await get_video_provider().look_up(task_id, get_key_pool().of(name))
    task, _ = await find(task_id, name)
    if task.state is TaskState.UNKNOWN and name:
        log.error("provider.key-gone", key=name)
        raise ProviderUnavailable
    return task


async def key_of(task_id: str, name: str) -> Key:
    """Give the key with which a task can be worked on: the one of this fingerprint, or one whose account knows the task.

    Keys of one account know the same tasks. Raises `ProviderUnavailable` as `look_up` does. Where no key was written down, the
    first one has to do.
    """
    if not name or name in get_key_pool().names:
        return get_key_pool().of(name)
    task, key = await find(task_id, name)
    if task.state is TaskState.UNKNOWN:
        log.error("provider.key-gone", key=name)
        raise ProviderUnavailable
    return key


async def find(task_id: str, name: str) -> tuple[Task, Key]:
    """Ask with every key, the one of this fingerprint first, until one knows the task; give what it says, and that key.

    Raises `ProviderUnavailable` when none does and one could not be asked now.
    """
    pool, lost = get_key_pool(), None
    found = Task(TaskState.UNKNOWN), pool.of(name)
    for key in pool.beginning_with(name):
        try:
            task = await get_video_provider().look_up(task_id, key)
        except ProviderUnavailable as error:
            lost = error
            continue
        if task.state is not TaskState.UNKNOWN:
            return task, key
    if lost is not None:
        raise lost
    return found
