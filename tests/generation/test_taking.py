"""What is due is taken: wherever a video stands, one of an engine's looks finds it and one of its hands gets it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.generation import taking
from cuttingasmr.generation.taking import Due
from cuttingasmr.models import Status
from tests.support.finished import change, paid

pytestmark = pytest.mark.usefixtures("database")

PLACES = [
    {"status": status, "provider_task_id": task, "submit_began_at": began, "claim": claim}
    for status, task, began, claim in product(
        (Status.QUEUED, Status.RENDERING, Status.SAVING),
        (None, "a task"),
        (None, db.utc_now() - timedelta(hours=1)),
        ("", "a claim"),
    )
    if status == Status.RENDERING or (task is None) == (status == Status.QUEUED)
]


def take(session: Session, due: str) -> list[str]:
    """Take what an engine would on hearing that this is due."""
    match due:
        case Due.SENDING:
            hold = timedelta(seconds=20)
            return taking.take_queued(session, by="an engine", limit=5, at_once=99, hold=hold)
        case Due.LEFT:
            return [video.id for video in taking.take_left(session, by="an engine", limit=5)]
        case _:
            return [video.id for video in taking.take_turns(session, limit=5, first_seconds=20)]


@pytest.mark.parametrize("is_called", [False, True])
def test_wherever_a_video_stands_it_is_found_and_taken(*, is_called: bool) -> None:
    for place in PLACES:
        video_id = paid(**place)
        due: dict[str, Any] = {"due_at": db.utc_now() - timedelta(minutes=1)}
        change(video_id, **due, **({"created_at": due["due_at"]} if is_called else {}))

        (found,) = db.look(taking.what_is_due)

        assert db.run(take, due=found) == [video_id], place
        change(video_id, status=Status.FAILED, completed_at=db.utc_now())
