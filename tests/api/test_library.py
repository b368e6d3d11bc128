"""The library over HTTP: looking for videos, changing them, and nobody touching anybody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.models import HdState, Status, Video
from tests.support.api import Api, Person
from tests.support.people import make_video

FILM = b"film"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.someone()


@pytest.fixture
def film(api: Api, ada: Person) -> str:
    """The id of a film of Ada's."""
    return api.keep_film(ada, FILM)


def row(video_id: str) -> Video:
    return db.look(lambda session: session.get_one(Video, video_id))


def findings(video_id: str) -> list[audit.Finding]:
    """Audit the money of one video."""
    return [finding for finding in db.look(audit.find_all) if finding.subject == video_id]


def submitted(person: Person) -> str:
    """Give a video that the provider is making, and its id."""
    video_id = person.start()

    def unit(session: Session) -> None:
        video = session.get_one(Video, video_id)
        video.status, video.submit_began_at, video.rendering_at = Status.RENDERING, db.utc_now(), db.utc_now()
        video.provider_task_id = f"task-{video_id}"

    db.run(unit)
    return video_id


def found(person: Person, **query: Any) -> list[str]:
    answer = person.http.get("/api/user/videos", params=query)
    assert answer.status_code == 200, answer.text
    return [video["id"] for video in answer.json()["videos"]]


def test_a_list_holds_what_is_looked_for(api: Api, ada: Person) -> None:
    def unit(session: Session) -> list[str]:
        honey, glass = (
            make_video(session, user_id=ada.id, status=Status.COMPLETED, search_text=search_text_of("", text))
            for text in ("Honeycomb", "Blue Glass")
        )
        glass.aspect_ratio, glass.is_favourite = "9:16", True
        return [honey.id, glass.id]

    honey, glass = db.run(unit)

    assert found(ada, q="HONEY") == [honey]
    assert found(ada, ratio="9:16") == found(ada, favourite="true") == [glass]
    assert found(ada, state="failed") == found(ada, type="references") == found(ada, deleted="true") == []
    assert found(ada, to="2020-01-01") == []
    nothing_special = {"q": "", "state": "", "type": "", "ratio": "", "favourite": "", "from": "", "to": ""}
    assert sorted(found(ada, **nothing_special)) == sorted([honey, glass])
    assert found(api.someone(), q="HONEY") == []


@pytest.mark.parametrize(
    "query",
    [
        {"state": "unheard-of"},
        {"type": "opera"},
        {"ratio": "1:1"},
        {"favourite": "perhaps"},
        {"from": "yesterday"},
        {"to": "\0"},
        {"q": "x" * 201},
        {"cursor": "nonsense"},
    ],
    ids=str,
)
def test_what_cannot_be_looked_for_is_refused_in_words(ada: Person, query: dict[str, str]) -> None:
    answer = ada.http.get("/api/user/videos", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "Invalid")
    assert answer.json()["error"]


