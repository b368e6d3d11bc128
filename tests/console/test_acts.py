"""What operators do from the console: with a reason, once, written down, and undone where it can be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.auth import sessions
from cuttingasmr.console.acts import ACTS, Done
from cuttingasmr.credits import audit, ledger
from cuttingasmr.errors import AlreadyEnded, AppError, Conflict, Invalid, NotFound
from cuttingasmr.feedback import desk
from cuttingasmr.generation import key_pool, provider_credit
from cuttingasmr.models import (
    ENDED,
    ClerkState,
    EngineBeat,
    ModerationDecision,
    Order,
    OrderState,
    ProviderKey,
    Status,
    User,
)
from cuttingasmr.payments.packages import NoSuchPackage
from cuttingasmr.people import erasing, leaving
from cuttingasmr.settings import get_settings
from tests.support.desk import (
    charged_video,
    do,
    ids,
    lines_about,
    make_operator,
    offered,
    see,
    user_of,
    video_of,
)
from tests.support.making import change
from tests.support.people import add_feedback, make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def operator(database: str, monkeypatch: pytest.MonkeyPatch) -> User:
    del database
    monkeypatch.setattr(get_settings(), "admin_emails", "operator@example.org, boss@example.org")
    return make_operator()


def left(user_id: str) -> int:
    return db.look(ledger.balance, user_id=user_id).remaining


async def all_of(*presses: Awaitable[Done]) -> list[Done | BaseException]:
    """Press them all at once."""
    return await asyncio.gather(*presses, return_exceptions=True)


def done(answers: list[Done | BaseException]) -> list[Done]:
    """Give the presses that did something; the others must have been refused in words."""
    assert all(isinstance(answer, Done | AppError) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Done)]


def is_clean() -> bool:
    return [
        finding for finding in db.look(audit.find_all) if finding.statement != "nothing rests forever"
    ] == []


async def test_nothing_is_done_without_a_reason(operator: User) -> None:
    user_id = make_user()

    for act in ACTS:
        for reason in ("", "   "):
            with pytest.raises(Invalid, match="reason"):
                await do(operator, act, user_id, reason, credits=5)

    assert left(user_id) == 18
    assert lines_about(user_id) == []


async def test_what_is_not_there_is_not_there(operator: User) -> None:
    for act in ACTS:
        for subject in ("", "no-such-thing", "0" * 32, "-1", "9" * 30, "\0"):
            with pytest.raises(NotFound):
                await do(operator, act, subject, credits=5)


async def test_credits_are_given_and_it_is_undone_right_after(operator: User) -> None:
    user_id = make_user()

    given = await do(operator, "adjust", user_id, "for the trouble", credits=25, seen=0)
    assert (given.said, left(user_id)) == ("25 credits given. 43 credits left.", 43)

    (undo,) = given.undo
    taken = await do(operator, undo.name, undo.subject, undo.reason)

    assert (taken.said, left(user_id)) == ("Undone. 25 credits taken. 18 credits left.", 18)
    told = [(line.actor, line.action, line.reason) for line in lines_about(user_id)]
    assert told == [
        (operator.id, "credits.adjusted", "for the trouble"),
        (operator.id, "credits.adjustment-undone", "Undone: for the trouble"),
    ]
    assert is_clean()


async def test_credits_are_a_whole_number_within_bounds(operator: User) -> None:
    user_id = make_user()

    for credits in ("", "much", "0", "1.5", "1000000", "--3", "9" * 400):
        with pytest.raises(Invalid):
            await do(operator, "adjust", user_id, credits=credits)

    assert left(user_id) == 18


async def test_presses_at_once_on_what_was_seen_adjust_once(operator: User) -> None:
    user_id, boss = make_user(), make_operator(email="boss@example.org")

    answers = await all_of(
        *(do(who, "adjust", user_id, credits=10, seen=0) for who in (operator, boss, operator, boss))
    )

    assert len(done(answers)) == 1
    assert left(user_id) == 28
    assert is_clean()


async def test_undoing_at_once_and_again_undoes_once(operator: User) -> None:
    user_id = make_user()
    (undo,) = (await do(operator, "adjust", user_id, credits=-5)).undo

    answers = await all_of(*(do(operator, undo.name, undo.subject) for _ in range(4)))

    assert len(done(answers)) == 1
    with pytest.raises(Conflict):
        await do(operator, undo.name, undo.subject)
    assert left(user_id) == 18
    assert is_clean()


async def test_only_an_adjustment_is_undone_as_one(operator: User) -> None:
    user_id = make_user()
    await do(operator, "ban", user_id)
    (line,) = lines_about(user_id)

    with pytest.raises(NotFound):
        await do(operator, "undo-adjustment", line.id)


async def test_a_ban_ends_sessions_and_is_taken_back(operator: User) -> None:
    user_id = make_user()
    token = db.run(sessions.begin, user_id=user_id)

    banned = await do(operator, "ban", user_id)
    assert db.look(sessions.find, token=token) is None
    await do(operator, banned.undo[0].name, banned.undo[0].subject, banned.undo[0].reason)

    assert not user_of(user_id).is_banned
    assert [line.action for line in lines_about(user_id)] == ["user.banned", "user.unbanned"]


async def test_ending_sessions_ends_them_once_and_says_how_many(operator: User) -> None:
    user_id = make_user()
    tokens = [db.run(sessions.begin, user_id=user_id) for _ in range(3)]

    answers = await all_of(*(do(operator, "end-sessions", user_id) for _ in range(2)))

    assert sorted(one.said for one in done(answers)) == [
        "3 sessions ended.",
        "They were signed in nowhere.",
    ]
    assert [db.look(sessions.find, token=token) for token in tokens] == [None] * 3
    assert len(lines_about(user_id)) == 1


async def test_an_address_is_vouched_for_once_and_that_is_taken_back(operator: User) -> None:
    user_id = make_user(email="ada@example.org")

    answers = await all_of(*(do(operator, "vouch", user_id) for _ in range(3)))
    assert len(done(answers)) == 3
    assert user_of(user_id).email_verified_at is not None
    await do(operator, "withdraw-vouch", user_id)

    assert user_of(user_id).email_verified_at is None
    assert [line.action for line in lines_about(user_id)] == ["user.vouched-for", "user.vouch-withdrawn"]


async def test_an_address_that_clerk_keeps_is_taken_away_at_clerk_alone(operator: User) -> None:
    user_id = make_user(email="ada@example.org")
    facts = {"clerk_id": "user_2abc", "email_verified_at": db.utc_now()}
    db.run(lambda session: session.get_one(User, user_id).sqlmodel_update(facts))

    with pytest.raises(Conflict, match="at Clerk"):
        await do(operator, "withdraw-vouch", user_id)
    assert user_of(user_id).email_verified_at is not None
    assert "withdraw-vouch" not in offered(see("users", id=user_id))

    left_clerk = {"clerk_state": ClerkState.DELETED}
    db.run(lambda session: session.get_one(User, user_id).sqlmodel_update(left_clerk))
    assert "withdraw-vouch" in offered(see("users", id=user_id))
    await do(operator, "withdraw-vouch", user_id)
    assert user_of(user_id).email_verified_at is None


async def test_thanks_are_taken_back_and_the_message_can_be_thanked_for_again(operator: User) -> None:
    writer = make_user()
    feedback_id = db.run(add_feedback, writer)
    for number in range(4):
        await do(operator, "adjust", writer, f"for {number}", credits=1)
    await desk.thank(operator=operator, feedback_id=feedback_id, reason="a bug")
    assert left(writer) == 52

    undo = next(act for act in see("users", id=writer).opened[0].acts if act.name == "undo-adjustment")
    assert undo.label == "Take back 30 credits"
    answers = await all_of(*(do(operator, undo.name, undo.subject) for _ in range(3)))

    assert [one.said for one in done(answers)] == ["Undone. 30 credits taken. 22 credits left."]
    assert see("audit", id=undo.subject).opened[0].acts == []
    assert "credits.adjustment-undone" in [line.action for line in lines_about(writer)]
    assert await desk.thank(operator=operator, feedback_id=feedback_id, reason="it was one")
    with pytest.raises(Conflict):
        await do(operator, undo.name, undo.subject)
    assert not await desk.thank(operator=operator, feedback_id=feedback_id, reason="again")
    assert left(writer) == 52
    assert is_clean()


async def test_nobody_becomes_or_stops_being_an_operator_by_the_console(operator: User) -> None:
    squatter = make_user(email="boss@example.org")

    for act in ("vouch", "withdraw-vouch"):
        with pytest.raises(Conflict, match="ADMIN_EMAILS"):
            await do(operator, act, squatter)

    assert user_of(squatter).email_verified_at is None


# --- orders


def paid_order(user_id: str | None, state: OrderState, **facts: Any) -> str:
    order = Order(user_id=user_id, package_id="starter", credits=115, price_cents=990, state=state, **facts)
    return db.run(lambda session: session.add(order) or order.id)


def facts_of(order_id: str) -> dict[str, str]:
    (opened,) = see("orders", id=order_id).opened
    return {fact.name: fact.text for fact in opened.facts}


async def test_what_was_refunded_of_a_waiting_payment_is_shown_and_not_granted(operator: User) -> None:
    user_id = make_user(credits=0)
    order_id = paid_order(user_id, OrderState.HELD, paid_cents=990, taken_cents=495)

    assert facts_of(order_id)["Given back"] == "$4.95"
    assert "Grants 58 credits, which" in see("orders", id=order_id).opened[0].acts[0].tells
    granted = await do(operator, "assign", order_id)

    assert granted.said == "58 credits granted. The other 57 went with what was refunded."
    assert left(user_id) == 58
    assert is_clean()


async def test_a_payment_for_a_product_that_is_not_ours_becomes_the_package_that_an_operator_says(
    operator: User,
) -> None:
    user_id = make_user(credits=0)
    order_id = paid_order(user_id, OrderState.HELD, paid_cents=9900)
    (act,) = see("orders", id=order_id).opened[0].acts
    (package,) = [field for field in act.inputs if field.options]
    assert (package.value, [it.value for it in package.options]) == (
        "starter",
        ["starter", "standard", "premium"],
    )

    with pytest.raises(NoSuchPackage):
        await do(operator, "assign", order_id, package="gold")
    granted = await do(operator, "assign", order_id, package="premium")

    assert (granted.said, left(user_id)) == ("1,450 credits granted.", 1450)
    order = db.look(lambda session: session.get_one(Order, order_id))
    assert (order.package_id, order.credits, order.price_cents) == ("premium", 1450, 9900)
    assert lines_about(order_id)[0].facts["package"] == "premium"
    assert is_clean()


def test_what_was_paid_is_shown_in_its_own_currency() -> None:
    facts = {"paid_cents": 990, "taken_cents": 495, "paid_currency": "EUR"}
    order_id = paid_order(make_user(), OrderState.HELD, **facts)

    told = facts_of(order_id)

    assert (told["Price"], told["Paid"], told["Given back"]) == ("$9.90", "9.90 EUR", "4.95 EUR")
    assert see("orders").tables[0].table.lines[0].cells[0].text == "9.90 EUR starter"


def test_a_payment_that_was_returned_waits_for_nobody_and_its_refund_is_shown() -> None:
    order_id = paid_order(None, OrderState.RETURNED, paid_cents=990, taken_cents=990)

    assert ids(see("orders")) == []
    assert ids(see("orders", show="returned")) == [order_id]
    assert (facts_of(order_id)["Given back"], offered(see("orders", id=order_id))) == ("$9.90", set())


def about(user_id: str) -> tuple[set[str], dict[str, str], set[str]]:
    """Give the marks, the facts and the acts that somebody's page shows."""
    (opened,) = (screen := see("users", id=user_id)).opened
    facts = {fact.name: fact.at or fact.text for fact in opened.facts}
    return {mark.text for mark in opened.marks}, facts, offered(screen)


