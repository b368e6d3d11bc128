"""What the tables themselves refuse, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.models import CreditEntry, Kind, Status, User, Video
from tests.support.people import make_user, make_video

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"status": "lost"}, id="a status that there is not"),
        pytest.param({"aspect_ratio": "1:1"}, id="a ratio that there is not"),
        pytest.param({"status": Status.COMPLETED, "file_key": None}, id="completed without a file"),
        pytest.param({"status": Status.COMPLETED, "completed_at": None}, id="completed without a moment"),
        pytest.param({"credits_returned": 3}, id="a part of the price returned"),
        pytest.param({"credits_returned": 20}, id="more than the price returned"),
        pytest.param({"cost": -10, "credits_returned": 0}, id="a price below nothing"),
        pytest.param({"user_id": "0" * 32}, id="nobody's video"),
    ],
)
def test_a_video_that_cannot_be_is_refused(facts: dict[str, Any]) -> None:
    owner = make_user()

    with pytest.raises(IntegrityError):
        db.run(make_video, **{"user_id": owner, **facts})


@pytest.mark.parametrize("returned", [pytest.param(0, id="nothing"), pytest.param(10, id="all")])
def test_a_video_may_have_returned_all_or_nothing(returned: int) -> None:
    owner = make_user()

    video = db.run(make_video, user_id=owner, credits_returned=returned)

    assert video.credits_returned == returned


def test_one_idempotency_key_of_one_person_is_one_video() -> None:
    one, other = make_user(), make_user()
    db.run(make_video, user_id=one, idempotency_key="k")

    db.run(make_video, user_id=other, idempotency_key="k")
    with pytest.raises(IntegrityError):
        db.run(make_video, user_id=one, idempotency_key="k")


def test_any_number_of_videos_have_no_idempotency_key() -> None:
    owner = make_user()

    first, second = (db.run(make_video, user_id=owner) for _ in range(2))

    assert first.id != second.id


def test_an_address_belongs_to_one_account() -> None:
    make_user(email="ada@example.org")

    with pytest.raises(IntegrityError):
        make_user(email="ada@example.org")


def test_nobody_has_used_less_than_nothing() -> None:
    with pytest.raises(IntegrityError):
        db.run(lambda session: session.add(User(email="a@example.org", used_credits=-1)))


@pytest.mark.parametrize(
    ("kind", "credits"),
    [
        pytest.param("gift", 1, id="a kind that there is not"),
        pytest.param(Kind.SPEND, 10, id="a charge that gives"),
        pytest.param(Kind.CLAWBACK, 10, id="a claw-back that gives"),
        pytest.param(Kind.PURCHASE, -10, id="a purchase that takes"),
        pytest.param(Kind.GIVE_BACK, -10, id="a return that takes"),
        pytest.param(Kind.WELCOME, -10, id="a welcome that takes"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(kind: str, credits: int) -> None:
    user = make_user()

    with pytest.raises(IntegrityError):
        db.run(
            lambda session: session.add(CreditEntry(user_id=user, kind=kind, reference="x", credits=credits))
        )


def test_a_moment_without_a_zone_is_refused() -> None:
    owner = make_user()

    with pytest.raises(StatementError, match="2026"):
        db.run(make_video, user_id=owner, rendering_at=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "zone",
    [
        pytest.param(UTC, id="UTC"),
        pytest.param(timezone(timedelta(hours=5, minutes=45)), id="Kathmandu"),
        pytest.param(timezone(timedelta(hours=-9, minutes=-30)), id="Marquesas"),
    ],
)
def test_a_moment_comes_back_in_utc(zone: timezone) -> None:
    owner, moment = make_user(), datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=zone)
    video_id = db.run(make_video, user_id=owner, rendering_at=moment).id

    found = db.look(lambda session: session.get_one(Video, video_id))

    assert found.rendering_at == moment
    assert found.rendering_at is not None
    assert found.rendering_at.tzinfo is UTC
    assert found.saving_at is None


def test_a_row_is_made_now() -> None:
    before = db.utc_now()

    user_id = make_user()

    made = db.look(_made, user_id)
    assert before <= made <= db.utc_now()


def _made(session: Session, user_id: str) -> datetime:
    return session.get_one(User, user_id).created_at
