"""Looking through a library: words in any alphabet, filters, counts, and a bin from which things can be taken."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import ledger
from cuttingasmr.errors import Invalid, NotFound
from cuttingasmr.generation import desk, gallery, library, shelving
from cuttingasmr.generation.filters import Filter, moment_of
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.generation.shelving import InvalidTitle, NotReady, TooMany
from cuttingasmr.generation.templates import Template, all_templates
from cuttingasmr.models import AuditEntry, Status, User, Video, VideoKind
from cuttingasmr.states.shelving import told_away
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.people import make_user, make_video

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgres"], autouse=True)
def shared_database(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """One database of each kind for all of these tests: each has people of its own."""
    with pytest.MonkeyPatch.context() as patch:
        bind(patch, tmp_path_factory.mktemp("library"), database_url=databases.make(request.param))
        yield
        let_go()


@pytest.fixture
def ada() -> str:
    return make_user()


def test_time_zones_are_known_on_a_machine_that_has_none_of_its_own() -> None:
    """Days are the reader's own (states/library.py), in a slim container as well."""
    command = [sys.executable, "-c", "from zoneinfo import ZoneInfo; ZoneInfo('Europe/Berlin')"]

    subprocess.run(command, env={"PYTHONTZPATH": ""}, check=True)


def keep(user_id: str, prompt: str = "ice", *, title: str = "", **facts: Any) -> str:
    """Give somebody a finished video, and its id."""

    def unit(session: Session) -> str:
        status = facts.pop("status", Status.COMPLETED)
        video = make_video(session, user_id=user_id, status=status, **facts)
        video.prompt, video.title, video.search_text = prompt, title, search_text_of(title, prompt)
        return video.id

    return db.run(unit)


def ids(user_id: str, wanted: Filter, **more: Any) -> list[str]:
    page = db.look(library.page, user_id=user_id, wanted=wanted, **more)
    return [seen.video.id for seen in page.rows]


def row(video_id: str) -> Video:
    return db.look(lambda session: session.get_one(Video, video_id))


@pytest.mark.parametrize(
    ("words", "prompt", "title"),
    [
        pytest.param("HONEY", "A knife through honeycomb", "", id="capitals"),
        pytest.param("comb knife", "A knife through honeycomb", "", id="all words, in any order"),
        pytest.param("ÄPFEL", "grüne äpfel", "", id="capitals with dots"),
        pytest.param("strasse", "Regen auf der Straße", "", id="a sharp s"),
        pytest.param("ΣΊΣΥΦΟΣ", "σίσυφος", "", id="Greek, with a final sigma"),
        pytest.param("切る", "蜂の巣を切る、静かに", "", id="Japanese"),
        pytest.param("cafe\u0301", "A café at night", "", id="an accent that stands alone"),
        pytest.param("oma", "ice", "Für Oma", id="the name"),
        pytest.param("oma ice", "ice", "Für Oma", id="a word of each"),
        pytest.param("100%", "100% silk", "", id="a per cent sign"),
        pytest.param("a_b", "the a_b of cutting", "", id="an underscore"),
        pytest.param("c:/d", "c:/d and /e", "", id="a slash"),
        pytest.param("\0 ice \x1b", "ice", "", id="control characters around it"),
        pytest.param("ice \ud800", "ice", "", id="half a character"),
    ],
)
def test_words_are_found(ada: str, words: str, prompt: str, title: str) -> None:
    sought = keep(ada, prompt, title=title)
    keep(ada, "100x silk, the axb of cutting")

    assert ids(ada, Filter.checked(words=words)) == [sought]


@pytest.mark.parametrize("template", all_templates(), ids=lambda it: it.id)
def test_the_name_that_a_card_shows_is_found(ada: str, template: Template) -> None:
    sought = keep(ada, template.fill({}), template_id=template.id)
    keep(ada, "a boat on a still lake")

    assert ids(ada, Filter.checked(words=template.name)) == [sought]
    assert ids(ada, Filter.checked(words=f"{template.name} nowhere")) == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "ic_", "ice honey", "'; DROP TABLE videos"])
