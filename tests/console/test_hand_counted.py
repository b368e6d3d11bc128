"""A small site's figures, counted by hand. Its days are 1 to 30 March 2026; it is noon on the 30th, a Monday."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.console import figures, summary
from cuttingasmr.console.figures import Figures
from cuttingasmr.errors import Invalid
from cuttingasmr.models import Order, OrderState, Status
from cuttingasmr.payments import manual, orders
from cuttingasmr.payments.arrival import Taking
from tests.support.past import Past, at
from tests.support.people import make_user

NOW = at("2026-03-30")


@pytest.fixture
async def site(database: str) -> None:  # noqa: ARG001 - which this process works with
    """Three people: Ada buys twice and comes back, Bea makes one video, Cy never does anything.

    | day        | what                                                                       |
    |------------|----------------------------------------------------------------------------|
    | 2 March    | Ada signs up, makes 2 videos (60 s, 80 s), buys a starter ($9.90)          |
    | 9 March    | Ada makes one (70 s); another one fails                                    |
    | 23 March   | 23:59 Bea signs up                                                         |
    | 24 March   | Bea makes her first (100 s); Ada's premium ($99)                           |
    | 25 March   | $49.50 of the premium is refunded; Ada cancels one                         |
    | 29 March   | Cy signs up                                                                |
    | 30 March   | today: Ada makes one (200 s), and one is under way                         |
    """
    past = Past()
    ada = past.join(at("2026-03-02", "08:00"))
    past.make(ada, at("2026-03-02", "08:05"), wait=60)
    past.make(ada, at("2026-03-02", "09:00"), wait=80)
    past.buy(ada, at("2026-03-02", "10:00"))
    past.make(ada, at("2026-03-09"), wait=70)
    past.make(ada, at("2026-03-09", "13:00"), Status.FAILED, wait=30, code="PromptRejected")
    bea = past.join(at("2026-03-23", "23:59"))
    past.make(bea, at("2026-03-24", "00:00"), wait=100)
    premium = past.buy(ada, at("2026-03-24", "10:00"), "premium")
    past.refund(premium, at("2026-03-25"), 4950)
    past.make(ada, at("2026-03-25", "14:00"), Status.CANCELED, wait=2)
    past.join(at("2026-03-29"))
    past.make(ada, at("2026-03-30", "08:00"), wait=200)
    past.make(ada, at("2026-03-30", "11:59"), Status.RENDERING)
    await summary.fill(now=NOW)


def read(span: str = "7d") -> Figures:
    return db.look(figures.read, name=span, now=NOW)


@pytest.mark.usefixtures("site")
def test_the_last_seven_days_are_as_counted_by_hand() -> None:
    now = read().now  # 24 to 30 March

    assert (now.signups, now.made_video, now.bought) == (1, 0, 0)  # Cy; Bea came a minute earlier
    assert (now.active, now.started) == (2, 4)
    assert (now.completed, now.failed, now.canceled, now.success) == (2, 0, 1, 100.0)
    assert (now.orders, now.paid, now.taken, now.income) == (1, 9900, 4950, 4950)
    assert (now.cost, now.margin, now.margin_share) == (60, 4890, 98.8)
    assert (now.wait_median, now.wait_p90) == (100, 200)
    assert now.credits_returned == 10


@pytest.mark.usefixtures("site")
def test_the_seven_days_before_are_as_counted_by_hand() -> None:
    before = read().before  # 17 to 23 March

    assert before is not None
    assert (before.signups, before.made_video, before.bought) == (1, 1, 0)  # Bea, who made one later
    assert (before.active, before.started, before.paid, before.cost) == (0, 0, 0, 0)
    assert (before.success, before.margin_share, before.wait_median, before.wait_p90) == (None,) * 4
    assert before.credits_outstanding == 18 * 2 + 115 - 3 * 10  # the failed one came back


@pytest.mark.usefixtures("site")
def test_all_time_is_as_counted_by_hand() -> None:
    found = read("all")

    assert found.before is None
    now = found.now
    assert (now.signups, now.made_video, now.bought) == (3, 2, 1)
    assert (now.video_share, now.bought_share) == (66.7, 33.3)
    assert (now.active, now.started, now.completed, now.failed, now.success) == (2, 8, 5, 1, 83.3)
    assert (now.paid, now.taken) == (990 + 9900, 4950)
    assert (now.wait_median, now.wait_p90) == (80, 200)
    spent = 8 - 1 - 1
    assert now.credits_outstanding == 18 * 3 + 115 + 1450 - 725 - spent * 10
    assert [(it.id, it.orders, it.paid, it.taken) for it in found.packages] == [
        ("premium", 1, 9900, 4950),
        ("starter", 1, 990, 0),
    ]
    assert found.failures == [("PromptRejected", 1)]
    assert [(it.day, it.started, it.completed, it.failed) for it in found.columns] == [
        (date(2026, 3, 1), 8, 5, 1)
    ]


@pytest.mark.usefixtures("site")
def test_the_columns_of_a_week_are_its_days() -> None:
    columns = read().columns

    assert [it.day.day for it in columns] == [24, 25, 26, 27, 28, 29, 30]
    assert [it.started for it in columns] == [1, 1, 0, 0, 0, 0, 2]
    assert [it.paid - it.taken for it in columns] == [9900, -4950, 0, 0, 0, 0, 0]
    assert [it.signups for it in columns] == [0, 0, 0, 0, 0, 1, 0]
    assert columns[-1].completed == 1, "today is counted now"


@pytest.mark.usefixtures("site")
def test_cohorts_come_back_in_whole_weeks() -> None:
    bea, ada = read().cohorts

    assert (ada.week, ada.people) == (date(2026, 3, 2), 1)
    assert ada.returned == {1: 1, 2: 0, 4: None, 8: None}  # the fourth week begins today
    assert (bea.week, bea.people) == (date(2026, 3, 23), 1)
    assert bea.returned == {1: None, 2: None, 4: None, 8: None}


@pytest.mark.usefixtures("database")
def test_a_new_site_has_figures_and_no_division_by_nothing() -> None:
    for span in ("7d", "30d", "90d", "12m", "all"):
        found = db.look(figures.read, name=span, now=NOW)

        assert (found.now.signups, found.now.income, found.now.success, found.now.wait_median) == (
            0,
            0,
            None,
            None,
        )
        assert (found.packages, found.failures, found.cohorts, found.counted_to) == ([], [], [], None)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "span", ["", "8d", "7D", " 7d", "30d' OR 1=1 --", "9" * 500, 7, None, ["7d"], {"7d": 1}, True]
)
def test_a_span_that_there_is_not_is_refused(span: object) -> None:
    with pytest.raises(Invalid, match="Choose one of these spans"):
        db.look(figures.read, name=span, now=NOW)


@pytest.mark.usefixtures("database")
def test_a_summary_that_is_behind_says_up_to_where_it_goes() -> None:
    past = Past()
    somebody = past.join(at("2026-03-02"))
    past.make(somebody, at("2026-03-30", "08:00"))

    found = read("all")

    assert found.counted_to == date(2026, 3, 1)
    assert found.now.started == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("was_held", [False, True], ids=["credited first", "refunded while it was held"])
def test_what_a_refund_takes_is_income_less_from_its_day_on_once(*, was_held: bool) -> None:
    owner = make_user()
    order_id = db.run(_paid_order, owner, was_held=was_held)
    taking = Taking.model_validate({"id": "ref_1", "order": {"id": "ord_1"}, "amount": 400})

    for _ in range(1 if was_held else 2):
        db.run(orders.take_back, taking, is_dispute=False)
    if was_held:
        assert db.look(figures.read, name="7d").now.income == 0, "what waits is no income"
        db.run(manual._assign, operator_id=owner, order_id=order_id, email=None, reason="because")

    now = db.look(figures.read, name="7d").now
    assert (now.paid, now.taken, now.income) == (990, 400, 590)


def _paid_order(session: Session, owner: str, *, was_held: bool) -> str:
    order = Order(
        user_id=owner,
        package_id="starter",
        credits=115,
        price_cents=990,
        paid_cents=990,
        provider_order_id="ord_1",
        state=OrderState.HELD if was_held else OrderState.PENDING,
    )
    session.add(order)
    session.flush()
    if not was_held:
        orders.credit(session, order)
    return order.id
