"""Feedback over the API: from anybody, to operators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from cuttingasmr import db
from cuttingasmr.auth import operators, sessions
from cuttingasmr.models import Feedback
from tests.support.api import Api, Person
from tests.support.people import make_user, make_video
from tests.support.site import OPERATOR

WORDS = "The second cut of <b>wax</b> is silent.\r\nמשוב 🍯\x00"  # noqa: RUF001 - Hebrew is meant


def kept(feedback_id: str) -> Feedback:
    return db.look(lambda session: session.get_one(Feedback, feedback_id))


def count() -> int:
    return len(db.look(lambda session: session.exec(select(col(Feedback.id))).all()))


def test_a_signed_in_person_writes_about_a_video_of_theirs(api: Api) -> None:
    person = api.someone()
    video = db.run(make_video, user_id=person.id)

    answer = person.http.post(
        "/api/feedback",
        json={"message": WORDS, "kind": "problem", "page": "/library?video=1", "videoId": video.id},
    ).json()

    row = kept(answer["feedbackId"])
    assert row.message == WORDS.replace("\r", "").rstrip("\x00")
    assert (row.user_id, row.kind, row.page, row.video_id) == (
        person.id,
        "problem",
        "/library?video=1",
        video.id,
    )


def test_a_stranger_writes_and_may_leave_an_address(api: Api) -> None:
    answer = api.browser().post("/api/feedback", json={"message": "Hello", "email": "ada@example.org"}).json()

    row = kept(answer["feedbackId"])
    assert (row.user_id, row.email, row.kind) == (None, "ada@example.org", "other")


def test_nobody_writes_about_somebody_elses_video(api: Api) -> None:
    video = db.run(make_video, user_id=make_user())
    before = count()

    for browser in (api.browser(), api.someone().http):
        answer = browser.post("/api/feedback", json={"message": "Hello", "videoId": video.id})
        assert answer.status_code == 404
    assert count() == before


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param({"message": " \x00 "}, "Please write something first.", id="empty"),
        pytest.param({"message": "x" * 5001}, "Please keep it to 5,000 characters.", id="too long"),
        pytest.param({"message": "x", "kind": "spam"}, "Choose what it is about", id="another kind"),
        pytest.param({"message": "x", "email": "nobody"}, "valid e-mail address", id="no address"),
        pytest.param({}, "message", id="nothing"),
        pytest.param({"message": ["x"]}, "message", id="a list"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(api: Api, body: dict[str, object], says: str) -> None:
    before = count()

    answer = api.someone().http.post("/api/feedback", json=body)

    assert answer.status_code == 422
    assert says in answer.json()["error"]
    assert count() == before


def test_what_a_robot_fills_in_is_answered_alike_and_forgotten(api: Api) -> None:
    before = count()

    answer = api.browser().post("/api/feedback", json={"message": "Buy now", "website": "https://x.example"})

    assert (answer.status_code, set(answer.json())) == (200, {"success", "feedbackId"})
    assert count() == before


def test_one_person_writes_twenty_messages_an_hour(make_api: Callable[..., Api]) -> None:
    person = make_api().someone()
    answers = [person.http.post("/api/feedback", json={"message": "Hello"}) for _ in range(21)]

    assert [it.status_code for it in answers] == [200] * 20 + [429]
    assert "Retry-After" in answers[-1].headers
    assert "Thank you!" in answers[-1].json()["error"]


@pytest.fixture
def desk(make_api: Callable[..., Api]) -> tuple[Api, Person]:
    """The API, and an operator."""
    api = make_api(admin_emails=OPERATOR)
    user_id = make_user(email=OPERATOR)
    db.run(operators.vouch_for, email=OPERATOR)
    return api, Person(user_id, api.browser(db.run(sessions.begin, user_id=user_id)))


def test_an_operator_reads_thanks_once_and_marks_as_done(desk: tuple[Api, Person]) -> None:
    api, operator = desk
    writer = api.someone()
    name = writer.http.post("/api/feedback", json={"message": "More wax."}).json()["feedbackId"]

    def act(what: str) -> dict[str, object]:
        body = {"feedbackId": name, "act": what, "reason": "It helped."}
        return operator.http.post("/api/manual-feedback", json=body).json()

    listed = operator.http.get("/api/feedback").json()
    thanked, again = act("thank"), act("thank")
    act("done")

    assert [(it["id"], it["message"], it["userId"]) for it in listed["feedback"]] == [
        (name, "More wax.", writer.id)
    ]
    assert (thanked["credits"], again["credits"], writer.balance()) == (30, 0, 48)
    assert operator.http.get("/api/feedback").json()["feedback"] == []
    done = operator.http.get("/api/feedback?view=done").json()["feedback"][0]
    assert done["doneAt"]
    assert done["thankedAt"]
    assert writer.http.get("/api/feedback").status_code == 404
