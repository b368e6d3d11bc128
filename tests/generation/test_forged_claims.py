"""Calls that name a task for a video whose submit is in doubt: only the one that truly makes it is taken on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation import callbacks
from cuttingasmr.generation.workflow import IN_DOUBT
from cuttingasmr.models.columns import new_id
from tests.support.api import Api, broken, working
from tests.support.databases import Databases
from tests.support.films import PROMPT
from tests.support.making import row
from tests.support.site import Sandbox, wait_until

KEY = "the-one-key"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def doubting(
    request: pytest.FixtureRequest,
    databases: Databases,
    shared_sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    """A site with one key, on which a submit stays in doubt until a callback tells."""
    folder, url = tmp_path_factory.mktemp("doubting"), databases.make(request.param)
    keys = {"veo3_api_keys": KEY, "veo3_api_base_url": f"{shared_sandbox.url}/kie"}
    with working(url, shared_sandbox, folder, submit_doubt_seconds="600", **keys) as api:
        yield api


def test_forged_claims_of_a_submit_in_doubt_do_nothing_and_the_genuine_one_makes_it_once(
    doubting: Api,
) -> None:
    ada, bob, strangers = doubting.someone(), doubting.someone(), doubting.sandbox
    theirs = bob.start(f"{new_id()} sandbox:never")
    foreign = bob.wait_for(theirs, "rendering")["taskId"]
    with broken(strangers, "down", only="create"):
        mine = ada.start(PROMPT)
        wait_until(lambda: ada.status(mine)["notice"] == IN_DOUBT)
    began_at, address = row(mine).submit_began_at, callbacks.address_of(mine)

    for told in ("made-up", foreign, theirs, mine):
        body = {"code": 200, "msg": "success", "data": {"taskId": told}}
        assert ada.http.post(address, json=body).status_code == 200
        wait_until(lambda: is_looked_at(mine), what=lambda: row(mine))
    wait_until(lambda: row(mine).claim == "", seconds=40, what=lambda: row(mine))
    doubted = row(mine)
    genuine = strangers.order(PROMPT, address, key=KEY)
    seen = ada.wait_for(mine, "ready")
    replayed = ada.http.post(address, json={"data": {"taskId": foreign}})

    assert (doubted.provider_task_id, doubted.submit_began_at, doubted.doubts) == (None, began_at, 0)
    assert (seen["taskId"], seen["creditsReturned"], ada.balance()) == (genuine, 0, 8)
    assert (replayed.status_code, row(mine).provider_task_id) == (200, genuine)
    assert ada.http.get(seen["videoUrl"]).content[4:8] == b"ftyp"
    assert (row(theirs).provider_task_id, bob.balance()) == (foreign, 8)
    assert [task["taskId"] for task in strangers.tasks(PROMPT) if task["callBackUrl"] == address] == [genuine]
    assert db.look(audit.find_all) == []


def is_looked_at(video_id: str) -> bool:
    """Whether a claim has been looked at: it is forgotten, or looked at again later."""
    found = row(video_id)
    return found.claim == "" or (found.taken_by == "" and found.due_at > db.utc_now())
