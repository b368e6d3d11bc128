"""Amounts of money in words, and that they are the same wherever they are shown."""

from __future__ import annotations

import pytest

from cuttingasmr import db
from cuttingasmr.console import screens
from cuttingasmr.console.screens.views import Query
from cuttingasmr.models import Order, OrderState
from cuttingasmr.payments.money import money
from cuttingasmr.states import figures
from cuttingasmr.states.purchases import Purchase
from tests.support.people import make_user


@pytest.mark.parametrize(
    ("units", "currency", "said", "in_short"),
    [
        (990, "USD", "$9.90", "$9.90"),
        (3000, "USD", "$30.00", "$30"),
        (123_456_705, "USD", "$1,234,567.05", "$1,234,567.05"),
        (-5, "USD", "\N{MINUS SIGN}$0.05", "\N{MINUS SIGN}$0.05"),
        (0, "USD", "$0.00", "$0"),
        (990, "EUR", "9.90 EUR", "9.90 EUR"),
        pytest.param(1500, "JPY", "1,500 JPY", "1,500 JPY", id="no decimals"),
        pytest.param(3050, "KWD", "3.050 KWD", "3.050 KWD", id="three decimals"),
        pytest.param(10_000, "CLF", "1.0000 CLF", "1 CLF", id="four decimals"),
        pytest.param(150, "XYZ", "1.50 XYZ", "1.50 XYZ", id="a currency that nobody knows"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(
    units: int, currency: str, said: str, in_short: str
) -> None:
    assert money(units, currency) == said
    assert money(units, currency, is_short=True) == in_short


@pytest.mark.usefixtures("database")
async def test_a_payment_in_yen_is_shown_in_yen_to_its_buyer_and_to_operators() -> None:
    facts = {"paid_cents": 1500, "taken_cents": 750, "paid_currency": "JPY"}
    buyer = make_user()
    order = Order(
        user_id=buyer, package_id="starter", credits=115, price_cents=990, state=OrderState.HELD, **facts
    )
    db.run(lambda session: session.add(order))

    bought = Purchase.of(order)
    assert (bought.other_money, bought.note) == ("1,500 JPY", "750 JPY given back")
    (opened,) = (await screens.show("orders", Query(id=order.id))).opened
    told = {fact.name: fact.text for fact in opened.facts}
    assert (told["Price"], told["Paid"], told["Given back"]) == ("$9.90", "1,500 JPY", "750 JPY")


@pytest.mark.parametrize(("cents", "said"), [(30, "$0.30"), (99_999, "$999.99"), (123_450, "$1,234")])
def test_figures_are_told_to_the_dollar_where_they_are_large(cents: int, said: str) -> None:
    assert figures.money(cents) == said
    assert figures.money(-cents) == f"\N{MINUS SIGN}{said}"
