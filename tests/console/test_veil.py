"""What an event said is shown without what opens something, or says who somebody is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.console.events import NOT_SHOWN, veiled
from cuttingasmr.console.screens.views import Query

SECRET = "hush-hush"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def test_ids_and_amounts_stay_and_people_and_tokens_go() -> None:
    body: dict[str, Any] = {
        "id": "evt_1",
        "object": {
            "order": {"id": "ord_1", "amount": 990},
            "customer": {"id": "cust_1", "email": "ada@example.org", "name": "Ada"},
            "metadata": {"order": SECRET, "user_id": "u1"},
            "lines": [{"checkout_url": SECRET, "product_id": "prod_1"}],
        },
    }

    assert veiled(body) == {
        "id": "evt_1",
        "object": {
            "order": {"id": "ord_1", "amount": 990},
            "customer": {"id": "cust_1", "email": NOT_SHOWN, "name": NOT_SHOWN},
            "metadata": {"order": NOT_SHOWN, "user_id": "u1"},
            "lines": [{"checkout_url": NOT_SHOWN, "product_id": "prod_1"}],
        },
    }


@given(JSON, st.sampled_from(["token", "api_key", "client_secret", "x-signature", "email", "EMAIL", "card"]))
def test_wherever_a_secret_stands_it_is_not_shown(around: Any, name: str) -> None:  # noqa: ANN401 - as JSON is
    assert SECRET not in repr(veiled({"a": [around, {"b": {name: SECRET}}], "c": around}))


def test_what_is_too_deep_is_not_shown() -> None:
    deep: Any = SECRET
    for _ in range(1000):
        deep = [deep]

    assert SECRET not in repr(veiled(deep))


@given(
    st.dictionaries(
        st.text(max_size=8) | st.sampled_from(["q", "show", "after", "id"]), st.text(max_size=500)
    )
)
def test_an_address_is_read_whatever_it_says(said: dict[str, str]) -> None:
    query = Query.read(said)

    assert "\0" not in f"{query.words}{query.after}{query.id}"
    assert query["no such filter"] == ""
