"""Progress: the stage as it is, a bar that never claims to be done, and a usual time that comes from the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.generation import library, progress
from cuttingasmr.generation.progress import FIRST_GUESS_SECONDS, SAMPLE, look_back, progress_of
from cuttingasmr.models import ENDED, Status, Video
from tests.support.people import make_user, make_video

BEGAN = db.utc_now()


def video(status: Status, took: float | None = None) -> Video:
    completed = None if took is None else BEGAN + timedelta(seconds=took)
    return Video(
        user_id="u", prompt="ice", credits_used=10, status=status, created_at=BEGAN, completed_at=completed
    )


@given(
    st.sampled_from([status for status in Status if status != Status.COMPLETED]),
    st.floats(-100, 1e7),
    st.floats(1, 1e4),
)
def test_nothing_but_a_finished_video_is_shown_as_done(
    status: Status, seconds: float, expected: float
) -> None:
    seen = progress_of(video(status), expected=expected, now=BEGAN + timedelta(seconds=seconds))

    assert 0 <= seen.share <= 0.95
    assert seen.elapsed >= 0


@given(st.sampled_from(list(Status)), st.floats(0, 500), st.floats(0, 500))
def test_a_bar_never_goes_back(status: Status, sooner: float, later: float) -> None:
    sooner, later = sorted((sooner, later))
    first, second = (
        progress_of(video(status), expected=75, now=BEGAN + timedelta(seconds=s)) for s in (sooner, later)
    )

    assert first.share <= second.share


def test_a_finished_video_is_done_and_took_what_it_took() -> None:
    seen = progress_of(video(Status.COMPLETED, took=61), expected=75, now=BEGAN + timedelta(days=1))

    assert (seen.stage, seen.share, seen.elapsed) == ("ready", 1.0, 61.0)


def test_a_video_that_failed_stays_where_it_ended() -> None:
    seen = progress_of(video(Status.FAILED, took=30), expected=60, now=BEGAN + timedelta(days=1))

    assert (seen.stage, seen.share, seen.elapsed) == ("failed", 0.5, 30.0)


@pytest.mark.parametrize("status", [pytest.param(status, id=status) for status in Status])
def test_each_status_has_a_stage(status: Status) -> None:
    took = 1 if status in ENDED else None

    assert progress_of(video(status, took), expected=75).stage in {
        "queued",
        "rendering",
        "saving",
        "ready",
        "failed",
        "canceled",
    }


def complete(session: Session, user_id: str, taken: list[float], status: Status = Status.COMPLETED) -> None:
    for number, seconds in enumerate(taken):
        end = BEGAN + timedelta(hours=number)
        made = end - timedelta(seconds=seconds)
        make_video(session, user_id=user_id, status=status, created_at=made, completed_at=end)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("taken", "usual"),
    [
        pytest.param([], FIRST_GUESS_SECONDS, id="none yet"),
        pytest.param([40], 40, id="one"),
        pytest.param([10, 50, 900], 50, id="an odd one out"),
        pytest.param([500] * 20 + [60] * SAMPLE, 60, id="the last ones alone"),
        pytest.param([0.1], 1, id="a second at least"),
    ],
)
def test_the_usual_time_is_that_of_the_last_finished_videos(taken: list[float], usual: float) -> None:
    db.run(complete, make_user(), taken)

    assert db.look(look_back).seconds == pytest.approx(usual)


@pytest.mark.usefixtures("database")
def test_videos_that_failed_tell_nothing_of_the_usual_time() -> None:
    db.run(complete, make_user(), [5, 5], Status.FAILED)

    assert db.look(look_back) == progress.FIRST_GUESS


@pytest.mark.usefixtures("database")
def test_a_restart_knows_the_usual_time_and_asks_for_it_once_a_minute_at_most() -> None:
    user = make_user()
    db.run(complete, user, [40])
    assert db.look(progress.expected_seconds) == 40

    db.run(complete, user, [80] * 5)
    assert db.look(progress.expected_seconds) == 40

    restarted = progress._Memory()
    assert db.look(restarted.seconds) == 80
    assert db.look(library.page, user_id=user).rows[0].progress.expected == 40
