"""Who is written to about what they were not there to see, and who is not; each thing is told once."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, select, update

from cuttingasmr import db, live
from cuttingasmr.auth import sessions
from cuttingasmr.credits import ledger
from cuttingasmr.letters import sending
from cuttingasmr.models import (
    ChoreRun,
    CreditEntry,
    Letter,
    LetterKind,
    Notice,
    SessionRow,
    Status,
    User,
    Video,
)
from cuttingasmr.models.columns import new_id
from cuttingasmr.people import erasing, leaving, notices
from tests.support.people import make_user, make_video
from tests.support.smtp import PostOffice

WAITED = timedelta(minutes=3)
"""Longer than anybody waits for somebody to come back."""


def change(table: type[SQLModel], where: ColumnElement[bool], **facts: Any) -> None:
    db.run(lambda session: session.exec(update(table).where(where).values(**facts)))


def someone(*, credits: int = 18, **facts: Any) -> str:
    """Open an account whose address is confirmed."""
    user_id = make_user(credits=credits)
    change(User, col(User.id) == user_id, **{"email_verified_at": db.utc_now(), **facts})
    return user_id


def ended(user_id: str, status: Status = Status.COMPLETED, **facts: Any) -> str:
    """Let a video of theirs have ended, a little longer ago than what may be committed late."""
    facts = {"completed_at": db.utc_now() - timedelta(seconds=20), **facts}
    return db.run(lambda session: make_video(session, user_id=user_id, status=status, **facts).id)


def pass_time(by: timedelta = WAITED) -> None:
    """Let so much time go by, for all that has happened."""

    def age(session: Session) -> None:
        for table in (Video, Notice, SessionRow, ChoreRun, CreditEntry):
            for row in session.exec(select(table)).all():
                for name in type(row).model_fields:
                    if name.endswith(("_at", "_from", "_to", "_until")):
                        value = getattr(row, name)
                        setattr(row, name, value - by if isinstance(value, datetime) else value)
                session.add(row)

    db.run(age)


async def look() -> int:
    """Do the chore, wait as long as anybody is waited for, and do it again; gives the letters written."""
    written = await notices.write_due()
    pass_time()
    return written + await notices.write_due()


def written(user_id: str) -> list[str]:
    mine = select(Letter.kind).where(col(Letter.user_id) == user_id).order_by(col(Letter.created_at))
    return db.look(lambda session: list(session.exec(mine)))


MANY: dict[str, tuple[list[Status], list[str]]] = {
    "one": ([Status.COMPLETED], [LetterKind.READY]),
    "several": ([Status.COMPLETED] * 3, [LetterKind.MANY_READY]),
    "one that failed": ([Status.FAILED], [LetterKind.FAILED]),
    "several that failed": ([Status.FAILED] * 2, [LetterKind.MANY_FAILED]),
    "some of each": ([Status.COMPLETED, Status.FAILED], [LetterKind.SOME_FAILED]),
    "one that was canceled": ([Status.CANCELED], []),
    "one, and one that was canceled": ([Status.COMPLETED, Status.CANCELED], [LetterKind.READY]),
}


@pytest.mark.usefixtures("database", "office")
@pytest.mark.parametrize(("statuses", "letters"), MANY.values(), ids=MANY)
async def test_videos_that_end_close_together_make_one_letter(
    statuses: list[Status], letters: list[str]
) -> None:
    ada, bob = someone(), someone()
    for status in statuses:
        ended(ada, status)

    assert await look() == len(letters)
    pass_time()
    assert await look() == 0

    assert (written(ada), written(bob)) == (letters, [])


TOLD, NOT_TOLD = ["Your video is ready"], list[str]()
TURNS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "confirmed": ({"name": "Ada"}, TOLD),
    "not confirmed": ({"email_verified_at": None}, NOT_TOLD),
    "no address": ({"email": "user_1@clerk.invalid"}, NOT_TOLD),
    "does not want it": ({"mails_ready": False}, NOT_TOLD),
    "wants only the other one": ({"mails_ready": False, "mails_low": True}, NOT_TOLD),
    "does not want the other one": ({"mails_low": False}, TOLD),
    "banned": ({"is_banned": True}, NOT_TOLD),
    "a demo": ({"is_demo": True}, NOT_TOLD),
    "leaving": ({"erase_at": timedelta(days=5)}, NOT_TOLD),
    "erased": ({"erased_at": timedelta(0)}, NOT_TOLD),
    "blocked at Clerk": ({"clerk_id": "user_2", "clerk_state": "blocked"}, NOT_TOLD),
    "at Clerk": ({"clerk_id": "user_3"}, TOLD),
}


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("when", ["before", "while it waits", "while the letter waits"])
@pytest.mark.parametrize(("facts", "subjects"), TURNS.values(), ids=TURNS)
async def test_who_cannot_or_does_not_want_to_be_told_is_not(
    office: PostOffice, facts: dict[str, Any], subjects: list[str], when: str
) -> None:
    facts = {
        name: db.utc_now() + value if isinstance(value, timedelta) else value for name, value in facts.items()
    }
    ada = someone()

    def come_to(moment: str) -> None:
        if moment == when:
            change(User, col(User.id) == ada, **facts)

    come_to("before")
    ended(ada)
    await notices.write_due()
    come_to("while it waits")
    pass_time()
    await notices.write_due()
    come_to("while the letter waits")
    await sending.send_due()

    assert [letter.subject for letter in office.letters] == subjects


@pytest.mark.usefixtures("database", "office")
async def test_who_has_a_page_open_or_has_come_back_is_told_nothing() -> None:
    open_, back, gone = someone(), someone(), someone()
    for user_id in (open_, back, gone):
        db.run(sessions.begin, user_id=user_id)
    pass_time()
    for user_id in (open_, back, gone):
        ended(user_id)
    await notices.write_due()
    change(SessionRow, col(SessionRow.user_id) == back, last_seen_at=db.utc_now())
    pass_time()

    with live.listening(open_):
        await notices.write_due()

    assert (written(open_), written(back), written(gone)) == ([], [], [LetterKind.READY])
    pass_time()
    assert await look() == 0  # what was seen is seen, also when the page is closed later


@pytest.mark.usefixtures("embedded", "office")
async def test_a_letter_waits_for_the_videos_that_are_still_being_made_but_not_for_ever() -> None:
    ada, bob = someone(), someone()
    for user_id in (ada, bob):
        ended(user_id)
        ended(user_id, Status.RENDERING, completed_at=None)

    assert await look() == 0
    mine = (col(Video.user_id) == ada) & (col(Video.status) == Status.RENDERING)
    change(
        Video, mine, status=Status.COMPLETED, completed_at=db.utc_now() - timedelta(seconds=20), file_key="x"
    )
    assert await look() == 1
    assert (written(ada), written(bob)) == ([LetterKind.MANY_READY], [])

    pass_time(notices.LONGEST)
    await notices.write_due()
    assert written(bob) == [LetterKind.READY]


@pytest.mark.usefixtures("embedded", "office")
async def test_one_letter_follows_another_only_after_a_rest() -> None:
    ada = someone()
    ended(ada)
    await look()
    pass_time(timedelta(minutes=1))
    for _ in range(2):
        ended(ada)
        assert await look() == 0
        pass_time(timedelta(minutes=1))

    pass_time(notices.REST)
    await notices.write_due()

    assert written(ada) == [LetterKind.READY, LetterKind.MANY_READY]


@pytest.mark.usefixtures("embedded", "office")
async def test_what_was_thrown_away_meanwhile_or_ended_long_ago_is_not_told() -> None:
    ada, bob = someone(), someone()
    ended(bob, completed_at=db.utc_now() - notices.OLDEST - timedelta(minutes=1))
    video = ended(ada)
    await notices.write_due()
    change(Video, col(Video.id) == video, deleted_at=db.utc_now())
    pass_time()
    await notices.write_due()

    assert (written(ada), written(bob)) == ([], [])


@pytest.mark.usefixtures("database", "office")
async def test_rival_engines_write_each_letter_once() -> None:
    people = [someone() for _ in range(30)]
    for user_id in people:
        ended(user_id)
    for _ in range(2):
        begin = threading.Barrier(4)

        def work(begin: threading.Barrier = begin) -> None:
            begin.wait()
            asyncio.run(notices.write_due())

        engines = [threading.Thread(target=work) for _ in range(4)]
        for engine in engines:
            engine.start()
        await asyncio.gather(*(asyncio.to_thread(engine.join) for engine in engines))
        pass_time()
    await look()

    assert [written(user_id) for user_id in people] == [[LetterKind.READY]] * len(people)


@pytest.mark.usefixtures("embedded", "office")
async def test_the_way_of_a_video_writes_nothing_of_this_and_an_idle_chore_writes_nothing() -> None:
    ada = someone()
    ended(ada)
    assert db.look(lambda session: session.exec(select(Notice)).all()) == []

    await look()
    pass_time()
    before = db.look(lambda session: session.get_one(ChoreRun, notices.NAME)).done_until
    await notices.write_due()

    assert db.look(lambda session: session.get_one(ChoreRun, notices.NAME)).done_until == before


async def hour_later() -> int:
    """Let somebody's last video be an hour ago."""
    await notices.write_due()
    pass_time(notices.LOW_AFTER + WAITED)
    return await notices.write_due()


