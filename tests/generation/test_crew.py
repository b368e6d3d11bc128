"""An engine's hands: what cannot be done is tried again after a pause, and no hand is lost over it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation import crew
from cuttingasmr.generation.crew import Crew
from tests.support.binding import bind
from tests.support.liar import Asked, Liar
from tests.support.making import begin, row
from tests.support.site import wait_until


def rename_table(old: str, new: str) -> None:
    db.run(lambda session: session.connection().execute(text(f"ALTER TABLE {old} RENAME TO {new}")))


@pytest.fixture
def hands(database: str, liar: Liar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Crew]:
    """One engine's hands, at a provider whose answers do not help."""
    bind(monkeypatch, tmp_path, database_url=database, veo3_api_base_url=liar.url, veo3_api_keys="a-key")
    hands = Crew("an-engine")
    hands.start()
    yield hands
    hands.stop()


def test_what_a_database_refuses_again_and_again_is_tried_after_pauses_and_the_hand_is_free_in_the_end(
    hands: Crew, liar: Liar
) -> None:
    def refuse(_: Asked) -> bytes | None:
        rename_table("videos", "videos_aside")
        return None

    liar.invents = refuse
    with capture_logs() as said:
        video_id = begin()
        wait_until(lambda: heard(said, "video.fault"))
        began = time.monotonic()
        wait_until(lambda: heard(said, "video.fault") >= 3)
        took = time.monotonic() - began
        rename_table("videos_aside", "videos")
        wait_until(lambda: row(video_id).tries and not hands._at_work)

    assert took > crew.FIRST_PAUSE_SECONDS * 2
    assert (row(video_id).taken_by, row(video_id).credits_returned) == ("", 0)
    assert db.look(audit.find_all) == []


def heard(said: Sequence[Mapping[str, object]], event: str) -> int:
    return sum(line["event"] == event for line in said)
