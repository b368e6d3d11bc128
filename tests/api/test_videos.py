"""Making videos and asking about them over HTTP: the contract's shapes, keys that repeat, and pages without gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation import library
from cuttingasmr.models import Status, Video
from tests.support.api import Api, Person
from tests.support.people import make_video

SHAPE = {
    "id", "taskId", "status", "stage", "progress", "videoUrl", "videoUrl1080p", "thumbnailUrl", "error",
    "creditsUsed", "creditsReturned", "createdAt", "completedAt",
}  # fmt: skip
MORE = {
    "expectedSeconds", "prompt", "aspectRatio", "notice", "errorCode", "position", "title", "type", "favourite", "shared",
    "hdState", "previewUrl", "deletedAt",
}  # fmt: skip
"""What our own pages show beside the contract."""


def row(video_id: str) -> Video:
    return db.look(lambda session: session.get_one(Video, video_id))


def test_a_video_is_taken_on_with_the_shape_of_the_contract(api: Api) -> None:
    ada = api.someone()

    answer = ada.generate(
        "  a knife through honeycomb ", aspectRatio="9:16", duration=8, type="text", templateId="honey"
    )

    told = answer.json()
    assert answer.status_code == 202
    assert told == {
        "success": True, "videoId": told["videoId"], "videoIds": [told["videoId"]], "taskId": None, "status": "queued",
        "creditsUsed": 10,
        "remainingCredits": 8, "model": "veo3_fast", "quality": "fast",
    }  # fmt: skip
    written = row(told["videoId"])
    assert (written.prompt, written.aspect_ratio, written.template_id) == (
        "a knife through honeycomb",
        "9:16",
        "honey",
    )
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("x" * 2000, id="2,000 letters"),
        pytest.param("\U0001f41d" * 2000, id="2,000 bees"),
        pytest.param(" " * 500 + "x" * 2000 + "\n" * 500, id="2,000 letters among spaces"),
        pytest.param("two\nlines\tand a tab", id="lines"),
        pytest.param("蜂の巣を切る、静かに", id="Japanese"),
        pytest.param("قطع قرص العسل", id="Arabic"),
        pytest.param("<script>alert(1)</script>'; DROP TABLE users", id="signs"),
    ],
)
def test_any_plain_text_up_to_the_limit_is_a_prompt(api: Api, prompt: str) -> None:
    ada = api.someone()

    video_id = ada.start(prompt)

    assert ada.status(video_id)["prompt"] == prompt.strip()


@pytest.mark.parametrize(
    "model", [pytest.param(model, id=repr(model)) for model in ("veo3", "veo3_quality", 7, None)]
)
def test_whatever_model_is_asked_for_it_is_veo3_fast(api: Api, model: object) -> None:
    answer = api.someone().generate(model=model, quality="high", credits=0, creditsUsed=0)

    assert answer.json()["model"] == row(answer.json()["videoId"]).model == "veo3_fast"
    assert answer.json()["creditsUsed"] == 10


def test_a_strange_template_is_no_reason_to_refuse(api: Api) -> None:
    answer = api.someone().generate(templateId="a\0b")

    assert row(answer.json()["videoId"]).template_id == ""


def test_the_same_key_with_the_same_body_is_the_same_video(api: Api) -> None:
    ada = api.someone(credits=100)

    one, again = (ada.generate(key="k" * 200).json() for _ in range(2))

    assert one["videoId"] == again["videoId"]
    assert again["remainingCredits"] == 90
    assert ada.http.get("/api/credits").json()["data"]["videosCount"] == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"prompt": "something else"}, id="another prompt"),
        pytest.param({"aspectRatio": "9:16"}, id="another ratio"),
    ],
)
def test_the_same_key_with_another_body_is_a_conflict_and_changes_nothing(
    api: Api, other: dict[str, str]
) -> None:
    ada = api.someone(credits=100)
    ada.generate(key="the key")
    before = api.written()

    answer = ada.generate(**{"prompt": "honeycomb", **other}, key="the key")  # pyright: ignore[reportArgumentType]

    assert (answer.status_code, answer.json()["code"]) == (409, "KeyReused")
    assert api.written() == before
    assert ada.balance() == 90


def test_the_same_key_of_somebody_else_is_another_video(api: Api) -> None:
    one, other = (api.someone().generate(key="a common key").json()["videoId"] for _ in range(2))

    assert one != other


def test_a_key_still_gives_its_video_when_the_credits_are_spent(api: Api) -> None:
    ada = api.someone(credits=10)
    first = ada.generate(key="k").json()["videoId"]

    assert ada.generate(key="k").json()["videoId"] == first
    assert ada.generate(key="another").status_code == 402


def test_a_running_video_has_the_shape_of_the_contract(api: Api) -> None:
    ada = api.someone()
    video_id = ada.start()

    told = ada.status(video_id)

    assert set(told) == {"success"} | SHAPE | MORE
    assert (told["success"], told["id"], told["status"], told["stage"]) == (
        True,
        video_id,
        "queued",
        "queued",
    )
    assert (told["videoUrl"], told["thumbnailUrl"], told["error"], told["completedAt"]) == (
        None,
        None,
        None,
        None,
    )
    assert (told["creditsUsed"], told["creditsReturned"]) == (10, 0)
    assert 0 <= told["progress"] < 100
    assert datetime.fromisoformat(told["createdAt"]).tzinfo is not None


def test_a_finished_video_says_where_it_is(api: Api) -> None:
    ada = api.someone()
    video_id = api.keep_film(ada, b"film", provider_task_id="veo_task_1")

    told = ada.status(video_id)

    assert (told["stage"], told["progress"], told["taskId"]) == ("ready", 100, "veo_task_1")
    assert ada.http.get(told["videoUrl"]).content == b"film"
    assert ada.http.get(told["thumbnailUrl"]).status_code == 200


def test_a_failed_video_says_why(api: Api) -> None:
    ada = api.someone()
    facts = {"error_code": "PromptRejected", "error_message": "It was refused.", "credits_returned": 10}
    video = db.run(make_video, user_id=ada.id, status=Status.FAILED, completed_at=db.utc_now(), **facts)

    told = ada.status(video.id)

    assert (told["stage"], told["error"], told["errorCode"]) == (
        "failed",
        "It was refused.",
        "PromptRejected",
    )
    assert (told["creditsReturned"], told["videoUrl"]) == (10, None)
    assert told["progress"] < 100


def test_a_video_is_found_by_the_providers_id_as_well(api: Api) -> None:
    ada = api.someone()
    wordy = db.run(make_video, user_id=ada.id, provider_task_id="veo_task_abc")
    hexadecimal = db.run(make_video, user_id=ada.id, provider_task_id="a" * 32)

    assert ada.status("veo_task_abc")["id"] == wordy.id
    assert ada.status("a" * 32)["id"] == hexadecimal.id


def make_many(session: Session, user_id: str, moments: list[datetime]) -> list[str]:
    return [make_video(session, user_id=user_id, created_at=moment).id for moment in moments]


def all_pages(person: Person) -> list[list[dict[str, Any]]]:
    pages, cursor = [], ""
    while len(pages) < 10:
        told = person.http.get("/api/user/videos", params={"cursor": cursor} if cursor else {}).json()
        assert set(told) == {"success", "videos", "nextCursor"}
        pages.append(told["videos"])
        if not (cursor := told["nextCursor"]):
            break
    return pages


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moments", "sizes"),
    [
        pytest.param([], [0], id="none"),
        pytest.param([NOW] * library.PAGE, [library.PAGE], id="a page, no more"),
        pytest.param([NOW] * (library.PAGE + 1), [library.PAGE, 1], id="one more, all at one moment"),
        pytest.param(
            [NOW + timedelta(seconds=n // 7) for n in range(60)], [24, 24, 12], id="many, some at one moment"
        ),
    ],
)
def test_pages_of_videos_have_no_gap_and_no_repetition(
    api: Api, moments: list[datetime], sizes: list[int]
) -> None:
    ada, other = api.someone(), api.someone()
    made = db.run(make_many, ada.id, moments)
    db.run(make_many, other.id, [NOW] * 3)

    pages = all_pages(ada)

    assert [len(page) for page in pages] == sizes
    seen = [video["id"] for page in pages for video in page]
    assert sorted(seen) == sorted(made)
    ages = [(video["createdAt"], video["id"]) for page in pages for video in page]
    assert ages == sorted(ages, reverse=True)
    assert all(set(video) == SHAPE | MORE for page in pages for video in page)


def test_a_video_made_meanwhile_does_not_shift_the_pages(api: Api) -> None:
    ada = api.someone()
    made = db.run(make_many, ada.id, [NOW] * 30)
    first = ada.http.get("/api/user/videos").json()

    db.run(make_many, ada.id, [NOW + timedelta(days=1)] * 5)
    second = ada.http.get("/api/user/videos", params={"cursor": first["nextCursor"]}).json()

    assert sorted(video["id"] for video in first["videos"] + second["videos"]) == sorted(made)


def test_somebody_elses_cursor_shows_nothing_of_theirs(api: Api) -> None:
    ada, eve = api.someone(), api.someone()
    db.run(make_many, ada.id, [NOW] * 30)

    cursor = ada.http.get("/api/user/videos").json()["nextCursor"]

    assert eve.http.get("/api/user/videos", params={"cursor": cursor}).json() == {
        "success": True,
        "videos": [],
        "nextCursor": "",
    }
