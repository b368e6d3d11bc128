"""Creem's events, made by hand from the captures in providers.md §1.8: what the sandbox says, without the sandbox."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from uuid import uuid4

SECRET = "whsec_of_the_tests"


def name(kind: str) -> str:
    """Make an id like Creem's."""
    return f"{kind}_{uuid4().hex[:22]}"


def paid(  # noqa: PLR0913 - each says one thing about a payment
    *,
    request_id: str = "",
    token: str = "",
    product: str = "prod_sandbox_starter",
    cents: int = 990,
    order: str = "",
    event: str = "",
    email: str = "payer@example.com",
    mode: str = "test",
    **of_order: Any,
) -> dict[str, Any]:
    """Say that a checkout was paid."""
    body: dict[str, Any] = {
        "id": name("ch"),
        "object": "checkout",
        "order": {
            "object": "order",
            "id": order or name("ord"),
            "product": product,
            "amount": cents,
            "currency": "USD",
            "sub_total": cents,
            "tax_amount": 0,
            "amount_due": cents,
            "amount_paid": cents,
            "status": "paid",
            "type": "onetime",
            "transaction": name("tran"),
            "mode": mode,
            **of_order,
        },
        "product": {"id": product, "object": "product", "price": cents, "currency": "USD", "mode": mode},
        "units": 1,
        "customer": {"id": name("cust"), "object": "customer", "email": email, "mode": mode},
        "status": "completed",
        "mode": mode,
    }
    if request_id:
        body["request_id"] = request_id
    if token:
        body["metadata"] = {"order": token}
    return envelope("checkout.completed", body, event)


def refunded(purchase: dict[str, Any], cents: int, *, event: str = "") -> dict[str, Any]:
    """Say that some of a purchase was refunded."""
    body = {
        "id": name("ref"),
        "object": "refund",
        "status": "succeeded",
        "refund_amount": cents,
        "refund_currency": "USD",
    }
    return envelope("refund.created", body | _about(purchase), event)


def disputed(purchase: dict[str, Any], cents: int, *, event: str = "") -> dict[str, Any]:
    """Say that a purchase is disputed."""
    body = {"id": name("disp"), "object": "dispute", "amount": cents, "currency": "USD"}
    return envelope("dispute.created", body | _about(purchase), event)


def _about(purchase: dict[str, Any]) -> dict[str, Any]:
    order = purchase["object"]["order"]
    transaction = {
        "id": order["transaction"],
        "object": "transaction",
        "order": order["id"],
        "status": "paid",
    }
    return {"transaction": transaction, "order": {**order, "status": "paid"}, "mode": order["mode"]}


def envelope(kind: str, body: dict[str, Any], event: str = "") -> dict[str, Any]:
    """Wrap what is said."""
    return {"id": event or name("evt"), "eventType": kind, "created_at": 1750453590049, "object": body}


def raw(event: dict[str, Any]) -> bytes:
    """Write an event as Creem does."""
    return json.dumps(event, separators=(",", ":")).encode()


def signed(body: bytes, secret: str = SECRET) -> str:
    """Sign a body as Creem does."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