async def test_who_is_leaving_is_seen_to_and_is_kept_with_a_reason_once(operator: User) -> None:
    user_id = make_user()
    assert "keep" not in about(user_id)[2]
    farewell = db.run(leaving.begin, user_id=user_id, actor=user_id)
    marks, facts, acts = about(user_id)
    assert "Leaving" in marks
    assert facts["Can be kept until"] == farewell.erase_at.isoformat()
    assert "keep" in acts

    answers = await all_of(*(do(operator, "keep", user_id, "they called") for _ in range(3)))

    said = sorted(one.said for one in done(answers))
    assert said == ["It was not to be erased."] * 2 + ["The account is kept."]
    assert user_of(user_id).erase_at is None
    assert not db.run(erasing.make_nameless, user_id=user_id, now=farewell.erase_at)
    assert [(line.action, line.reason) for line in lines_about(user_id)] == [("user.kept", "they called")]
    assert "Leaving" not in about(user_id)[0]


async def test_of_an_erased_account_nothing_is_kept_and_no_address_is_vouched_for(operator: User) -> None:
    user_id = make_user(email="zoe@example.org")
    farewell = db.run(leaving.begin, user_id=user_id, actor=user_id)
    db.run(erasing.make_nameless, user_id=user_id, now=farewell.erase_at)

    marks, facts, acts = about(user_id)
    assert marks == {"Erased"}
    assert facts["Erased"] == farewell.erase_at.isoformat()
    assert acts == {"adjust", "ban"}
    assert see("users", id=user_id).opened[0].title == "No address"
    for act in ("keep", "vouch", "withdraw-vouch"):
        with pytest.raises(Conflict):
            await do(operator, act, user_id)
    assert lines_about(user_id) == []


