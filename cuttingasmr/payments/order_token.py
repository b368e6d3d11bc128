"""Orders that no database has seen: a token says who buys what, and a signature says that we said so.

It travels through the buyer's hands, inside the address of the hosted payment page, and comes back in the webhook.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass

from cuttingasmr.models.columns import new_id
from cuttingasmr.settings import get_settings

LIFE_SECONDS = 90 * 86_400
"""How long after its making a token still names its buyer. Payment pages can stay open for days."""

LONGEST = 400


@dataclass(frozen=True)
class Ticket:
    """What a token says: an order's id, its buyer, its package, and when that was."""

    order_id: str
    user_id: str
    package_id: str
    issued_at: int


def issue(*, user_id: str, package_id: str) -> tuple[str, Ticket]:
    """Make a token for an order of this person, and give it with what it says."""
    ticket = Ticket(new_id(), user_id, package_id, int(time.time()))
    said = [ticket.order_id, ticket.user_id, ticket.package_id, ticket.issued_at]
    body = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"{body}.{_signature(body)}", ticket


def read(token: object, *, now: float | None = None) -> Ticket | None:
    """Read a token of ours; `None` for one that was forged, changed, or issued too long ago."""
    if not isinstance(token, str) or len(token) > LONGEST or not token.isascii():
        return None
    body, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, _signature(body)):
        return None
    try:
        order_id, user_id, package_id, issued_at = json.loads(
            base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        )
    except (ValueError, binascii.Error):
        return None
    if (time.time() if now is None else now) - issued_at > LIFE_SECONDS:
        return None
    return Ticket(order_id, user_id, package_id, issued_at)


def _signature(body: str) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"order-token:{body}".encode(), hashlib.sha256).hexdigest()