def test_words_that_are_not_there_are_not_found(ada: str, words: str) -> None:
    keep(ada, "ice")

    assert ids(ada, Filter.checked(words=words)) == []


def test_filters_leave_the_others_out(ada: str) -> None:
    tall = keep(ada, aspect_ratio="9:16", created_at=NOW)
    framed = keep(ada, kind=VideoKind.FRAMES, created_at=NOW - timedelta(days=1))
    starred = keep(ada, is_favourite=True, created_at=NOW - timedelta(days=2))
    failed = keep(ada, status=Status.FAILED, completed_at=NOW, created_at=NOW - timedelta(days=3))
    queued = keep(ada, status=Status.QUEUED, created_at=NOW - timedelta(days=4))
    keep(make_user(), aspect_ratio="9:16", is_favourite=True)

    def found(**choices: Any) -> list[str]:
        return ids(ada, Filter.checked(**choices))

    assert found() == [tall, framed, starred, failed, queued]
    assert found(choices={"ratio": "9:16"}) == [tall]
    assert found(choices={"kind": "frames"}) == [framed]
    assert found(is_favourite=True) == [starred]
    assert found(choices={"state": "failed"}) == [failed]
    assert found(choices={"state": "running"}) == [queued]
    assert found(choices={"state": "ready"}) == [tall, framed, starred]
    assert found(days=("2026-05-07", "2026-05-09")) == [framed, starred, failed]
    assert found(choices={"state": "canceled"}) == []


def test_a_day_is_the_readers_own() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert moment_of("2026-05-10", berlin) == datetime(2026, 5, 9, 22, tzinfo=UTC)
    assert moment_of("2026-05-10", berlin, is_last=True) == datetime(2026, 5, 10, 22, tzinfo=UTC)
    assert moment_of("2026-05-10T10:00:00+02:00") == datetime(2026, 5, 10, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "9999-12-31", "0001-01-01", "x" * 10, "\0" * 10])
def test_a_day_that_is_none_is_refused_or_read_but_never_an_error_of_ours(ada: str, text: str) -> None:
    with contextlib.suppress(Invalid):
        assert ids(ada, Filter.checked(days=(text, text))) == []


def test_pages_of_what_was_found_have_no_gap(ada: str) -> None:
    sought = [keep(ada, "honey", created_at=NOW) for _ in range(30)]
    for _ in range(5):
        keep(ada, "glass", created_at=NOW)
    wanted = Filter.checked(words="honey")

    first = db.look(library.page, user_id=ada, wanted=wanted)
    rest = ids(ada, wanted, cursor=first.cursor)

    assert sorted([*(seen.video.id for seen in first.rows), *rest]) == sorted(sought)


def test_counts_are_true(ada: str) -> None:
    keep(ada, is_favourite=True)
    keep(ada, status=Status.FAILED, completed_at=NOW)
    keep(ada, status=Status.RENDERING)
    db.run(shelving.put_away, user_id=ada, video_ids=[keep(ada)])

    tally = db.look(library.tally, user_id=ada)

    assert tally.by_state == {"running": 1, "ready": 1, "failed": 1, "canceled": 0}
    assert (tally.total, tally.favourites, tally.deleted) == (3, 1, 1)
    assert db.look(library.count_some, user_id=ada, wanted=Filter(words="ice")) == 3


