"""What the rest of the site says to the workflow engine. It needs none to be running: everything is said in the database.

A video's row is its workflow: it says what is to be done next, from when on, and who is at it (`taking.py`). An engine that
runs in this process can be poked so that it looks at once instead of in half a second.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session, col

from cuttingasmr import db
from cuttingasmr.errors import NotFound
from cuttingasmr.generation import rows
from cuttingasmr.models import Status, Video

_pokes: set[Callable[[], None]] = set()


def wake(video_id: str, task_id: str) -> None:
    """Have the provider asked about this task at once, for somebody says that it is over.

    Nothing is believed: a video whose task is not known keeps the name for an engine to look at. Says nothing about a video
    that has ended or is made by another task. Raises `NotFound` for a video that there is not.
    """
    db.run(_wake, video_id=video_id, task_id=task_id)
    poke()


def poke() -> None:
    """Let the engine of this process, if it runs one, look at once for something to do. Call it after a commit."""
    for look in tuple(_pokes):
        look()


def on_poke(look: Callable[[], None]) -> Callable[[], None]:
    """Have `look` called by every poke, from any thread, until what this gives is called."""
    _pokes.add(look)
    return lambda: _pokes.discard(look)


def _wake(session: Session, *, video_id: str, task_id: str) -> None:
    """Make a video due since its beginning, before all that are asked about in their turn."""
    due = {"due_at": Video.created_at}
    mine = (col(Video.status) == Status.RENDERING, col(Video.provider_task_id) == task_id)
    if rows.update_video(session, video_id, *mine, **due):
        return
    if rows.update_running(session, video_id, col(Video.provider_task_id).is_(None), **due, claim=task_id):
        return
    if rows.get(session, video_id=video_id) is None:
        raise NotFound
