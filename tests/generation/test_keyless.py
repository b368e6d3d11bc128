"""While no key works nobody is charged, who waits is told, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import Session, col, update

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation import key_pool, keyless, sweep
from cuttingasmr.generation.failures import sentence
from cuttingasmr.generation.key_pool import get_key_pool
from cuttingasmr.generation.patience import NO_KEY, NO_KEY_SECONDS
from cuttingasmr.generation.workflow import Maker
from cuttingasmr.models import ProviderKey, Status
from tests.support.api import Api
from tests.support.making import begin, change, never, row
from tests.support.site import Sandbox

ME = "an-engine"


def set_retired(session: Session, *, is_so: bool) -> None:
    key_pool.know(session, get_key_pool().names)
    session.exec(update(ProviderKey).values(retired_at=db.utc_now() if is_so else None, retired_why="402"))


@contextmanager
def without_keys() -> Iterator[None]:
    """Have every key retired for as long as the block runs."""
    db.run(set_retired, is_so=True)
    try:
        yield
    finally:
        db.run(set_retired, is_so=False)


def test_nothing_new_is_begun_nor_charged_and_a_repeated_order_still_gives_its_video(api: Api) -> None:
    ada = api.someone(credits=28)
    made = ada.generate(key="before").json()
    written = api.written()

    with without_keys():
        refused, again = ada.generate(), ada.generate(key="before")

    assert (refused.status_code, refused.json()["code"]) == (503, "MakingPaused")
    assert refused.headers["Retry-After"] == str(keyless.RETRY_AFTER_SECONDS)
    assert again.json()["videoId"] == made["videoId"]
    assert (api.written(), ada.balance()) == (written, 18)
    assert ada.generate().status_code == 202


@pytest.mark.usefixtures("strangers", "line")
async def test_all_that_wait_in_the_queue_are_told_and_given_back_once_after_a_while() -> None:
    tried, waiting, began = begin(), begin(), begin()
    change(began, submit_began_at=db.utc_now())
    long_ago = db.utc_now() - timedelta(seconds=NO_KEY_SECONDS + 1)

    with without_keys():
        change(tried, taken_by=ME)
        assert await Maker(ME).send(tried) == key_pool.RETIRED_WAIT.total_seconds()
        assert sweep.reconcile()["without-a-key"] == 0
        assert [row(video_id).notice for video_id in (tried, waiting, began)] == [NO_KEY, NO_KEY, ""]
        for video_id in (tried, waiting):
            change(video_id, trouble_at=long_ago)
        ended = [sweep.reconcile()["without-a-key"] for _ in range(2)]

    assert ended == [2, 0]
    for video_id in (tried, waiting):
        found = row(video_id)
        assert (found.error_code, found.error_message) == ("AccountTrouble", sentence("AccountTrouble"))
        assert found.credits_returned == found.credits_used
    assert row(began).status == Status.QUEUED
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("line")
async def test_those_who_were_told_are_made_when_a_key_works_again(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)
    with without_keys():
        sweep.reconcile()
    assert row(video_id).notice == NO_KEY

    change(video_id, taken_by=ME)
    await Maker(ME).send(video_id)

    found = row(video_id)
    assert (found.status, found.notice, found.trouble, found.trouble_at) == (Status.RENDERING, "", "", None)
    assert len(strangers.tasks(words)) == 1


@pytest.mark.usefixtures("database")
def test_one_key_that_works_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEO3_API_KEYS", "one,two")
    key_pool.get_settings.cache_clear()
    get_key_pool.cache_clear()
    db.run(set_retired, is_so=True)
    assert db.look(keyless.is_so)

    one = col(ProviderKey.fingerprint) == key_pool.fingerprint("one")
    db.run(lambda session: session.exec(update(ProviderKey).where(one).values(retired_at=None)))

    assert not db.look(keyless.is_so)
