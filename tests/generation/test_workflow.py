"""The whole way with an engine running: every fate ends with a film that is paid or with credits that are back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.models import AuditEntry, CreditEntry, Kind, Video
from cuttingasmr.models.columns import new_id
from tests.support.api import Api, broken
from tests.support.films import PROMPT
from tests.support.people import make_video
from tests.support.site import wait_until


def words(fate: str) -> str:
    """Give words of their own that choose a fate and need no film."""
    return f"{new_id()} {fate}"


def entry(session: Session, video_id: str, kind: Kind) -> CreditEntry | None:
    entries = select(CreditEntry).where(col(CreditEntry.reference) == video_id, col(CreditEntry.kind) == kind)
    return session.exec(entries).one_or_none()


def returned_at(video_id: str) -> datetime:
    found = db.look(entry, video_id, Kind.GIVE_BACK)
    assert found is not None
    return found.created_at


def test_a_sentence_becomes_a_film_that_plays_and_is_paid_once(works: Api) -> None:
    ada = works.someone()

    seen = ada.wait_for(ada.start(PROMPT), "ready")

    assert ada.http.get(seen["videoUrl"]).content[4:8] == b"ftyp"
    assert ada.http.get(seen["thumbnailUrl"]).content[8:12] == b"WEBP"
    assert (seen["creditsReturned"], seen["error"], ada.balance()) == (0, None, 8)
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize(
    ("fate", "code", "says"),
    [
        pytest.param("sandbox:policy", "PromptRejected", "content rules", id="refused for its content"),
        pytest.param("sandbox:fail", "RenderFailed", "second try", id="failed"),
        pytest.param("sandbox:fail=500", "RenderFailed", "second try", id="failed inside"),
        pytest.param("sandbox:broken-file", "BrokenFile", "damaged", id="a damaged file"),
        pytest.param("sandbox:reject", "PromptRefused", "wording", id="refused at once"),
        pytest.param(
            "sandbox:policy sandbox:no-callback",
            "PromptRejected",
            "content rules",
            id="refused without a call",
        ),
    ],
)
def test_a_video_that_does_not_come_is_given_back_within_five_seconds_of_its_cause(
    works: Api, fate: str, code: str, says: str
) -> None:
    ada, prompt = works.someone(), words(fate)

    video_id = ada.start(prompt)
    seen = ada.wait_for(video_id, "failed")

    assert (seen["errorCode"], seen["creditsReturned"], ada.balance()) == (code, 10, 18)
    assert says in seen["error"]
    known = [task["finished"] for task in works.sandbox.tasks(prompt)]
    since = (
        datetime.fromtimestamp(known[0] / 1000, UTC) if known else datetime.fromisoformat(seen["createdAt"])
    )
    assert returned_at(video_id) - since < timedelta(seconds=5)
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize(
    "fate",
    [
        pytest.param("sandbox:submit-429=1", id="busy once"),
        pytest.param("sandbox:submit-500=1", id="an error once"),
    ],
)
def test_a_video_that_is_not_taken_at_first_keeps_its_place_and_comes(works: Api, fate: str) -> None:
    ada, prompt = works.someone(), f"{PROMPT} {fate}"

    video_id = ada.start(prompt)
    wait_until(lambda: ada.status(video_id)["notice"] or ada.status(video_id)["stage"] == "ready")
    seen = ada.wait_for(video_id, "ready")

    assert (seen["creditsReturned"], ada.balance()) == (0, 8)
    assert db.look(audit.find_all) == []


def test_a_submit_whose_answer_never_came_is_claimed_by_the_callback_and_made_once(works: Api) -> None:
    ada, prompt = works.someone(), words("sandbox:policy")
    with broken(works.sandbox, "down", only="create"):
        video_id = ada.start(prompt)
        wait_until(lambda: "not answer clearly" in ada.status(video_id)["notice"])

    ada.wait_for(video_id, "failed")

    assert len(works.sandbox.tasks(prompt)) == 1
    assert ada.balance() == 18


@pytest.mark.parametrize(
    "word", [pytest.param("sandbox:deny", id="denied"), pytest.param("sandbox:flag", id="flagged")]
)
def test_a_prompt_that_is_denied_is_never_charged_nor_sent(works: Api, word: str) -> None:
    ada, prompt = works.someone(), words(word)

    assert ada.generate(prompt).status_code == 451

    assert ada.balance() == 18
    assert works.sandbox.tasks(prompt) == []


def test_while_moderation_is_down_nothing_is_charged_nor_sent(works: Api) -> None:
    ada, prompt = works.someone(), words("")

    with broken(works.sandbox, "down", provider="creem"):
        assert ada.generate(prompt).status_code == 503

    assert ada.balance() == 18
    assert works.sandbox.tasks(prompt) == []


def charge_alone(session: Session, user_id: str, prompt: str) -> str:
    """Write a charged video that nobody tells an engine of."""
    video = make_video(session, user_id=user_id)
    video.prompt = prompt
    ledger.reserve(session, user_id=user_id, video_id=video.id, credits=10)
    return video.id


def test_what_was_charged_is_found_by_an_engine_that_nobody_tells(works: Api) -> None:
    ada, prompt = works.someone(), words("sandbox:policy")

    video_id = db.run(charge_alone, ada.id, prompt)

    ada.wait_for(video_id, "failed")
    assert len(works.sandbox.tasks(prompt)) == 1
    assert ada.balance() == 18


def test_a_callback_after_the_end_changes_nothing(works: Api) -> None:
    ada, prompt = works.someone(), words("sandbox:policy")
    video_id = ada.start(prompt)
    ada.wait_for(video_id, "failed")
    before = db.look(lambda session: session.get_one(Video, video_id).model_dump())

    (task,) = works.sandbox.tasks(prompt)
    answers = [
        ada.http.post(task["callBackUrl"], json={"data": {"taskId": other}})
        for other in (task["taskId"], "another")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert db.look(lambda session: session.get_one(Video, video_id).model_dump()) == before


def test_the_audit_log_tells_what_was_done(works: Api) -> None:
    ada = works.someone()
    video_id = ada.start(words("sandbox:policy"))
    ada.wait_for(video_id, "failed")

    lines = db.look(_lines, video_id)

    assert [(line["actor"], line["action"], line["facts"]) for line in lines] == [
        (ada.id, "video.started", {"credits": 10}),
        ("workflow", "video.given-back", {"credits": 10, "code": "PromptRejected"}),
    ]


def _lines(session: Session, video_id: str) -> list[dict[str, Any]]:
    lines = select(AuditEntry).where(col(AuditEntry.subject) == video_id).order_by(col(AuditEntry.id))
    return [line.model_dump() for line in session.exec(lines)]