def test_what_was_deleted_is_nowhere_but_in_the_bin(ada: str) -> None:
    video_id, other = keep(ada, "honey", is_shared=True), keep(ada)

    assert db.run(shelving.put_away, user_id=ada, video_ids=[video_id]).ended == [video_id]

    assert ids(ada, Filter()) == [other]
    assert ids(ada, Filter.checked(words="honey")) == []
    assert ids(ada, Filter(is_deleted=True)) == [video_id]
    assert db.look(library.count, user_id=ada) == 1
    sight = db.look(desk.look, owner=lambda session: session.get(User, ada))
    assert sight is not None
    assert [seen.video.id for seen in sight.videos] == [other]
    for look in (
        lambda session: library.find(session, user_id=ada, name=video_id),
        lambda session: library.find_file(session, video_id=video_id, user_id=ada),
        lambda session: library.find_file(session, video_id=video_id, user_id=None),
        lambda session: library.find_poster(session, video_id=video_id, user_id=None),
        lambda session: shelving.rename(session, user_id=ada, video_id=video_id, title="x"),
    ):
        with pytest.raises(NotFound):
            db.run(look)
    assert db.look(library.find_poster, video_id=video_id, user_id=ada).id == video_id


def test_what_was_deleted_comes_back_as_it_was(ada: str) -> None:
    video_id = keep(ada, title="Mine", is_favourite=True, is_shared=True)
    before = row(video_id).model_dump()
    db.run(shelving.put_away, user_id=ada, video_ids=[video_id])

    assert db.run(shelving.put_back, user_id=ada, video_ids=[video_id]) == [video_id]
    assert db.run(shelving.put_back, user_id=ada, video_ids=[video_id]) == []

    assert row(video_id).model_dump() == before
    told = select(AuditEntry.action).where(col(AuditEntry.subject) == video_id).order_by(col(AuditEntry.id))
    assert db.look(lambda session: session.exec(told).all()) == ["video.deleted", "video.restored"]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"deleted_at": datetime.now(UTC) - timedelta(days=8)}, id="a week ago"),
        pytest.param({"deleted_at": datetime.now(UTC), "purged_at": datetime.now(UTC)}, id="and purged"),
    ],
)
def test_what_is_gone_for_good_does_not_come_back(ada: str, facts: dict[str, Any]) -> None:
    video_id = keep(ada, **facts)

    assert ids(ada, Filter(is_deleted=True)) == []
    with pytest.raises(NotFound):
        db.run(shelving.put_back, user_id=ada, video_ids=[video_id])


def test_of_many_what_waits_is_canceled_and_what_is_being_made_is_left_alone() -> None:
    ada = make_user(credits=30)
    made = {"status": Status.RENDERING, "submit_began_at": db.utc_now(), "provider_task_id": "some"}
    ended, binned, rendering = keep(ada), keep(ada, deleted_at=db.utc_now()), keep(ada, **made)
    waiting = [charged(ada) for _ in range(2)]
    before = db.look(ledger.balance, user_id=ada).remaining

    away = db.run(shelving.put_away, user_id=ada, video_ids=[ended, binned, rendering, *waiting])
    again = db.run(shelving.put_away, user_id=ada, video_ids=[ended, rendering, *waiting])

    assert (away.ended, sorted(away.canceled)) == ([ended], sorted(waiting))
    assert (away.returned, away.left) == (20, 1)
    assert (again.ended, again.canceled, again.returned, again.left) == ([], [], 0, 1)
    assert db.look(ledger.balance, user_id=ada).remaining == before + 20
    assert [row(each).status for each in waiting] == [Status.CANCELED] * 2
    assert [row(each).deleted_at is None for each in (ended, rendering, *waiting)] == [
        False,
        True,
        False,
        False,
    ]


def charged(user_id: str) -> str:
    """Give somebody a video that is paid for and waits."""
    video_id = keep(user_id, status=Status.QUEUED)
    db.run(ledger.reserve, user_id=user_id, video_id=video_id, credits=10)
    return video_id


def test_what_a_deletion_did_is_said() -> None:
    some = shelving.PutAway(["a", "b"], ["c"], 10, 1)

    assert told_away(some) == (
        "3 videos deleted. What waited in the queue is canceled for good, and 10 credits came back. "
        "What is being made already was left alone: you can discard it on its card."
    )
    assert told_away(shelving.PutAway([], [], 0, 1)).startswith("Nothing was deleted. What is being made")
    assert told_away(shelving.PutAway(["a"], [], 0, 0)) == "Video deleted."