# --- videos


async def test_a_stuck_video_is_given_back_once_whoever_presses(operator: User) -> None:
    user_id, boss = make_user(), make_operator(email="boss@example.org")
    video_id = charged_video(user_id, status=Status.RENDERING)

    answers = await all_of(*(do(who, "give-back", video_id) for who in (operator, boss, operator, boss)))

    assert [one.said for one in done(answers)] == ["10 credits came back to its owner."]
    video = video_of(video_id)
    assert (video.status, video.error_code, video.credits_returned) == (Status.FAILED, "EndedByHand", 10)
    assert left(user_id) == 18
    assert [line.action for line in lines_about(video_id)] == ["video.given-back"]
    assert is_clean()


async def test_a_failed_video_whose_credits_are_missing_gets_them_back(operator: User) -> None:
    user_id = make_user()
    video_id = charged_video(user_id, status=Status.FAILED)
    assert "give-back" in offered(see("videos", id=video_id))

    await do(operator, "give-back", video_id)

    assert left(user_id) == 18
    assert "give-back" not in offered(see("videos", id=video_id))
    with pytest.raises(Conflict):
        await do(operator, "give-back", video_id)
    assert is_clean()


async def test_a_completed_video_is_not_given_back(operator: User) -> None:
    user_id = make_user()
    video_id = charged_video(user_id, status=Status.COMPLETED)

    with pytest.raises(Conflict, match="complete"):
        await do(operator, "give-back", video_id)

    assert left(user_id) == 8
    assert offered(see("videos", id=video_id)) == {"read-words"}


