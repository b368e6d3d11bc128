"""What the console finds, in which order, page by page; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import pytest

from cuttingasmr import db
from cuttingasmr.console import paging
from cuttingasmr.console.screens.views import Screen
from cuttingasmr.models import (
    AuditEntry,
    ModerationDecision,
    Order,
    OrderState,
    Outcome,
    Status,
    User,
    Video,
    WebhookEvent,
)
from tests.support.desk import ids, see
from tests.support.people import make_user

pytestmark = pytest.mark.usefixtures("database")
NOW = db.utc_now()
Row = TypeVar("Row")


def turn(view: str, **query: str) -> Iterator[Screen]:
    """Give all pages of a list, each as the link on the one before leads to it."""
    while True:
        screen = see(view, **query)
        yield screen
        following = screen.tables[0].table.next
        if not following:
            return
        query = dict(parse_qsl(urlsplit(following).query))


def all_ids(view: str, **query: str) -> list[str]:
    return [one for screen in turn(view, **query) for one in ids(screen)]


def write(rows: list[Row]) -> list[Row]:
    db.run(lambda session: session.add_all(rows))
    return rows


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn pages after a few rows."""
    for finder in (paging.by_moment, paging.by_text, paging.by_number):
        monkeypatch.setitem(finder.__kwdefaults__ or {}, "size", 3)
    monkeypatch.setattr(paging, "WINDOW", 4)