def test_somebody_elses_among_many_means_that_nothing_happens(ada: str) -> None:
    mine, theirs = keep(ada), keep(make_user())

    changes: list[tuple[Any, dict[str, bool]]] = [
        (shelving.put_away, {}),
        (shelving.put_back, {}),
        (shelving.set_favourite, {"favourite": True}),
    ]
    for unit, more in changes:
        with pytest.raises(NotFound):
            db.run(unit, user_id=ada, video_ids=[mine, theirs], **more)

    assert not any(row(one).deleted_at or row(one).is_favourite for one in (mine, theirs))


@pytest.mark.parametrize("video_ids", [[], ["nope"], ["\0"], ["a" * 32], ["A" * 32]])
def test_ids_that_are_none_are_not_found(ada: str, video_ids: list[str]) -> None:
    with pytest.raises(NotFound):
        db.run(shelving.put_away, user_id=ada, video_ids=video_ids)


def test_there_is_a_limit_to_what_is_done_at_once(ada: str) -> None:
    with pytest.raises(TooMany):
        db.run(shelving.put_away, user_id=ada, video_ids=[f"{number:032x}" for number in range(501)])


@pytest.mark.parametrize(
    ("title", "written"),
    [
        pytest.param("  Honey, again ", "Honey, again", id="spaces around it"),
        pytest.param("蜂" * 120, "蜂" * 120, id="120 letters"),
        pytest.param("", "", id="nothing: the prompt again"),
        pytest.param("   ", "", id="spaces alone"),
    ],
)
def test_a_name_is_kept_and_found(ada: str, title: str, written: str) -> None:
    video_id = keep(ada, "ice", title="Before")

    assert db.run(shelving.rename, user_id=ada, video_id=video_id, title=title) == written

    assert (row(video_id).title, row(video_id).prompt) == (written, "ice")
    assert ids(ada, Filter.checked(words=f"{written} ice")) == [video_id]
    assert ids(ada, Filter.checked(words="before")) == []


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("x" * 121, id="too long"),
        pytest.param("a\0b", id="a NUL"),
        pytest.param("a\u202eb", id="a right-to-left override"),
        pytest.param("a\nb", id="two lines"),
        pytest.param("\u200b", id="nothing to see"),
        pytest.param(None, id="null"),
        pytest.param(["x"], id="a list"),
    ],
)
def test_a_name_that_is_none_is_refused(ada: str, title: object) -> None:
    video_id = keep(ada, title="Before")

    with pytest.raises(InvalidTitle):
        db.run(shelving.rename, user_id=ada, video_id=video_id, title=title)

    assert row(video_id).title == "Before"


def test_only_what_is_ready_is_shared(ada: str) -> None:
    ready, running = keep(ada), keep(ada, status=Status.RENDERING)

    db.run(shelving.set_shared, user_id=ada, video_id=ready, shared=True)
    with pytest.raises(NotReady):
        db.run(shelving.set_shared, user_id=ada, video_id=running, shared=True)

    assert (row(ready).is_shared, row(running).is_shared) == (True, False)


def test_a_failure_that_was_tried_again_says_so_even_when_the_second_try_was_deleted(ada: str) -> None:
    failed = keep(ada, status=Status.FAILED, completed_at=datetime.now(UTC))
    again = keep(ada, idempotency_key=f"{desk.RETRY}{failed}")
    db.run(shelving.put_away, user_id=ada, video_ids=[again])

    def owner(session: Session) -> User | None:
        return session.get(User, ada)

    seen = db.look(gallery.look_around, owner=owner, opened=failed)
    on_desk = db.look(desk.look, owner=owner)

    assert seen is not None
    assert on_desk is not None
    assert seen.retried == {failed}
    assert [one.video.id for one in on_desk.videos] == []


def test_nobody_sees_a_library_without_being_somebody() -> None:
    assert db.look(gallery.look_around, owner=lambda _: None) is None
