"""The line for the provider, held against both its promises: nobody is delayed by one who wants much, and nobody is passed for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.generation import progress, start, taking
from cuttingasmr.generation.prompts import VideoRequest
from cuttingasmr.models import Status, Video
from tests.support.asked import asked
from tests.support.making import change
from tests.support.people import make_user

pytestmark = pytest.mark.usefixtures("database")

REQUEST = VideoRequest.checked(prompt="A knife through sand")
HOLD = timedelta(seconds=20)
PEOPLE = 6


def ask(user: str, count: int = 1) -> list[str]:
    """Ask for some videos, as one press does."""
    return [video.id for video in db.run(start.charge_and_record, user_id=user, request=REQUEST, count=count)]


def newcomer() -> str:
    """Ask for one video as somebody who never was here."""
    return ask(make_user())[0]


def take(limit: int = 1, at_once: int = 1000) -> list[str]:
    """Take as an engine does."""
    return db.run(taking.take_queued, by="one", limit=limit, at_once=at_once, hold=HOLD)


def back_off(video_id: str) -> None:
    """Let a video go that the provider did not take, to be sent again in a while."""
    db.run(taking.let_go, video_id=video_id, by="one", seconds=600, trouble_at=db.utc_now())


@pytest.mark.parametrize("backs_off", [True, False])
def test_newcomers_do_not_starve_who_waits_while_somebodys_video_is_tried_again(*, backs_off: bool) -> None:
    other = newcomer()
    assert take() == [other]
    if backs_off:
        back_off(other)
    else:
        change(other, status=Status.FAILED)
    ada = ask(make_user(credits=50), 3)
    served: list[str] = []

    for _ in range(6):
        newcomer()
        served += take(at_once=1)
        change(served[-1], status=Status.FAILED)

    assert [served.index(video_id) for video_id in ada] == [0, 2, 5], "each waits for those in line before it"


def test_one_slot_is_all_that_is_lost_while_many_of_others_are_under_way() -> None:
    older, many, one = (make_user(credits=500) for _ in range(3))
    for _ in range(10):
        ask(older, 4)
    assert len(take(limit=40)) == 40
    theirs = [video_id for _ in range(12) for video_id in ask(many, 4)]
    (mine,) = ask(one)

    assert take(limit=3) == [theirs[0], mine, theirs[1]]


def test_what_comes_back_to_the_line_is_a_turn_as_any_other() -> None:
    many, one = make_user(credits=500), make_user()
    theirs = [video_id for _ in range(12) for video_id in ask(many, 4)]
    for video_id in take(limit=40):
        back_off(video_id)
    (mine,) = ask(one)
    for video_id in theirs:
        change(video_id, due_at=db.utc_now())

    assert take(limit=3) == [theirs[0], mine, theirs[1]]


def test_canceling_improves_nobodys_place() -> None:
    many, one = make_user(credits=500), make_user()
    theirs = ask(many, 4)
    assert take() == theirs[:1]
    (mine,) = ask(one)
    assert take() == theirs[1:2]
    change(theirs[2], status=Status.CANCELED)

    assert take(limit=2) == [mine, theirs[3]]


def test_however_many_watch_their_places_the_line_is_read_once_in_a_while() -> None:
    videos = [newcomer() for _ in range(5)]
    rows = db.look(lambda session: list(session.exec(select(Video).where(col(Video.id).in_(videos)))))
    sight = progress._Sight()

    with asked() as found:
        told = [db.look(sight.of, [row]) for row in rows]
        told.append(db.look(sight.of, rows))

    assert told == [
        *({row.id: videos.index(row.id)} for row in rows),
        dict(zip(videos, range(5), strict=True)),
    ]
    assert len(found.statements) == 1
    assert take(limit=2) == videos[:2]
    last = newcomer()
    assert db.look(lambda session: sight.of(session, [session.get_one(Video, last)])) == {last: 5}, (
        "in hand counts"
    )
    assert db.look(sight.of, rows[-1:]) == db.look(progress.positions, rows[-1:])


@dataclass
class Waiter:
    """What is remembered of a person: since which event they stand in the line, and whose turns they have seen since."""

    id: str
    videos: list[str] = field(default_factory=list)
    stands_since: int = 0
    turns_seen: Counter[str] = field(default_factory=Counter)


class Line(RuleBasedStateMachine):
    """People who come at any moment, and videos that are taken, end, are canceled, or are sent back and tried again."""

    users: ClassVar[list[str]]

    def __init__(self) -> None:
        """Begin with an empty line, in one transaction that is never committed."""
        super().__init__()
        self.session = Session(db.get_engine())
        self.people = [Waiter(user) for user in self.users]
        self.owner: dict[str, Waiter] = {}
        self.clock = 0
        self.resting: list[str] = []
        self.in_hand: list[str] = []

    def teardown(self) -> None:
        """Leave nothing."""
        self.session.rollback()
        self.session.close()

    @rule(number=st.integers(0, PEOPLE - 1), count=st.integers(1, 4))
    def come(self, number: int, count: int) -> None:
        """Somebody asks for videos: they join the line, or stand in it already."""
        one = self.people[number]
        self.clock += 1
        if not one.videos:
            one.stands_since, one.turns_seen = self.clock, Counter()
        charged = start.charge_and_record(self.session, user_id=one.id, request=REQUEST, count=count)
        made = [video.id for video in charged]
        one.videos += made
        self.owner |= dict.fromkeys(made, one)

    @rule(limit=st.integers(1, 5))
    def serve(self, limit: int) -> None:
        """An engine takes some: first what the places said, and with both promises kept at each turn."""
        ready = {video for one in self.people for video in one.videos} - set(self.resting)
        told = self._told(ready) if not self.resting and not self.in_hand else {}
        taken = taking.take_queued(self.session, by="one", limit=limit, at_once=1000, hold=HOLD)
        assert len(taken) == min(limit, len(ready)), "nobody who could be served is left out"
        assert set(taken) <= ready
        for place, video in enumerate(taken):
            assert told.get(video, place) == place
            self._turn(video)

    def _told(self, videos: Collection[str]) -> dict[str, int]:
        found = select(Video).where(col(Video.id).in_(videos)).execution_options(populate_existing=True)
        return progress.positions(self.session, self.session.exec(found))

    def _change(self, video: str, **facts: object) -> None:
        self.session.exec(update(Video).where(col(Video.id) == video).values(**facts))

    def _turn(self, video: str) -> None:
        self.clock += 1
        served = self.owner[video]
        assert video == next(each for each in served.videos if each not in self.resting), "in their own order"
        for other in self.people:
            is_ready = any(each not in self.resting for each in other.videos)
            if other is served or not is_ready:
                continue
            other.turns_seen[served.id] += 1
            assert other.turns_seen[served.id] <= 1, "delayed by more than one slot"
            assert served.stands_since < other.stands_since, "passed by one who came later"
        served.videos.remove(video)
        served.stands_since, served.turns_seen = self.clock, Counter()
        self.in_hand.append(video)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """One that was taken is over."""
        video = data.draw(st.sampled_from(self.in_hand))
        self.in_hand.remove(video)
        self._change(video, status=Status.FAILED, taken_by="")

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def be_sent_back(self, data: st.DataObject) -> None:
        """One that was taken shall be sent again later."""
        video = data.draw(st.sampled_from(self.in_hand))
        self.in_hand.remove(video)
        taking.let_go(self.session, video_id=video, by="one", seconds=600)
        self.resting.append(video)
        one = self.owner[video]
        one.videos = sorted([*one.videos, video], key=list(self.owner).index)

    @precondition(lambda self: self.resting)
    @rule(data=st.data())
    def rest_no_longer(self, data: st.DataObject) -> None:
        """The time has come to send one again."""
        video = data.draw(st.sampled_from(self.resting))
        self.resting.remove(video)
        self._change(video, due_at=db.utc_now())

    @rule(number=st.integers(0, PEOPLE - 1), data=st.data())
    def be_canceled(self, number: int, data: st.DataObject) -> None:
        """Somebody wants one no longer."""
        one = self.people[number]
        if not one.videos:
            return
        video = data.draw(st.sampled_from(one.videos))
        one.videos.remove(video)
        if video in self.resting:
            self.resting.remove(video)
        self._change(video, status=Status.CANCELED)


def test_whatever_comes_and_ends_both_promises_hold() -> None:
    Line.users = [make_user(credits=100_000) for _ in range(PEOPLE)]
    some = settings(
        max_examples=12,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        database=None,
    )
    run_state_machine_as_test(Line, settings=some)
