"""Three keys with an engine running: one works, one always fails, one always has too much to do. Every video comes all the same."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.models import Status, Video
from tests.support.api import Api, working
from tests.support.databases import Databases
from tests.support.films import PROMPT
from tests.support.making import key_row
from tests.support.site import Sandbox, wait_until

GOOD, FAILS, BUSY = "good-key", "broken-key", "busy-key"
VIDEOS = int(os.environ.get("THREE_KEYS_VIDEOS", "8"))
"""By hand, 200: `THREE_KEYS_VIDEOS=200 pytest tests/generation/test_three_keys.py`."""


@pytest.fixture(params=["sqlite", "postgres"])
def works(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Api]:
    """The API and an engine with three keys, and strangers that take no more than the real ones do."""
    sandbox = Sandbox(tmp_path, SANDBOX_CREATE_LIMIT="20").start()
    keys = {"veo3_api_keys": f"{FAILS},{BUSY},{GOOD}", "veo3_api_base_url": f"{sandbox.url}/kie"}
    try:
        with working(databases.make(request.param), sandbox, tmp_path, **keys) as api:
            yield api
    finally:
        sandbox.stop()


def test_with_one_good_key_of_three_every_video_comes_once(works: Api) -> None:
    ada = works.someone(credits=10 * VIDEOS)

    for number in range(VIDEOS):
        ada.start(PROMPT, key=f"video-{number}")
    wait_until(lambda: db.look(statuses)[Status.COMPLETED] == VIDEOS, seconds=60 + 4 * VIDEOS, what=_told)

    tasks = works.sandbox.tasks(PROMPT)
    owners = Counter(str(task["callBackUrl"]) for task in tasks)
    counts = works.sandbox.counts()
    assert len(owners) == VIDEOS
    assert set(owners.values()) == {1}, "no task twice"
    assert ada.balance() == 0
    assert key_row(GOOD).creates == VIDEOS
    assert [key_row(key).creates for key in (FAILS, BUSY)] == [0, 0]
    assert key_row(FAILS).resting_why == "failed again and again" or key_row(FAILS).failures < 3
    assert key_row(BUSY).resting_why
    assert counts.get("create-refused", 0) <= key_row(FAILS).failures + key_row(BUSY).failures + 2
    assert db.look(audit.find_all) == []


def statuses(session: Session) -> Counter[str]:
    return Counter(session.exec(select(Video.status)).all())


def _told() -> object:
    return dict(db.look(statuses)), key_row(FAILS), key_row(BUSY), key_row(GOOD)


def test_with_one_key_what_the_provider_never_takes_holds_nobody_else_up(
    databases: Databases, shared_sandbox: Sandbox, tmp_path: Path
) -> None:
    with working(databases.make("sqlite"), shared_sandbox, tmp_path) as works:
        ada, bob = works.someone(), works.someone()
        stuck = ada.start(f"{PROMPT} sandbox:submit-429")
        wait_until(lambda: ada.status(stuck)["notice"])

        bob.wait_for(bob.start(PROMPT), "ready", seconds=60)

        assert ada.status(stuck)["stage"] == "queued"
