"""Reading a request for a checkout (`providers.md` 1.2). One rule: every wrong field is named, all in one answer.

The fields and limits are documented, the texts only for two of them (1.4); the others are worded likewise.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .discounts import DISCOUNTS
from .refusal import Refused

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PRICES = range(100, 99_999_999 + 1)
_MOST_FIELDS = 3
_PARTNER = "PARTNER"


class Wanted(NamedTuple):
    """What a checkout shall be."""

    product_id: str
    request_id: str | None = None
    units: int = 1
    custom_price: int | None = None
    discount_code: str = ""
    success_url: str = ""
    metadata: dict[str, Any] | None = None
    custom_fields: list[dict[str, Any]] | None = None
    customer_id: str = ""
    email: str = ""
    name: str = ""


def read_checkout_request(told: dict[str, Any]) -> Wanted:
    """Read it, or raise `Refused` with everything that is wrong; null is as absent."""
    told = {name: value for name, value in told.items() if value is not None}
    fields = told.get("custom_fields", told.get("custom_field"))
    customer = told.get("customer", {})
    wrong = [
        *_wrong_words(told),
        *_wrong_numbers(told),
        *_wrong_codes(told),
        *_wrong_customer(customer),
        *_wrong_fields([] if fields is None else fields),
    ]
    if not isinstance(told.get("metadata", {}), dict):
        wrong.append("metadata must be an object")
    if wrong:
        raise Refused(400, *wrong)
    return Wanted(
        product_id=told["product_id"], request_id=told.get("request_id"), units=int(told.get("units", 1)),
        custom_price=told.get("custom_price"), discount_code=code_of(told.get("discount_code", "")),
        success_url=told.get("success_url", ""), metadata=told.get("metadata"), custom_fields=fields,
        customer_id=customer.get("id") or "", email=customer.get("email") or "", name=customer.get("name") or "",
    )  # fmt: skip


def is_mail(told: object) -> bool:
    """Say whether it looks like an e-mail address."""
    return isinstance(told, str) and bool(_MAIL.fullmatch(told))


def is_address(told: object) -> bool:
    """Say whether it is a URL that a browser can be sent to."""
    try:
        parts = urlsplit(told) if isinstance(told, str) else None
    except ValueError:
        return False
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def code_of(told: str) -> str:
    """Write a discount code as the table does."""
    return told.strip().upper()


def _wrong_words(told: dict[str, Any]) -> list[str]:
    wrong = [
        f"{name} must be a string"
        for name in ("product_id", "request_id", "discount_code", "affiliate_code")
        if not isinstance(told.get(name, "" if name != "product_id" else None), str)
    ]
    if told.get("product_id") == "":
        wrong.append("product_id should not be empty")
    if "success_url" in told and not is_address(told["success_url"]):
        wrong.append("success_url must be a valid URL")
    return wrong


def _wrong_numbers(told: dict[str, Any]) -> list[str]:
    wrong: list[str] = []
    if not _is_whole(told.get("units", 1)) or told.get("units", 1) < 1:
        wrong.append("units must not be less than 1")
    if not _is_whole(told.get("custom_price", 100)) or told.get("custom_price", 100) not in _PRICES:
        wrong.append("custom_price must be an integer between 100 and 99999999")
    return wrong


def _wrong_codes(told: dict[str, Any]) -> list[str]:
    """Refuse unknown codes; that an affiliate's fails is documented (1.2)."""
    discount, affiliate = told.get("discount_code", ""), told.get("affiliate_code", "")
    wrong: list[str] = []
    if isinstance(discount, str) and discount and code_of(discount) not in DISCOUNTS:
        wrong.append("discount_code is not valid")
    if affiliate not in {"", _PARTNER} if isinstance(affiliate, str) else False:
        wrong.append("affiliate_code is not valid")
    return wrong


def _wrong_customer(customer: object) -> list[str]:
    """Refuse a customer who has both id and e-mail (1.2), or neither rightly."""
    if not isinstance(customer, dict):
        return ["customer must be an object"]
    wrong: list[str] = []
    if customer.get("id") is not None and customer.get("email") is not None:
        wrong.append("customer must have either id or email, not both")
    if customer.get("email") is not None and not is_mail(customer["email"]):
        wrong.append("customer.email must be an email")
    wrong.extend(
        f"customer.{name} must be a string"
        for name in ("id", "name")
        if not isinstance(customer.get(name) or "", str)
    )
    return wrong


def _wrong_fields(fields: object) -> list[str]:
    if not isinstance(fields, list):
        return ["custom_fields must be an array"]
    wrong = [] if len(fields) <= _MOST_FIELDS else ["custom_fields must contain no more than 3 elements"]
    for place, one in enumerate(fields):
        wrong.extend(f"custom_fields.{place}.{what}" for what in _wrong_field(one))
    return wrong


def _wrong_field(told: object) -> Sequence[str]:
    one: dict[str, Any] = told if isinstance(told, dict) else {}
    key, label = one.get("key"), one.get("label")
    checks = {
        "type must be one of the following values: text, checkbox": one.get("type") in ("text", "checkbox"),
        "key must be alphanumeric and not longer than 200": isinstance(key, str) and _is_key(key),
        "label must be shorter than or equal to 50 characters": isinstance(label, str) and len(label) <= 50,  # noqa: PLR2004 - 1.2
    }
    return [message for message, fits in checks.items() if not fits]


def _is_key(key: str) -> bool:
    return key.isalnum() and len(key) <= 200  # noqa: PLR2004 - 1.2


def _is_whole(told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool)