def buy(user_id: str, credits: int) -> str:
    order = new_id()
    db.run(ledger.purchase, user_id=user_id, order_id=order, credits=credits)
    return order


def spend(user_id: str, times: int = 1) -> None:
    """Make videos, and be there to see them."""
    pass_time(timedelta(minutes=1))
    for _ in range(times):
        video = ended(user_id)
        db.run(ledger.reserve, user_id=user_id, video_id=video, credits=10)
    change(User, col(User.id) == user_id, mails_ready=False)


@pytest.mark.usefixtures("database")
async def test_who_has_bought_is_told_once_for_each_time_that_it_is_used_up(office: PostOffice) -> None:
    ada = someone(credits=0)
    buy(ada, 25)
    spend(ada)
    assert await hour_later() == 0  # it is enough for one more
    spend(ada)
    await hour_later()
    assert written(ada) == [LetterKind.LOW]

    made = db.look(lambda session: session.exec(select(Video.id)).all())
    db.run(ledger.give_back, video_id=made[0])
    spend(ada)
    await hour_later()
    assert written(ada) == [LetterKind.LOW]  # nothing was bought in between

    pass_time()
    buy(ada, 10)
    spend(ada)
    await hour_later()
    assert written(ada) == [LetterKind.LOW] * 2
    assert await sending.send_due() == 2
    assert {letter.subject for letter in office.letters} == {"Your credits are running out"}