def test_a_video_is_named_and_made_a_favourite(ada: Person, film: str) -> None:
    told = ada.http.patch(f"/api/videos/{film}", json={"title": " Für Oma ", "favourite": True}).json()

    assert (told["success"], told["title"], told["favourite"]) == (True, "Für Oma", True)
    assert found(ada, q="oma", favourite="true") == [film]
    assert ada.http.patch(f"/api/videos/{film}", json={"favourite": False}).json()["title"] == "Für Oma"
    assert ada.http.patch(f"/api/videos/{film}", json={"title": ""}).json()["title"] == ""
    refused = ada.http.patch(f"/api/videos/{film}", json={"title": "x" * 121, "favourite": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "InvalidTitle")


def test_a_deleted_video_is_gone_and_can_be_restored(ada: Person, film: str) -> None:
    ada.http.post(f"/api/videos/{film}/share")

    removed = ada.http.delete(f"/api/videos/{film}")

    assert removed.status_code == 200
    assert set(removed.json()) == {"success", "id", "restorableUntil"}
    assert ada.http.get(f"/api/video-status/{film}").status_code == 404
    assert ada.http.get(f"/api/videos/{film}/file").status_code == 404
    assert ada.http.get(f"/api/videos/{film}/poster").status_code == 200
    assert ada.http.get(f"/video/{film}").status_code == 404
    assert ada.http.get("/api/credits").json()["data"]["videosCount"] == 0
    assert (found(ada), found(ada, deleted="true")) == ([], [film])
    assert ada.http.delete(f"/api/videos/{film}").status_code == 404

    restored = ada.http.post(f"/api/videos/{film}/restore")

    assert (restored.status_code, restored.json()["deletedAt"]) == (200, None)
    assert ada.http.get(f"/api/videos/{film}/file").content == FILM
    assert found(ada) == [film]


def test_a_video_that_waits_is_cancelled_and_its_credits_come_back(ada: Person) -> None:
    video_id = ada.start()
    assert ada.status(video_id)["position"] >= 1
    assert ada.balance() == 8

    told = ada.http.post(f"/api/videos/{video_id}/cancel").json()

    assert (told["stage"], told["creditsReturned"], told["position"]) == ("canceled", 10, None)
    assert ada.balance() == 18
    again = ada.http.post(f"/api/videos/{video_id}/cancel", json={"discard": True})
    assert (again.status_code, again.json()["code"]) == (409, "AlreadyEnded")
    assert (ada.balance(), findings(video_id)) == (18, [])


def test_a_video_that_is_being_made_is_discarded_only_when_that_is_said(ada: Person) -> None:
    video_id = submitted(ada)

    for refused in (
        ada.http.post(f"/api/videos/{video_id}/cancel"),
        ada.http.delete(f"/api/videos/{video_id}"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "AlreadySubmitted")
    assert (row(video_id).deleted_at, ada.balance()) == (None, 8)

    told = ada.http.post(f"/api/videos/{video_id}/cancel", json={"discard": True}).json()

    assert (told["stage"], told["creditsReturned"]) == ("rendering", 0)
    assert told["deletedAt"]
    assert (ada.balance(), found(ada), found(ada, deleted="true")) == (8, [], [video_id])
    assert ada.http.post(f"/api/videos/{video_id}/restore").json()["deletedAt"] is None
    assert findings(video_id) == []


def test_deleting_a_video_that_waits_cancels_it(ada: Person) -> None:
    video_id = ada.start()

    assert ada.http.delete(f"/api/videos/{video_id}").status_code == 200

    assert (row(video_id).status, ada.balance(), found(ada)) == (Status.CANCELED, 18, [])
    assert findings(video_id) == []


def test_the_1080p_version_is_asked_for(ada: Person, film: str) -> None:
    told = ada.http.post(f"/api/videos/{film}/1080p").json()

    assert (told["hdState"], told["videoUrl1080p"]) == (HdState.ASKED, None)
    assert ada.status(film)["hdState"] == HdState.ASKED
    refused = ada.http.post(f"/api/videos/{ada.start()}/1080p")
    assert (refused.status_code, refused.json()["code"]) == (409, "NotFinished")


def test_a_1080p_version_that_is_there_has_an_address(api: Api, ada: Person) -> None:
    film = api.keep_film(ada, FILM, hd_state=HdState.READY, hd_key="videos/hd.mp4")

    assert ada.status(film)["videoUrl1080p"] == f"/api/videos/{film}/file?quality=1080p"


def test_a_shared_video_has_a_page_that_anybody_can_read(api: Api, ada: Person, film: str) -> None:
    ada.http.patch(f"/api/videos/{film}", json={"title": '"><script>alert(1)</script>'})
    assert api.browser().get(f"/video/{film}").status_code == 404

    told = ada.http.post(f"/api/videos/{film}/share").json()

    assert told == {"success": True, "shared": True, "shareUrl": f"{api.url}/video/{film}"}
    page = api.browser().get(told["shareUrl"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'<video src="/api/videos/{film}/file"' in page.text
    assert "<script" not in page.text
    assert "ice" not in page.text.split("<main>")[1]  # the prompt is its owner's
    assert api.browser().get(f"/api/videos/{film}/file").content == FILM

    told = ada.http.post(f"/api/videos/{film}/share", json={"shared": False}).json()

    assert told["shared"] is False
    for path in (f"/video/{film}", f"/api/videos/{film}/file"):
        assert api.browser().get(path).status_code == 404


def test_only_what_is_ready_is_shared(ada: Person) -> None:
    refused = ada.http.post(f"/api/videos/{ada.start()}/share")

    assert (refused.status_code, refused.json()["code"]) == (409, "NotReady")


WRITES = [
    ("POST", "/cancel", {"discard": True}),
    ("POST", "/1080p", None),
    ("POST", "/share", None),
    ("PATCH", "", {"title": "Mine now", "favourite": True}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=str)
def test_nobody_changes_somebody_elses_video(
    api: Api, ada: Person, film: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    queued, deleted = ada.start(), api.keep_film(ada, FILM, deleted_at=db.utc_now())
    before = [row(video_id).model_dump() for video_id in (film, queued, deleted)]
    eve = api.someone()

    for video_id in (film, queued, deleted):
        answer = eve.http.request(method, f"/api/videos/{video_id}{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
        stranger = api.browser().request(method, f"/api/videos/{video_id}{path}", json=body)
        assert stranger.status_code == 401

    assert [row(video_id).model_dump() for video_id in (film, queued, deleted)] == before
    assert (ada.balance(), eve.balance()) == (8, 18)


@pytest.mark.parametrize("name", ["nope", "a" * 32, "%00", "x" * 300, "..%2f..", "\U0001f41d"])
@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=str)
def test_what_is_no_video_is_not_there(
    ada: Person, name: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = ada.http.request(method, f"/api/videos/{name}{path}", json=body)

    assert answer.status_code in {404, 405}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": 7}),
        ("PATCH", "", {"favourite": "perhaps"}),
        ("PATCH", "", []),
        ("POST", "/share", {"shared": []}),
        ("POST", "/cancel", {"discard": {}}),
    ],
)
def test_a_body_that_makes_no_sense_changes_nothing(
    ada: Person, film: str, method: str, path: str, body: object
) -> None:
    before = row(film).model_dump()

    answer = ada.http.request(method, f"/api/videos/{film}{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "Invalid")
    assert row(film).model_dump() == before


def test_the_description_tells_of_every_refusal(api: Api) -> None:
    paths = api.browser().get("/api/openapi.json").json()["paths"]

    for method, path, _ in WRITES:
        answers = paths[f"/api/videos/{{video_id}}{path}"][method.lower()]["responses"]
        assert {"200", "401", "404"} <= set(answers)
    asked = {one["name"] for one in paths["/api/user/videos"]["get"]["parameters"]}
    assert asked == {"cursor", "q", "state", "type", "ratio", "favourite", "deleted", "from", "to"}
