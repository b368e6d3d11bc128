"""Creem's two signatures (providers.md 1.5, 1.6), against the document's computed vectors."""

from __future__ import annotations

import pytest

from cuttingasmr.sandbox.creem.signing import return_signature, return_url, signed, webhook_signature

PARAMETERS = [
    ("request_id", "order_123"),
    ("checkout_id", "ch_1QyIQDw9cbFWdA1ry5Qc6I"),
    ("order_id", "ord_4ucZ7Ts3r7EhSrl5yQE4G6"),
    ("customer_id", "cust_2KaCAtu6l3tpjIr8Nr9XOp"),
    ("product_id", "prod_d1AY2Sadk9YAvLI0pj97f"),
]
SIGNATURE = "187d1fa50d331c9ff09472d649fd6b29b48acbc8ed7d50c8306396ecc7df903b"
EVENT = (
    '{"id":"evt_1","eventType":"checkout.completed","created_at":1750453590049,'
    '"object":{"id":"ch_1","object":"checkout"}}'
)


def test_the_redirects_signature_is_that_of_the_documents_example() -> None:
    assert return_signature(PARAMETERS, "creem_test_key") == SIGNATURE


def test_what_is_empty_is_neither_sent_nor_signed() -> None:
    absent = [("subscription_id", None), ("affiliate", ""), ("other", "null")]

    url = return_url("https://a.example/back", [*PARAMETERS, *absent], "creem_test_key")

    named = "&".join(f"{name}={value}" for name, value in PARAMETERS)
    assert url == f"https://a.example/back?{named}&signature={SIGNATURE}"


def test_values_are_signed_as_they_are_read_and_a_query_stays_in_front() -> None:
    url = return_url("https://a.example/back?session=1#end", [("request_id", "a b|&=é")], "key")

    signature = return_signature([("request_id", "a b|&=é")], "key")
    assert url == (
        f"https://a.example/back?session=1&request_id=a+b%7C%26%3D%C3%A9&signature={signature}#end"
    )


def test_the_webhooks_signature_is_that_of_the_documents_example() -> None:
    assert webhook_signature("whsec_test_secret", EVENT.encode()) == (
        "b45d02aaa7a40fe90ca99ae96748b71e9e6a24bc5e1b1cce6532eddbb126b096"
    )


@pytest.mark.parametrize("alter", ["byte", "reserialise", "unsigned", "empty-secret", "other-secret"])
def test_an_altered_event_fits_no_signature(alter: str) -> None:
    body, signature = signed("whsec_test_secret", EVENT, alter)  # pyright: ignore[reportArgumentType] - all of them

    assert signature != webhook_signature("whsec_test_secret", body)
    assert (body == EVENT.encode()) == (alter in {"unsigned", "empty-secret", "other-secret"})
    assert len(body) == len(EVENT) or alter == "reserialise"