@pytest.mark.usefixtures("embedded", "office")
async def test_who_never_bought_or_had_the_money_back_or_buys_in_time_is_not_told() -> None:
    guest, refunded, quick, making, tired = (someone(credits=10 * (n == 0)) for n in range(5))
    for user_id in (refunded, quick, making, tired):
        buy(user_id, 20)
    db.run(ledger.claw_back, user_id=refunded, reference="refund", credits=10)
    spend(guest)
    spend(refunded)
    for user_id in (quick, making, tired):
        spend(user_id, 2)
    ended(making, Status.RENDERING, completed_at=None)
    change(User, col(User.id) == tired, mails_low=False)
    await notices.write_due()
    buy(quick, 10)

    await hour_later()

    assert [written(user_id) for user_id in (guest, refunded, quick, making, tired)] == [[]] * 5


@pytest.mark.usefixtures("embedded")
async def test_who_buys_while_the_letter_waits_does_not_get_it(office: PostOffice) -> None:
    ada = someone(credits=0)
    buy(ada, 10)
    spend(ada)
    await hour_later()
    assert written(ada) == [LetterKind.LOW]
    buy(ada, 10)

    assert await sending.send_due() == 0
    assert office.letters == []


@pytest.mark.usefixtures("database", "office")
async def test_with_an_account_goes_what_waits_to_be_told() -> None:
    ada = someone()
    ended(ada)
    await notices.write_due()
    assert db.look(lambda session: session.get(Notice, ada)) is not None
    farewell = db.run(leaving.begin, user_id=ada, actor=ada)
    pass_time()
    assert await notices.write_due() == 0

    await erasing.erase(ada, now=farewell.erase_at)

    assert written(ada) == []
    assert db.look(lambda session: session.get(Notice, ada)) is None
