"""What operators do by hand: with a reason, written down, and harmless to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from cuttingasmr import db
from cuttingasmr.auth import operators
from cuttingasmr.console import figures
from cuttingasmr.credits import audit, by_hand, ledger
from cuttingasmr.errors import Conflict, Invalid, KeyReused, NotFound
from cuttingasmr.models import AuditEntry, OrderState, OrderTaking, Outcome, User
from cuttingasmr.payments import manual, purchases, returning
from cuttingasmr.states import returned
from cuttingasmr.states.purchases import Purchase
from tests.payments.test_webhook import credits_of, deliver, make_order, order, paid_order
from tests.support.creem_says import disputed, paid, refunded
from tests.support.people import make_user

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def operator() -> User:
    user_id = make_user(credits=0, email="operator@example.org")
    return db.look(lambda session: session.get_one(User, user_id))


def takings() -> list[tuple[int, bool]]:
    """What was taken back, and whether that counts yet."""
    rows = db.look(lambda session: session.exec(select(OrderTaking)).all())
    return [(row.cents, row.taken_at is not None) for row in rows]


def reasons(action: str) -> list[str]:
    lines = select(AuditEntry.reason).where(col(AuditEntry.action) == action)
    return db.look(lambda session: list(session.exec(lines)))


async def test_a_payment_of_nobody_we_know_is_given_to_the_one_it_belongs_to(operator: User) -> None:
    buyer = make_user(credits=0, email="buyer@example.org")
    event = paid(email="somebody.else@example.com")
    await deliver(event)
    waiting = db.look(manual.waiting)

    await manual.assign(
        operator=operator, order_id=waiting[0].id, email="Buyer@Example.org", reason="She wrote to us."
    )

    assert credits_of(buyer) == 115
    assert reasons("order.assigned") == ["She wrote to us."]
    assert db.look(manual.waiting) == []
    assert db.look(audit.find_all) == []
    with pytest.raises(Conflict):
        await manual.assign(operator=operator, order_id=waiting[0].id, email=None, reason="Again.")


async def test_a_held_payment_that_was_partly_refunded_is_granted_without_that_part(operator: User) -> None:
    buyer = make_user(credits=0)
    order_id = make_order(buyer)
    event = paid(request_id=order_id, currency="EUR")
    await deliver(event)
    refund = refunded(event, 495)
    await deliver(refund)
    await manual.replay(operator=operator, event_id=refund["id"], reason="To be sure.")
    assert order(order_id).taken_cents == 495
    assert takings() == [(495, False)]

    await manual.assign(operator=operator, order_id=order_id, email=None, reason="Euros are fine this time.")
    await manual.replay(operator=operator, event_id=refund["id"], reason="To be sure.")

    assert credits_of(buyer) == 58
    assert order(order_id).clawed_back == 57
    assert order(order_id).state == OrderState.PARTIALLY_REFUNDED
    assert takings() == [(495, True)]
    assert db.look(audit.find_all) == []


async def test_a_held_payment_that_was_partly_disputed_stays_disputed_when_it_is_granted(
    operator: User,
) -> None:
    buyer = make_user(credits=0)
    order_id = make_order(buyer)
    event = paid(request_id=order_id, currency="EUR")
    for one in (event, disputed(event, 495), refunded(event, 99)):
        await deliver(one)

    await manual.assign(operator=operator, order_id=order_id, email=None, reason="Euros are fine this time.")

    assert order(order_id).state == OrderState.DISPUTED
    assert credits_of(buyer) == 46
    assert db.look(audit.find_all) == []


@pytest.mark.parametrize("how", [refunded, disputed])
@pytest.mark.parametrize("is_known", [True, False], ids=["held", "unmatched"])
async def test_a_waiting_payment_ends_when_all_of_its_money_went_back(
    operator: User, how: Callable[[dict[str, Any], int], dict[str, Any]], *, is_known: bool
) -> None:
    buyer = make_user(credits=0, email="buyer@example.org")
    event = paid(request_id=make_order(buyer), currency="EUR") if is_known else paid()
    await deliver(event)
    (waits,) = db.look(manual.waiting)

    partly = await deliver(how(event, 495))
    assert [one.id for one in db.look(manual.waiting)] == [waits.id]
    wholly = how(event, 495)
    outcomes = [await deliver(wholly), await deliver({**wholly, "id": "evt_again"})]

    assert (partly, *outcomes) == (waits.state, Outcome.ACTED, Outcome.ACTED)
    assert (order(waits.id).state, order(waits.id).taken_cents) == (OrderState.RETURNED, 990)
    assert db.look(manual.waiting) == []
    assert takings() == [(495, False)] * 2, "what was never income is not less income"
    for email in (None, "buyer@example.org"):
        with pytest.raises(Conflict):
            await manual.assign(operator=operator, order_id=waits.id, email=email, reason="Again.")
    await manual.replay(operator=operator, event_id=event["id"], reason="To be sure.")
    assert (order(waits.id).state, credits_of(buyer)) == (OrderState.RETURNED, 0)
    assert db.look(audit.find_all) == []


async def test_who_comes_back_from_a_payment_that_was_returned_is_told_so_and_nothing_is_waited_for() -> None:
    buyer = make_user(credits=0)
    order_id = make_order(buyer)
    event = paid(request_id=order_id, currency="EUR")
    for one in (event, refunded(event, 990)):
        await deliver(one)

    seen = await returning.look(user_id=buyer, query=f"request_id={order_id}", may_ask=False)

    assert returned.stage_of(seen) == returned.TAKEN_BACK
    bought = Purchase.of(order(order_id))
    assert (bought.said, bought.note) == ("Refunded", "9.90 EUR given back")
    assert db.look(purchases.total_paid_cents, user_id=buyer) == 0


async def test_a_refund_done_once_more_by_hand_takes_nothing_more(operator: User) -> None:
    buyer = make_user(credits=0)
    purchase = paid(request_id=make_order(buyer))
    refund = refunded(purchase, 495)
    await deliver(purchase)
    await deliver(refund)
    await deliver({**refund, "id": "evt_another_delivery_of_the_same_refund"})

    outcome = await manual.replay(operator=operator, event_id=refund["id"], reason="To be sure.")
    await manual.replay(operator=operator, event_id=purchase["id"], reason="To be sure.")

    assert outcome is Outcome.REPEATED
    assert credits_of(buyer) == 58
    assert paid_order(purchase).taken_cents == 495
    assert paid_order(purchase).state == OrderState.PARTIALLY_REFUNDED
    assert db.look(audit.find_all) == []


async def test_credits_are_given_and_taken_with_a_reason(operator: User) -> None:
    user = make_user(credits=10, email="tester@example.org")

    await manual.adjust(
        operator=operator, email="tester@example.org", credits=30, reason="Thanks for the feedback."
    )
    left = await manual.adjust(operator=operator, email="tester@example.org", credits=-5, reason="A slip.")

    assert left == 35 == credits_of(user)
    assert reasons("credits.adjusted") == ["Thanks for the feedback.", "A slip."]
    assert db.look(audit.find_all) == []


async def test_an_adjustment_with_a_key_is_done_once_however_often_it_is_asked_for(operator: User) -> None:
    user, other = (
        make_user(credits=10, email="tester@example.org"),
        make_user(credits=10, email="o@example.org"),
    )

    async def ask(credits: int = 30, *, email: str = "tester@example.org", key: str = "k" * 200) -> int:
        return await manual.adjust(operator=operator, email=email, credits=credits, reason="Thanks.", key=key)

    answers = await asyncio.gather(*(ask() for _ in range(5)))
    await ask(email="o@example.org")
    assert await ask(key="") == 70
    assert await ask(key="another") == 100

    assert answers == [40] * 5
    assert (credits_of(user), credits_of(other)) == (100, 40)
    with pytest.raises(KeyReused):
        await ask(31)
    with pytest.raises(Invalid):
        await ask(key="k" * 201)
    assert db.look(audit.find_all) == []


async def test_an_adjustment_without_a_key_that_comes_twice_is_refused_the_second_time(
    operator: User,
) -> None:
    user = make_user(credits=10, email="tester@example.org")

    async def ask(credits: int = 30, *, reason: str = "Thanks.") -> int:
        return await manual.adjust(
            operator=operator, email="tester@example.org", credits=credits, reason=reason
        )

    answers = await asyncio.gather(*(ask() for _ in range(3)), return_exceptions=True)

    assert [one for one in answers if not isinstance(one, Conflict)] == [40]
    assert {"Idempotency-Key" in str(one) for one in answers if isinstance(one, Conflict)} == {True}
    assert await ask(31) == 71
    assert await ask(reason="For another one.") == 101
    first = min(line.id or 0 for line in db.look(changes))
    await by_hand.undo(operator=operator, line=first, reason="A slip.")
    assert await ask() == 101, "the first one was undone, so this is another one"
    db.run(lambda session: session.exec(update(AuditEntry).values(at=db.utc_now() - by_hand.ALIKE_FOR)))
    assert await ask() == 131 == credits_of(user)
    assert db.look(audit.find_all) == []


def changes(session: Session) -> list[AuditEntry]:
    return list(session.exec(select(AuditEntry).where(col(AuditEntry.action) == by_hand.ADJUSTED)))


async def test_what_was_paid_in_another_currency_is_no_sum_of_dollars(operator: User) -> None:
    buyer = make_user(credits=0)
    in_dollars, in_euros = make_order(buyer), make_order(buyer)
    event = paid(request_id=in_euros, currency="eur")
    for one in (paid(request_id=in_dollars), event):
        await deliver(one)
    await manual.assign(operator=operator, order_id=in_euros, email=None, reason="Euros are fine this time.")
    await deliver(refunded(event, 495))

    assert [order(one).paid_in for one in (in_dollars, in_euros)] == ["USD", "EUR"]
    assert db.look(purchases.total_paid_cents, user_id=buyer) == 990
    bought = Purchase.of(order(in_euros))
    assert (bought.other_money, bought.note) == ("9.90 EUR", "4.95 EUR given back, 57 credits taken back")
    now = db.look(figures.read, name="7d").now
    assert (now.orders, now.paid, now.taken, now.income) == (2, 990, 0, 990)


@pytest.mark.parametrize("reason", ["", "   ", None, 5])
async def test_nothing_is_done_by_hand_without_a_reason(operator: User, reason: object) -> None:
    user = make_user(credits=10, email="tester@example.org")

    with pytest.raises(Invalid):
        await manual.adjust(operator=operator, email="tester@example.org", credits=30, reason=reason)  # pyright: ignore[reportArgumentType]

    assert db.look(ledger.balance, user_id=user).remaining == 10


async def test_what_is_not_there_cannot_be_changed(operator: User) -> None:
    for act in (
        manual.assign(operator=operator, order_id="0" * 32, email=None, reason="x"),
        manual.replay(operator=operator, event_id="evt_none", reason="x"),
        manual.adjust(operator=operator, email="nobody@example.org", credits=1, reason="x"),
    ):
        with pytest.raises(NotFound):
            await act


def test_only_a_verified_address_of_the_list_runs_the_site(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cuttingasmr.settings import get_settings  # noqa: PLC0415

    monkeypatch.setenv("ADMIN_EMAILS", "Operator@Example.org, other@example.org")
    get_settings.cache_clear()

    before = operators.is_operator(operator)
    db.run(operators.vouch_for, email="operator@example.org")
    after = operators.is_operator(db.look(lambda session: session.get_one(User, operator.id)))

    assert (before, after) == (False, True)
    with pytest.raises(NotFound):
        operators.require_operator(operator)