def test_people_are_found_page_by_page_each_once_newest_first() -> None:
    people = [
        User(email=f"p{number}@example.org", created_at=NOW - timedelta(minutes=number // 3))
        for number in range(11)
    ]
    write(people)

    wanted = sorted(people, key=lambda user: (user.created_at, user.id), reverse=True)
    assert all_ids("users") == [user.id for user in wanted]


def test_people_are_found_by_the_beginning_of_an_address_in_its_order() -> None:
    names = [
        "ada@b.org",
        "ada@example.org",
        "ada@example.org.uk",
        "ada@zoo.org",
        "adam@a.org",
        "a_a@example.org",
        "b%b@example.org",
        "zed@example.org",
    ]
    write([User(email=name) for name in names])

    def found(words: str) -> list[str]:
        pages = turn("users", q=words)
        return [line.cells[0].text for page in pages for line in page.tables[0].table.lines]

    assert found("ada@") == names[:4]
    assert found("ADA@Example") == names[1:3]
    assert found("b%b@") == ["b%b@example.org"]
    assert found("a%@") == found("_d_@") == found("nobody@") == []


def test_people_are_found_by_name_id_and_clerk_id() -> None:
    ada, ole = write(
        [
            User(email="one@example.org", name="Ada King", clerk_id="user_2abc"),
            User(email="two@example.org", name="Øle Ångström"),
        ]
    )

    for words in ("ada", "KING", ada.id, "user_2abc", "one"):
        assert all_ids("users", q=words) == [ada.id], words
    assert all_ids("users", q="Ångström") == [ole.id]
    assert all_ids("users", q="100%") == all_ids("users", q="f" * 32) == []


def test_people_are_filtered() -> None:
    banned, unknown, plain, leaving, _ = everybody = write(
        [
            User(email="a@example.org", is_banned=True, email_verified_at=NOW),
            User(email="b@example.org", clerk_id="user_1"),
            User(email="c@example.org", email_verified_at=NOW),
            User(email="d@example.org", email_verified_at=NOW, erase_at=NOW),
            User(email="gone-e@erased.invalid", email_verified_at=NOW, erase_at=NOW, erased_at=NOW),
        ]
    )

    assert all_ids("users", show="banned") == [banned.id]
    assert all_ids("users", show="unverified") == all_ids("users", show="clerk") == [unknown.id]
    assert all_ids("users", show="leaving") == [leaving.id]
    assert plain.id in all_ids("users", show="no such filter")
    assert set(all_ids("users", show="no such filter")) == {user.id for user in everybody}


def order(number: int, state: OrderState, user_id: str | None, **facts: Any) -> Order:
    paid = NOW - timedelta(minutes=number) if state in {OrderState.HELD, OrderState.UNMATCHED} else None
    return Order(
        user_id=user_id,
        package_id="starter",
        credits=115,
        price_cents=990,
        state=state,
        paid_at=paid,
        created_at=NOW - timedelta(minutes=number),
        **facts,
    )


def test_orders_that_wait_come_first_oldest_first() -> None:
    user_id = make_user()
    held = [order(number, OrderState.HELD, user_id) for number in range(4)]
    lost = order(9, OrderState.UNMATCHED, None)
    done = [order(number, OrderState.COMPLETED, user_id) for number in range(5)]
    write([*held, lost, *done])

    assert all_ids("orders") == [lost.id, *(one.id for one in reversed(held))]
    assert all_ids("orders", show="completed") == [one.id for one in done]
    assert len(all_ids("orders", show="all")) == 10


def test_orders_are_found_by_every_name_they_have() -> None:
    buyer = make_user(email="buyer@example.org")
    names = {
        "checkout_id": "ch_1",
        "provider_order_id": "ord_1",
        "transaction_id": "tran_1",
        "customer_id": "cust_1",
        "payer_email": "payer@example.net",
    }
    mine, _other = write(
        [order(1, OrderState.COMPLETED, buyer, **names), order(2, OrderState.COMPLETED, make_user())]
    )

    for words in (*names.values(), mine.id, buyer, "payer@", "PAYER@example.net", "buyer@example.org"):
        assert all_ids("orders", q=words) == [mine.id], words
    assert all_ids("orders", q="ord_2") == []


def video(number: int, status: Status, user_id: str, **facts: Any) -> Video:
    ended = (
        NOW - timedelta(minutes=number)
        if status in {Status.FAILED, Status.CANCELED, Status.COMPLETED}
        else None
    )
    stored = "x.mp4" if status == Status.COMPLETED else None
    return Video(
        user_id=user_id,
        prompt="ice",
        credits_used=10,
        status=status,
        completed_at=ended,
        file_key=stored,
        created_at=NOW - timedelta(minutes=number),
        **facts,
    )


def test_videos_are_stuck_when_they_take_longer_than_they_should() -> None:
    user_id, long_ago, lately = make_user(), NOW - timedelta(minutes=30), NOW - timedelta(minutes=1)
    stuck = [
        video(
            50,
            Status.RENDERING,
            user_id,
            submit_began_at=long_ago,
            rendering_at=long_ago,
            provider_task_id="t1",
        ),
        video(40, Status.SAVING, user_id, saving_at=long_ago, provider_task_id="t2"),
        video(5, Status.QUEUED, user_id, tries=4),
        video(4, Status.QUEUED, user_id, submit_began_at=long_ago),
    ]
    waiting = [
        video(90, Status.QUEUED, user_id),
        video(30, Status.QUEUED, user_id),
        video(
            3, Status.RENDERING, user_id, submit_began_at=lately, rendering_at=lately, provider_task_id="t3"
        ),
    ]
    write([*stuck, *waiting, video(60, Status.FAILED, user_id, tries=9)])

    assert all_ids("videos") == [waiting[0].id, *(one.id for one in stuck)]
    assert len(all_ids("videos", show="running")) == 7


def test_videos_that_ended_are_found_newest_first() -> None:
    user_id = make_user()
    failed = [video(number, Status.FAILED, user_id) for number in range(0, 10, 2)]
    canceled = [video(number, Status.CANCELED, user_id) for number in range(1, 10, 2)]
    done = [video(number, Status.COMPLETED, user_id) for number in range(4)]
    write([*failed, *canceled, *done])

    assert all_ids("videos", show="failed") == [one.id for one in failed]
    assert all_ids("videos", show="canceled") == [one.id for one in canceled]
    assert all_ids("videos", show="completed") == [one.id for one in done]


def test_videos_are_found_by_their_ids_and_by_whose_they_are() -> None:
    mine, others = make_user(email="mine@example.org"), make_user()
    videos = [video(number, Status.FAILED, mine, provider_task_id=f"task-{number}") for number in range(5)]
    write([*videos, video(1, Status.FAILED, others), video(2, Status.QUEUED, mine)])

    assert all_ids("videos", q=videos[3].id) == all_ids("videos", q="task-3") == [videos[3].id]
    assert len(all_ids("videos", q="mine@example.org")) == len(all_ids("videos", q=mine)) == 6
    assert all_ids("videos", q=mine, show="failed") == [one.id for one in videos]
    assert all_ids("videos", q="nobody@example.org") == all_ids("videos", q="no-task") == []


def event(
    number: int, outcome: Outcome, kind: str = "checkout.completed", provider: str = "creem"
) -> WebhookEvent:
    return WebhookEvent(
        provider=provider, event_id=f"evt_{number}", kind=kind, outcome=outcome, order_id=f"{number:032x}"
    )


def test_events_are_found_by_outcome_provider_kind_and_name() -> None:
    outcomes = list(Outcome)
    write([event(number, outcomes[number % len(outcomes)]) for number in range(14)])
    write([event(20, Outcome.ACTED, "session.ended", "clerk"), event(21, Outcome.ACTED, "refund.created")])

    assert len(all_ids("inbox")) == 16
    assert all_ids("inbox", outcome="held") == ["evt_9", "evt_2"]
    assert all_ids("inbox", outcome="ignored") == ["evt_12", "evt_5"]
    assert all_ids("inbox", provider="clerk") == all_ids("inbox", q="session.ended") == ["evt_20"]
    assert all_ids("inbox", q="evt_3") == all_ids("inbox", q=f"{3:032x}") == ["evt_3"]
    assert all_ids("inbox", q="evt_99") == []


def test_a_rare_line_is_found_however_far_back_it_is() -> None:
    write([AuditEntry(actor="workflow", action="rare.thing", subject="one")])
    write(
        [
            AuditEntry(actor="workflow", action="video.given-back", subject=f"v{number}")
            for number in range(20)
        ]
    )

    pages = list(turn("audit", show="everything", q="rare.thing"))

    assert [len(page.tables[0].table.lines) for page in pages] == [0, 0, 0, 0, 0, 1]
    assert pages[0].tables[0].table.empty == "Nothing among these lines. Look further back."


def test_the_audit_log_shows_what_was_done_by_hand_first() -> None:
    operator = make_user(email="operator@example.org")
    subject = make_user()
    write(
        [
            AuditEntry(actor=subject, action="user.signed-up", subject=subject),
            AuditEntry(actor=operator, action="user.banned", subject=subject, reason="spam"),
            AuditEntry(actor=operator, action="key.retired", subject="abc", reason="old"),
        ]
    )

    def actions(**query: str) -> list[str]:
        return [line.cells[1].text for page in turn("audit", **query) for line in page.tables[0].table.lines]

    assert actions() == ["key.retired", "user.banned"]
    assert actions(show="everything") == ["key.retired", "user.banned", "user.signed-up"]
    assert actions(q=subject) == actions(q="user.banned") == ["user.banned"]
    assert actions(q="operator@example.org") == ["key.retired", "user.banned"]
    assert actions(q=subject, show="everything") == ["user.banned", "user.signed-up"]


def test_decisions_are_found_by_verdict_and_by_whose_they_are() -> None:
    mine = make_user(email="mine@example.org")
    verdicts = ["allow", "deny", "flag", "allow", "deny"]
    write(
        [
            ModerationDecision(user_id=mine if number else None, prompt_hash="0" * 64, decision=verdict)
            for number, verdict in enumerate(verdicts)
        ]
    )

    def found(**query: str) -> list[str]:
        return [
            line.cells[0].text for page in turn("moderation", **query) for line in page.tables[0].table.lines
        ]

    assert found() == ["Denied", "Flagged", "Denied"]
    assert found(show="allow") == ["Allowed", "Allowed"]
    assert found(q="mine@example.org", show="allow") == ["Allowed"]
    assert found(q=mine, show="deny") == ["Denied", "Denied"]


@pytest.mark.parametrize(
    "view", ["users", "orders", "videos", "keys", "inbox", "audit", "moderation", "overview"]
)
@pytest.mark.parametrize("is_full", [False, True], ids=["with nothing", "with more than a page"])
def test_an_address_that_nobody_would_write_shows_something_all_the_same(view: str, *, is_full: bool) -> None:
    if is_full:
        fill()
    for odd in ("", "-", "9" * 300, "\0", "'; --", "1-", "99999999999999999-x", "%", "٣", "-5", "all"):
        for name in ("q", "after", "id", "show", "provider", "outcome"):
            assert isinstance(see(view, **{name: odd}), Screen)


def fill() -> None:
    """Write more of everything than a page shows."""
    user_id = make_user()
    for number in range(5):
        write([video(number, status, user_id) for status in (Status.QUEUED, Status.FAILED, Status.COMPLETED)])
        write([order(number, state, user_id) for state in (OrderState.HELD, OrderState.COMPLETED)])
        write([event(number, Outcome.HELD), AuditEntry(actor="a", action="b.c", subject=user_id, reason="r")])
        write([ModerationDecision(user_id=user_id, prompt_hash="0" * 64, decision="deny")])


def test_all_of_somebodys_videos_without_saying_whose_are_those_that_are_stuck() -> None:
    fill()

    screen = see("videos", show="all")

    assert ids(screen) == ids(see("videos")) == []
    assert [choice.name for choice in screen.groups[0].choices if choice.is_on] == ["Stuck"]


def test_one_persons_page_shows_what_is_theirs() -> None:
    mine, others = make_user(email="mine@example.org"), make_user()
    write(
        [video(1, Status.FAILED, mine), video(2, Status.FAILED, others), order(1, OrderState.COMPLETED, mine)]
    )

    (opened,) = see("users", id=mine).opened

    assert opened.title == "mine@example.org"
    assert {fact.name: fact.text for fact in opened.facts}["Videos"] == "1"
    assert {listing.title: len(listing.table.lines) for listing in opened.listings} == {
        "Credits": 1,
        "Videos": 1,
        "Purchases": 1,
        "Signed in on": 0,
        "Audit log": 0,
    }
    assert see("users", id="0" * 32).opened == []
