"""What may stay of a payment's event once its buyer's account is erased: ids, amounts and states, and nobody's name or address.

What stays is enough to act on the event once more, and to find the payment at Creem.
"""

from __future__ import annotations

from typing import Any, cast

TELLING = frozenset(
    {
        "id",
        "object",
        "status",
        "state",
        "mode",
        "type",
        "currency",
        "refund_currency",
        "billing_type",
        "tax_mode",
        "created_at",
        "updated_at",
        "request_id",
        "order",
        "transaction",
        "product",
        "product_id",
        "customer",
        "checkout",
        "reason",
    }
)
"""The fields whose texts stay, if they are no address. Numbers stay everywhere; of our own metadata, the signed order token."""

LONGEST = 200


def redacted(body: dict[str, Any]) -> dict[str, Any]:
    """Give an event's object without what tells of a person."""
    return {name: kept for name, value in body.items() if (kept := _kept(name, value)) is not None}


def _kept(name: str, value: object) -> object:
    if isinstance(value, dict):
        return redacted(cast("dict[str, Any]", value)) or None
    if isinstance(value, list):
        kept = [_kept(name, item) for item in cast("list[object]", value)]
        return [item for item in kept if item is not None] or None
    if not isinstance(value, str):
        return value
    return value if name in TELLING and "@" not in value and _is_plain(value) else None


def _is_plain(text: str) -> bool:
    """Tell whether a text can be an id, a word or a moment: names of people have blanks, ids have none."""
    return len(text) <= LONGEST and " " not in text and text.isascii()
