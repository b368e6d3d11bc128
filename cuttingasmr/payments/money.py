"""How money is written, for people: the one place that knows how many of a currency's smallest units make one of it.

An amount is always a whole number of the smallest units, as Creem sends it: cents of USD, yen of JPY, fils of KWD.
"""

from __future__ import annotations

from typing import Final

from cuttingasmr.payments.packages import CURRENCY

USUAL_DECIMALS = 2
DECIMALS: Final = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905 - easier to compare
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""The currencies whose smallest unit is no hundredth (ISO 4217, list one)."""

SIGNS: Final = {"USD": "$"}
MINUS = "\N{MINUS SIGN}"


def money(units: int, currency: str = CURRENCY, *, is_short: bool = False) -> str:
    """Write an amount: "$9.90", "9.90 EUR", "990 JPY". If it is to be short, nothing follows a whole one: "$30"."""
    places = DECIMALS.get(currency.upper(), USUAL_DECIMALS)
    whole, rest = divmod(abs(units), 10**places)
    fraction = f".{rest:0{places}}" if places and (rest or not is_short) else ""
    number = f"{whole:,}{fraction}"
    said = f"{SIGNS[currency]}{number}" if currency in SIGNS else f"{number} {currency}"
    return f"{MINUS}{said}" if units < 0 else said