async def test_a_video_that_a_dead_engine_holds_is_set_going(operator: User) -> None:
    later = db.utc_now().replace(year=2100)
    video_id = charged_video(make_user(), status=Status.SAVING, taken_by="nobody", due_at=later, tries=7)

    await do(operator, "set-going", video_id)

    video = video_of(video_id)
    assert (video.taken_by, video.tries) == ("", 0)
    assert video.due_at == video.created_at
    assert lines_about(video_id)[0].facts == {"status": "saving", "tries": 7, "takenBy": "nobody"}


async def test_a_video_in_a_living_engines_hands_is_left_there(operator: User) -> None:
    db.run(lambda session: session.add(EngineBeat(executor_id="one")))
    video_id = charged_video(make_user(), status=Status.SAVING, taken_by="one")

    with pytest.raises(Conflict, match="right now"):
        await do(operator, "set-going", video_id)

    assert video_of(video_id).taken_by == "one"
    assert lines_about(video_id) == []


async def test_what_has_ended_is_not_set_going(operator: User) -> None:
    for status in ENDED:
        with pytest.raises(AlreadyEnded):
            await do(operator, "set-going", charged_video(make_user(), status=status))


async def test_words_are_read_with_a_reason_and_that_is_written_down(operator: User) -> None:
    user_id = make_user()
    video_id = charged_video(user_id, status=Status.FAILED)
    change(video_id, prompt="zwetschge")
    assert "zwetschge" not in repr(see("videos", id=video_id))

    shown = await do(operator, "read-words", video_id, "they asked why it failed")

    assert shown.text == "zwetschge"
    (line,) = lines_about(video_id)
    assert (line.actor, line.action, line.facts) == (operator.id, "video.words-read", {"user": user_id})


async def test_words_of_decisions_are_read_while_they_are_kept(operator: User) -> None:
    kept, gone = db.run(decisions)

    assert (await do(operator, "read-decision", kept)).text == "a bad word"
    with pytest.raises(NotFound, match="not kept"):
        await do(operator, "read-decision", gone)

    assert offered(see("moderation", id=str(kept))) == {"read-decision"}
    assert offered(see("moderation", id=str(gone))) == set()


def decisions(session: Session) -> tuple[int, int]:
    rows = [
        ModerationDecision(prompt_hash="0" * 64, prompt=prompt, decision="deny")
        for prompt in ("a bad word", None)
    ]
    session.add_all(rows)
    session.flush()
    return rows[0].id or 0, rows[1].id or 0


# --- keys


def key_name() -> str:
    return key_pool.get_key_pool().names[0]


def key_row(name: str) -> ProviderKey:
    return db.look(lambda session: session.get_one(ProviderKey, name))


async def test_a_key_is_retired_and_put_back_once_each(operator: User) -> None:
    name = key_name()

    retired = done(await all_of(*(do(operator, "retire", name) for _ in range(3))))
    assert len(retired) == 3
    assert isinstance(db.run(key_pool.get_key_pool().take), key_pool.Later)
    await do(operator, retired[0].undo[0].name, name)
    await do(operator, "put-back", name)

    assert not isinstance(db.run(key_pool.get_key_pool().take), key_pool.Later)
    assert [line.action for line in lines_about(name)] == ["key.retired", "key.brought-back"]


async def test_what_a_person_retired_does_not_come_back_by_its_credit(operator: User) -> None:
    name = key_name()
    await do(operator, "retire", name)
    long_after = db.utc_now().replace(year=2100)

    assert not db.run(provider_credit._note, name=name, left=100.0, began=long_after)

    assert key_row(name).retired_at is not None
