"""What an owner can do: several at once, one canceled, and nobody pays for what they do not get."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import (
    AlreadyEnded,
    AlreadySubmitted,
    AppError,
    InsufficientCredits,
    Invalid,
    KeyReused,
    NotFound,
    TooManyVideos,
)
from cuttingasmr.generation import (
    control,
    counting,
    engine,
    progress,
    start,
    steps,
    submitting,
    sweep,
    taking,
)
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.models import AuditEntry, ChoreRun, EngineBeat, Status, Video
from tests.support.people import make_user
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")

REQUEST = VideoRequest.checked(prompt="A  Knife through ﬁne sand")
HOLD = timedelta(seconds=20)


def charged(user: str, count: int = 1) -> list[Video]:
    return db.run(start.charge_and_record, user_id=user, request=REQUEST, count=count)


def row(video_id: str) -> Video:
    return db.look(lambda session: session.get_one(Video, video_id))


def change(video_id: str, **facts: object) -> None:
    db.run(lambda session: session.get_one(Video, video_id).sqlmodel_update(facts))


def left(user: str) -> int:
    return db.look(ledger.balance, user_id=user).remaining


def take(limit: int = 1, at_once: int = 1000) -> list[str]:
    return db.run(taking.take_queued, by="one", limit=limit, at_once=at_once, hold=HOLD)


async def test_variations_are_charged_together_and_a_repeated_press_makes_nothing_new(
    strangers: Sandbox,
) -> None:
    del strangers
    user = make_user(credits=40)
    order = {"user_id": user, "request": REQUEST, "count": 3, "idempotency_key": "k" * 200}

    made, again = await start.start_videos(**order), await start.start_videos(**order)

    assert [video.id for video in made] == [video.id for video in again]
    assert len({video.batch_id for video in made}) == 1
    assert take(limit=3) == [video.id for video in made]
    assert {video.search_text for video in made} == {"a knife through fine sand"}
    assert left(user) == 10
    with pytest.raises(KeyReused):
        await start.start_videos(**{**order, "count": 1})
    assert db.look(audit.find_all) == []


async def test_variations_that_cannot_all_be_paid_are_none(strangers: Sandbox) -> None:
    del strangers
    user = make_user(credits=39)

    for count, refusal in ((4, InsufficientCredits), (5, Invalid), (0, Invalid)):
        with pytest.raises(refusal):
            await start.start_videos(user_id=user, request=REQUEST, count=count)
    with pytest.raises(InsufficientCredits):
        charged(user, 4)

    assert left(user) == 39
    assert db.look(lambda session: session.exec(select(Video.id)).all()) == []


async def test_more_videos_than_one_account_may_have_are_refused_and_not_charged(
    strangers: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    del strangers
    user = make_user(credits=100)
    monkeypatch.setenv("USER_VIDEO_LIMIT", "3")
    start.get_settings.cache_clear()
    charged(user, 2)

    with pytest.raises(TooManyVideos) as refused:
        await start.start_videos(user_id=user, request=REQUEST, count=2)

    assert refused.value.facts["retryAfter"] == start.RETRY_AFTER_SECONDS
    assert left(user) == 80


async def test_canceling_gives_back_once_and_only_to_its_owner(strangers: Sandbox) -> None:
    del strangers
    user, other = make_user(), make_user()
    (video,) = charged(user)

    with pytest.raises(NotFound):
        await control.cancel(user_id=other, video_id=video.id)
    canceled = await control.cancel(user_id=user, video_id=video.id)
    with pytest.raises(AlreadyEnded):
        await control.cancel(user_id=user, video_id=video.id)
    with pytest.raises(NotFound):
        await control.cancel(user_id=user, video_id="0" * 32)

    assert (canceled.status, canceled.credits_returned, left(user)) == (Status.CANCELED, 10, 18)
    assert (await submitting.submit(video.id))["state"] == "ended"
    assert take() == []
    lines = select(AuditEntry.action).where(col(AuditEntry.subject) == video.id).order_by(col(AuditEntry.id))
    assert db.look(lambda session: session.exec(lines).all()) == ["video.started", "video.canceled"]
    assert db.look(audit.find_all) == []


async def test_what_was_sent_is_not_canceled_but_can_be_put_into_the_bin(strangers: Sandbox) -> None:
    del strangers
    user = make_user()
    (video,) = charged(user)
    await submitting.submit(video.id)

    with pytest.raises(AlreadySubmitted):
        await control.cancel(user_id=user, video_id=video.id)
    discarded = [await control.cancel(user_id=user, video_id=video.id, discard=True) for _ in range(2)]

    assert {seen.status for seen in discarded} == {Status.RENDERING}
    assert discarded[0].deleted_at == discarded[1].deleted_at is not None
    assert left(user) == 8
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_of_a_cancel_and_a_submit_at_the_same_moment_one_wins() -> None:
    user = make_user(credits=200)
    videos = [video.id for _ in range(5) for video in charged(user, 4)]
    submits = dict.fromkeys(videos, 0)

    def claim(video_id: str) -> None:
        claimed = db.run(submitting._claim_submit, video_id=video_id)
        submits[video_id] = 0 if isinstance(claimed, dict) else 1

    def cancel(video_id: str) -> None:
        try:
            db.run(control._cancel, user_id=user, video_id=video_id, discard=False)
        except AppError as error:
            assert isinstance(error, AlreadySubmitted)  # noqa: PT017 - the other one was quicker

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda work: work[0](work[1]), [(act, v) for v in videos for act in (claim, cancel)]))

    canceled = {video_id for video_id in videos if row(video_id).status == Status.CANCELED}
    assert all((video_id in canceled) != bool(submits[video_id]) for video_id in videos)
    assert left(user) == 200 - 10 * (len(videos) - len(canceled))
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_somebody_with_fifty_in_the_queue_delays_anothers_first_by_one_slot_at_most() -> None:
    many, one = make_user(credits=500), make_user(credits=50)
    theirs = [video.id for _ in range(12) for video in charged(many, 4)]
    served = take(at_once=1)
    mine = charged(one, 2)

    for _ in range(5):
        change(served[-1], status=Status.FAILED)
        served += take(at_once=1)

    assert served == [theirs[0], theirs[1], mine[0].id, theirs[2], mine[1].id, theirs[3]]
    assert take(at_once=1) == [], "there is no room"
    waiting = theirs[4:6]
    assert db.look(progress.positions, [row(video_id) for video_id in waiting]) == {
        waiting[0]: 1,
        waiting[1]: 2,
    }


@pytest.mark.usefixtures("database")
def test_a_late_comer_does_not_starve_who_waits() -> None:
    first = charged(make_user(credits=50), 3)
    served: list[str] = []

    for _ in range(8):
        charged(make_user())
        if served:
            change(served[-1], status=Status.FAILED)
        served += take(at_once=1)

    assert {video.id for video in first} <= set(served)


@pytest.mark.usefixtures("database")
def test_engines_share_and_what_a_dead_one_held_goes_on() -> None:
    videos = {video.id for video in charged(make_user(credits=80), 4)}

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: take(limit=2), range(4)))

    assert sorted(video_id for some in taken for video_id in some) == sorted(videos)
    assert take(limit=9) == []
    assert db.run(taking.let_all_go, by="another") == 0
    assert db.run(taking.let_all_go, by="one", is_dead=True) == 4
    assert set(take(limit=9)) == videos


@pytest.mark.usefixtures("database")
def test_a_turn_is_one_engines_and_a_call_is_never_lost() -> None:
    videos = charged(make_user(credits=40), 3)
    for video in videos:
        change(
            video.id,
            status=Status.RENDERING,
            provider_task_id=f"task-{video.id}",
            rendering_at=db.utc_now(),
            due_at=db.utc_now(),
        )
    turns = {"limit": 9, "first_seconds": 20.0}

    assert {video.id for video in db.run(taking.take_turns, **turns)} == {video.id for video in videos}
    assert db.run(taking.take_turns, **turns) == []
    engine.wake(videos[1].id, f"task-{videos[1].id}")
    engine.wake(videos[2].id, "somebody else's")

    assert db.look(taking.what_is_due) == {taking.Due.CALLED}
    assert [video.id for video in db.run(taking.take_turns, **turns)] == [videos[1].id]


@pytest.mark.usefixtures("database")
def test_the_sweep_mends_what_nobody_would_and_counts_it() -> None:
    held, stored, late, lost = charged(make_user(credits=40), 4)
    long_ago = db.utc_now() - timedelta(hours=2)
    change(held.id, taken_by="a ghost")
    change(stored.id, status=Status.SAVING, saving_at=long_ago, file_key="videos/x.mp4", poster_key="p")
    hours_on = db.utc_now() + timedelta(hours=9)
    change(late.id, status=Status.RENDERING, rendering_at=long_ago, provider_task_id="late", due_at=hours_on)
    change(lost.id, status=Status.FAILED, completed_at=long_ago)

    done = [sweep.reconcile(), sweep.reconcile()]
    returned = [sweep.give_back_ended() for _ in range(2)]

    assert done[0] == {
        "held-by-nobody": 1,
        "stored-not-completed": 1,
        "waiting-too-long": 1,
        "never-coming": 0,
        "without-a-key": 0,
    }
    assert set(done[1].values()) == {0}
    assert returned == [1, 0]
    assert (row(stored.id).status, row(late.id).status) == (Status.COMPLETED, Status.RENDERING)
    assert take() == [held.id]
    assert [video.id for video in db.run(taking.take_turns, limit=9, first_seconds=20.0)] == [late.id]
    counts = {run.name: (run.mended, run.returned) for run in db.look(_runs)}
    assert counts["held-by-nobody"] == counts["stored-not-completed"] == counts["waiting-too-long"] == (1, 0)
    assert counts["ended-not-given-back"] == (0, 1)
    assert db.look(audit.find_all) == []


@pytest.mark.usefixtures("database")
def test_the_sweep_ends_nothing_that_the_provider_may_have_finished_unless_it_is_days_old() -> None:
    queued, asked, stored, claimed, ancient = charged(make_user(credits=50), 5)
    day, days = (db.utc_now() - timedelta(hours=hours) for hours in (25, 25 + 72))
    began = {"submit_began_at": day, "created_at": day, "due_at": day}
    rendering = {"status": Status.RENDERING, "rendering_at": day, "provider_task_id": "a task"}
    change(queued.id, created_at=day, due_at=day)
    change(asked.id, **began, **rendering)
    change(
        stored.id, **began, **rendering | {"status": Status.SAVING, "saving_at": day}, taken_by="an engine"
    )
    change(claimed.id, **began, claim="a task")
    change(ancient.id, **began | {"created_at": days}, **rendering)
    db.run(lambda session: session.add(EngineBeat(executor_id="an engine")))

    assert sweep.reconcile()["never-coming"] == 2

    ended = {video.id: row(video.id).error_code for video in (queued, asked, stored, claimed, ancient)}
    assert [video for video, code in ended.items() if code] == [queued.id, ancient.id]
    assert db.look(audit.find_all) == []


def _runs(session: Session) -> list[ChoreRun]:
    return list(session.exec(select(ChoreRun)))


@pytest.mark.usefixtures("database")
def test_a_job_that_engines_share_is_begun_by_one_of_them_each_time() -> None:
    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda _: db.run(counting.begin, "nightly", seconds=60), range(8)))

    assert begun.count(True) == 1
    assert db.run(counting.begin, "nightly", seconds=0)


@pytest.mark.usefixtures("database")
def test_a_doubt_is_forgotten_unless_somebody_has_claimed_it() -> None:
    video, named, claimed = charged(make_user(credits=40), 3)
    began = db.utc_now()
    for one in (video, named, claimed):
        change(one.id, submit_began_at=began)
    change(claimed.id, provider_task_id="its own")
    engine.wake(named.id, "its own, as somebody says")

    forgotten = [
        db.run(steps.forget_doubt, video_id=one.id, began_at=began) for one in (video, named, claimed)
    ]

    assert forgotten == [True, False, False]
    assert (row(video.id).doubts, row(video.id).submit_began_at) == (1, None)


@pytest.mark.usefixtures("database")
def test_an_expectation_is_its_videos_own_for_good() -> None:
    (video,) = charged(make_user())
    rendering = row(video.id)
    rendering.status, rendering.rendering_at = Status.RENDERING, rendering.created_at

    before = progress.progress_of(rendering, now=rendering.created_at + timedelta(seconds=30))
    after = progress.progress_of(rendering, expected=500, now=rendering.created_at + timedelta(seconds=31))

    assert (before.expected, before.spread) == (75, (48, 95))
    assert before.share < after.share
