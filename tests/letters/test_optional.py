"""Letters that people can do without: they say how to stop them, and the link that does needs no session and does nothing else."""

from __future__ import annotations

import string

import httpx
import pytest
from aiosmtplib.email import flatten_message
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.errors import LinkOver
from cuttingasmr.letters import optional, outbox, sending
from cuttingasmr.letters.optional import Topic
from cuttingasmr.letters.wording import Told
from cuttingasmr.models import LetterKind, User
from cuttingasmr.models.columns import new_id
from tests.support.api import Api
from tests.support.mailed import make_account, stored
from tests.support.smtp import PostOffice

EVERY = [pytest.param(told, id=told) for told in Told if told.topic]
ONE_PRESS = {"List-Unsubscribe": "One-Click"}
"""What mail programs post (RFC 8058, 3.1)."""


def reader(name: str = "ada") -> User:
    return make_account(f"{name}-{new_id()}@example.org", email_verified_at=db.utc_now())


def wanted(user: User) -> tuple[bool, bool]:
    now = stored(user)
    return now.mails_ready, now.mails_low


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("told", EVERY)
async def test_each_says_where_to_go_why_it_came_and_how_to_stop_it(office: PostOffice, told: Told) -> None:
    user = reader()
    db.run(lambda session: session.get_one(User, user.id).sqlmodel_update({"total_credits": 0}))
    db.run(outbox.write, LetterKind(told), to=user.email, user_id=user.id)

    assert await sending.send_due() == 1

    (taken,) = office.letters
    assert told.topic
    stop = optional.url_of(user.id, told.topic)
    place = "/pricing" if told is Told.LOW else "/library"
    assert taken.message["List-Unsubscribe"] == f"<{stop}>"
    assert taken.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in (taken.text, taken.html):
        assert stop in part
        assert place in part
        assert "Ada" not in part
    assert "Somebody, hopefully you" not in taken.text


@pytest.mark.usefixtures("embedded", "office")
async def test_the_header_is_in_one_line_of_plain_letters_however_long_its_address_is() -> None:
    long = f"https://{'a' * 60}.example/{'b' * 60}/api/letters/stop/token"
    post = outbox.Post(new_id(), 1, Told.READY, "ada@example.org", "", db.utc_now(), long)

    wire = flatten_message(sending.compose(post)).decode()

    assert f"\r\nList-Unsubscribe: <{long}>\r\n" in wire


@pytest.mark.usefixtures("embedded")
async def test_letters_that_an_account_needs_have_no_such_link(office: PostOffice) -> None:
    user = reader()
    db.run(outbox.write, LetterKind.PASSWORD_CHANGED, to=user.email, user_id=user.id)

    await sending.send_due()

    (taken,) = office.letters
    assert taken.message["List-Unsubscribe"] is None
    assert "/api/letters/stop/" not in taken.text


@pytest.mark.parametrize(("topic", "left"), [(Topic.READY, (False, True)), (Topic.LOW, (True, False))])
def test_a_press_stops_one_kind_of_letter_without_a_session_and_looking_stops_none(
    api: Api, topic: Topic, left: tuple[bool, bool]
) -> None:
    ada, bob, stranger = reader(), reader("bob"), api.browser()
    link = optional.url_of(ada.id, topic)

    page = stranger.get(link)
    assert page.status_code == 200
    assert "Stop these letters" in page.text
    assert stranger.head(link).status_code == 200
    assert wanted(ada) == (True, True)

    first, again = (stranger.post(link, data=ONE_PRESS) for _ in range(2))
    assert (first.status_code, again.status_code, first.text) == (200, 200, again.text)
    assert "You get no more letters about" in first.text
    assert "Stop these letters" not in stranger.get(link).text
    assert (wanted(ada), wanted(bob)) == (left, (True, True))
    assert "set-cookie" not in first.headers
    assert first.headers["cache-control"] == "no-store"


def test_another_sites_page_cannot_press_for_anybody(api: Api) -> None:
    ada = reader()

    refused = api.browser().post(
        optional.url_of(ada.id, Topic.READY), headers={"Origin": "https://elsewhere.example"}
    )

    assert refused.status_code == 403
    assert wanted(ada) == (True, True)


def test_who_is_leaving_banned_or_erased_can_still_press(api: Api) -> None:
    for facts in ({"is_banned": True}, {"erase_at": db.utc_now()}, {"erased_at": db.utc_now()}):
        user = make_account(f"{new_id()}@example.org", **facts)

        assert api.browser().post(optional.url_of(user.id, Topic.READY)).status_code == 200
        assert wanted(user) == (False, True)


def test_a_link_that_is_forged_or_somebody_elses_stops_nothing(api: Api) -> None:
    ada, bob = reader(), reader("bob")
    mine, theirs = optional.token_of(ada.id, Topic.READY), optional.token_of(bob.id, Topic.READY)
    mark = mine.rpartition(".")[2]
    forged = [
        mine[:-1],
        mine + "A",
        mine.replace(".ready.", ".low."),
        f"{ada.id}.ready.{theirs.rpartition('.')[2]}",
        f"{new_id()}.ready.{mark}",
        f"{ada.id}.ready.{'A' * 22}",
        f"{ada.id}..{mark}",
        "%00",
        "x" * 5000,
        optional.token_of(new_id(), Topic.READY),  # whole, but of nobody
    ]

    with httpx.Client(base_url=api.url, trust_env=False) as http:
        answers = [
            (http.get(link).status_code, http.post(link).status_code)
            for link in (f"/api/letters/stop/{token}" for token in forged)
        ]

    assert answers == [(404, 404)] * len(forged)
    assert wanted(ada) == wanted(bob) == (True, True)


@given(some.text(string.ascii_letters + string.digits + "-_.", max_size=90))
def test_no_words_are_a_link(words: str) -> None:
    with pytest.raises(LinkOver):
        optional.read(words)


@pytest.mark.usefixtures("database")
def test_stopping_tells_whether_it_was_now() -> None:
    user = reader()
    token = optional.token_of(user.id, Topic.LOW)

    def twice(session: Session) -> list[str | None]:
        return [optional.stop(session, token=token) for _ in range(2)]

    assert db.run(twice) == [user.id, None]
