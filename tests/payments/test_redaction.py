"""What stays of an event about somebody whose account is erased: enough to act on it, and nobody's name or address."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.payments.arrival import Payment, Taking
from cuttingasmr.payments.redaction import TELLING, redacted
from tests.support.creem_says import disputed, paid, refunded

NAMES = st.sampled_from([*sorted(TELLING), "name", "email", "country", "metadata", "x"])
TEXTS = st.sampled_from(["ada@example.org", "Ada Lovelace", "ord_1", "Zo\u00eb", "x" * 300])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def test_a_payment_and_what_is_taken_back_read_as_before_but_for_who_paid() -> None:
    purchase = paid(request_id="0" * 32, email="ada@example.org")
    purchase["object"]["customer"] |= {"name": "Ada Lovelace", "country": "AT"}
    refund, dispute = refunded(purchase, 500), disputed(purchase, 990)
    for event in (refund, dispute):
        event["object"]["customer"] = {"email": "ada@example.org", "id": "cust_9"}

    before, after = (
        Payment.model_validate(purchase["object"]),
        Payment.model_validate(redacted(purchase["object"])),
    )
    assert after == before.model_copy(update={"email": ""})
    for event in (refund, dispute):
        kept = redacted(event["object"])
        assert Taking.of(event["eventType"], kept) == Taking.of(event["eventType"], event["object"])
        assert "ada" not in json.dumps(kept).lower()


@given(body=st.dictionaries(NAMES, VALUES, max_size=6))
def test_whatever_comes_no_address_and_no_name_stays(body: dict[str, Any]) -> None:
    kept = redacted(body)

    text = json.dumps(kept)
    assert "@" not in text
    assert "Lovelace" not in text
    assert redacted(kept) == kept, "once is enough"
