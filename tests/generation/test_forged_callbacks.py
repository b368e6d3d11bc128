"""Calls to a video's own address that are not true, while an engine runs: they wake its workflow at most, and change nothing."""

from __future__ import annotations

from typing import Any

from cuttingasmr import db
from cuttingasmr.models import Video
from cuttingasmr.models.columns import new_id
from tests.support.api import Api
from tests.support.site import wait_until


def test_forged_callbacks_change_nothing_while_a_video_is_made(works: Api) -> None:
    ada, bob, words = works.someone(), works.someone(), f"{new_id()} sandbox:never"
    theirs = f"{new_id()} sandbox:never"
    mine = ada.start(words)
    bob.wait_for(bob.start(theirs), "rendering")
    ada.wait_for(mine, "rendering")
    before = facts(mine)
    (task,), (foreign,) = works.sandbox.tasks(words), works.sandbox.tasks(theirs)
    asked = works.sandbox.counts().get("record-info", 0)

    done = {"info": {"resultUrls": ["http://evil.example/film.mp4"]}}
    for told in (task["taskId"], task["taskId"], foreign["taskId"], "made-up"):
        body = {"code": 200, "msg": "success", "data": {"taskId": told, **done}}
        assert ada.http.post(task["callBackUrl"], json=body).status_code == 200
    failed = {"code": 400, "msg": "flagged", "data": {"taskId": task["taskId"]}}
    assert ada.http.post(task["callBackUrl"], json=failed).status_code == 200

    wait_until(lambda: works.sandbox.counts().get("record-info", 0) >= asked + 3)
    assert facts(mine) == before
    assert ada.status(mine)["stage"] == "rendering"
    assert len(works.sandbox.tasks(words)) == 1


def facts(video_id: str) -> dict[str, Any]:
    """Give all that is known of a video but when it is asked about next."""
    return db.look(lambda session: session.get_one(Video, video_id).model_dump(exclude={"due_at"}))
