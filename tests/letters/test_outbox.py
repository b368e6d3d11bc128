"""The outbox: each letter is sent at least once, and once as long as nobody dies in between; nothing of it stays."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.letters import links, outbox, sending
from cuttingasmr.models import Letter, LetterKind, MailedLink, Purpose, User
from cuttingasmr.people import erasing, leaving
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.process import Process
from tests.support.site import ROOT, wait_until
from tests.support.smtp import PostOffice

WORKER = "import asyncio; from cuttingasmr.letters.sending import send_due; asyncio.run(send_due())"


def write(kind: LetterKind = LetterKind.PASSWORD_CHANGED, *, to: str, user_id: str) -> str:
    return db.run(lambda session: outbox.write(session, kind, to=to, user_id=user_id)).id


def write_with_link(kind: LetterKind, *, to: str, user_id: str) -> None:
    db.run(outbox.write_with_link, kind, to=to, user_id=user_id)


def rows() -> list[Letter]:
    return db.look(lambda session: list(session.exec(select(Letter).order_by(col(Letter.created_at)))))


def only() -> Letter:
    (letter,) = rows()
    return letter


def let_time_pass(**facts: Any) -> None:
    """Let the time come for whatever waits."""
    now = db.utc_now()
    db.run(
        lambda session: session.exec(
            update(Letter).where(col(Letter.due_at).is_not(None)).values(**{"due_at": now, **facts})
        )
    )


@pytest.fixture
def ada() -> str:
    return make_user(email="ada@example.org")


@pytest.mark.usefixtures("database")
async def test_a_letter_is_sent_once_and_nothing_of_it_stays(office: PostOffice, ada: str) -> None:
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
    waiting = only()
    assert waiting.to_address == "ada@example.org"

    assert [await sending.send_due() for _ in range(3)] == [1, 0, 0]

    (letter,) = office.letters
    sent = only()
    assert letter.to == "ada@example.org"
    assert (sent.to_address, sent.seed, sent.due_at, sent.tries, sent.trouble) == ("", "", None, 1, "")
    assert sent.sent_at is not None


@pytest.mark.usefixtures("database")
async def test_a_letter_of_what_was_rolled_back_is_never_sent(office: PostOffice, ada: str) -> None:
    def change_their_mind(session: Session) -> None:
        outbox.write_with_link(session, LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.transact(change_their_mind)

    assert await sending.send_due() == 0
    assert (office.letters, rows()) == ([], [])


@pytest.mark.usefixtures("embedded")
async def test_no_token_rests_in_the_database_while_its_letter_waits(office: PostOffice, ada: str) -> None:
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
    letter, link = only(), db.look(lambda session: session.exec(select(MailedLink)).one())

    await sending.send_due()

    token = office.letters[0].token
    assert token not in letter.model_dump_json()
    assert token not in link.model_dump_json()
    assert len(bytes.fromhex(letter.seed)) == 32  # 256 random bits, of which only SECRET_KEY makes the token
    assert links.token_of(letter.seed) == token


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("said", ["450 come again", "451 a moment", "421 closing"])
async def test_a_letter_that_is_put_off_is_tried_again_after_growing_pauses(
    office: PostOffice, ada: str, said: str
) -> None:
    write(to="ada@example.org", user_id=ada)
    office.says["RCPT"] = said
    pauses: list[float] = []

    for _ in range(4):
        before = db.utc_now()
        assert await sending.send_due() == 0
        due_at = only().due_at
        assert due_at is not None
        pauses.append(round((due_at - before).total_seconds(), -1))
        let_time_pass()
    office.says.clear()

    assert pauses == [10, 30, 60, 120]
    assert await sending.send_due() == 1
    assert only().trouble == ""


@pytest.mark.usefixtures("embedded")
async def test_a_letter_that_the_server_will_never_take_is_given_up_and_others_go_on(
    office: PostOffice, ada: str
) -> None:
    office.says["nobody@example.org"] = "550 nobody here"
    write(to="nobody@example.org", user_id=ada)
    write(to="ada@example.org", user_id=ada)

    assert await sending.send_due() == 1

    refused, sent = rows()
    assert (refused.due_at, refused.sent_at, refused.to_address) == (None, None, "")
    assert refused.trouble == "the address is refused: 550"
    assert sent.sent_at is not None


@pytest.mark.usefixtures("embedded")
async def test_what_the_server_has_against_a_letters_content_ends_it(office: PostOffice, ada: str) -> None:
    office.says["DATA"] = "554 looks like spam"
    write(to="ada@example.org", user_id=ada)

    assert await sending.send_due() == 0

    assert (only().due_at, only().trouble) == (None, "the letter is refused: 554")


@pytest.mark.usefixtures("embedded")
async def test_a_server_that_says_nothing_is_left_after_a_while(office: PostOffice, ada: str) -> None:
    office.speaks = False
    write(to="ada@example.org", user_id=ada)

    assert await sending.send_due(seconds=0.3) == 0

    assert only().due_at is not None
    assert only().trouble == "TimeoutError"


@pytest.mark.usefixtures("embedded")
async def test_a_server_that_takes_a_letter_and_says_no_goodbye_has_taken_it(
    office: PostOffice, ada: str
) -> None:
    office.says["QUIT"] = "never"
    write(to="ada@example.org", user_id=ada)

    assert await sending.send_due() == 1

    assert only().sent_at is not None
    assert len(office.letters) == 1


@pytest.mark.usefixtures("embedded")
async def test_a_server_that_is_away_is_asked_for_a_handful_at_most(office: PostOffice, ada: str) -> None:
    office.says["RCPT"] = "450 come again"
    for _ in range(12):
        write(to="ada@example.org", user_id=ada)

    assert await sending.send_due() == 0

    assert office.arrivals == sending.AT_ONCE
    office.says.clear()
    assert await sending.send_due() == 12 - sending.AT_ONCE


@pytest.mark.usefixtures("embedded", "office")
async def test_a_letter_nobody_needs_any_more_is_put_aside(office: PostOffice, ada: str) -> None:
    write(to="ada@example.org", user_id=ada)
    let_time_pass(expires_at=db.utc_now() - timedelta(seconds=1))

    assert await sending.send_due() == 0

    assert (only().trouble, only().to_address, only().due_at) == ("too late", "", None)
    assert office.letters == []


@pytest.mark.usefixtures("database")
async def test_a_letter_whose_link_was_overtaken_is_not_sent(office: PostOffice, ada: str) -> None:
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)

    assert await sending.send_due() == 1

    (letter,) = office.letters
    found = db.look(links.find, token=letter.token, purposes=(Purpose.CONFIRM,))
    assert found is not None
    assert [it.trouble for it in rows()] == ["overtaken", ""]


@pytest.mark.usefixtures("embedded")
async def test_who_was_too_slow_has_nothing_more_to_say(office: PostOffice, ada: str) -> None:
    write(to="ada@example.org", user_id=ada)
    (slow,) = db.run(outbox.take, limit=5)
    let_time_pass()  # its lease is over
    assert await sending.send_due() == 1

    db.run(outbox.put_off, post=slow, why="too slow")

    assert only().sent_at is not None
    assert await sending.send_due() == 0
    assert len(office.letters) == 1


@pytest.mark.usefixtures("database")
async def test_rivals_send_each_letter_once(office: PostOffice, ada: str) -> None:
    addresses = [f"{number}@example.org" for number in range(40)]
    for address in addresses:
        write(to=address, user_id=ada)
    begin = threading.Barrier(4)

    def work() -> None:
        begin.wait()
        asyncio.run(sending.send_due())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    await asyncio.gather(*(asyncio.to_thread(worker.join) for worker in workers))

    assert sorted(letter.to for letter in office.letters) == sorted(addresses)
    assert all(row.sent_at and row.tries == 1 for row in rows())


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_worker_that_dies_while_it_sends_is_followed_and_the_letter_is_the_same(
    office: PostOffice,
    databases: Databases,
    kind: str,
    launch: Callable[..., Process],
    bound: Callable[[str], None],
) -> None:
    url = databases.make(kind)
    bound(url)
    ada = make_user(email="ada@example.org")
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
    office.speaks = False
    settings = {"DATABASE_URL": url, "SECRET_KEY": "of-the-tests", "SMTP_URL": office.url}
    worker = launch([sys.executable, "-c", WORKER], env={**os.environ, **settings}, cwd=ROOT)
    wait_until(lambda: office.arrivals)

    worker.kill9()
    office.speaks = True

    assert await sending.send_due() == 0  # it is the dead one's for a while yet
    let_time_pass()
    assert await sending.send_due() == 1
    (letter,) = [it for it in office.letters if it.to == "ada@example.org"]
    assert letter.token
    assert only().tries == 2


@pytest.mark.usefixtures("embedded")
async def test_a_letter_whose_arrival_nobody_heard_of_comes_twice_with_one_name_and_one_link(
    office: PostOffice, ada: str
) -> None:
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
    office.says["AFTER"] = "451 taken, but the answer says otherwise"
    assert await sending.send_due() == 0
    office.says.clear()
    let_time_pass()

    assert await sending.send_due() == 1

    one, other = office.letters
    assert (one.token, one.message["Message-ID"]) == (other.token, other.message["Message-ID"])
    assert one.message["Date"] == other.message["Date"]


@pytest.mark.usefixtures("database", "office")
async def test_what_was_done_with_long_ago_is_forgotten(ada: str) -> None:
    write(to="ada@example.org", user_id=ada)
    await sending.send_due()
    write(to="ada@example.org", user_id=ada)
    write_with_link(LetterKind.CONFIRM, to="ada@example.org", user_id=ada)
    long_ago = db.utc_now() - timedelta(days=40)
    db.run(lambda session: session.exec(update(Letter).values(created_at=long_ago)))
    db.run(lambda session: session.exec(update(MailedLink).values(expires_at=long_ago)))

    db.run(sending.forget_old)

    assert all(letter.due_at is not None for letter in rows())  # what waits is kept
    assert db.look(lambda session: session.exec(select(MailedLink)).all()) == []


@pytest.mark.usefixtures("database", "office")
async def test_with_an_account_go_its_letters_and_links(ada: str) -> None:
    write(to="bob@example.org", user_id=make_user())
    write(to="ada@example.org", user_id=ada)
    write_with_link(LetterKind.CHANGE, to="new@example.org", user_id=ada)

    farewell = db.run(leaving.begin, user_id=ada, actor=ada)
    await erasing.erase(ada, now=farewell.erase_at)

    assert [letter.to_address for letter in rows()] == ["bob@example.org"]
    assert db.look(lambda session: session.exec(select(MailedLink)).all()) == []
    assert db.look(lambda session: session.get(User, ada)) is not None
