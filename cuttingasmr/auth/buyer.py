"""Who is buying, when the database that knows the sessions cannot be asked.

A signed cookie names the account. It opens nothing: all that can be done with it is to pay for that account's credits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time

from cuttingasmr.settings import get_settings

COOKIE = "cuttingasmr_buyer"
LIFE_SECONDS = 30 * 86_400
VALUE = re.compile(r"([0-9a-f]{32})\.(\d{1,12})\.([0-9a-f]{64})")


def name_buyer(user_id: str) -> str:
    """Make the cookie's value for an account."""
    until = int(time.time()) + LIFE_SECONDS
    return f"{user_id}.{until}.{_signature(user_id, until)}"


def buyer_of(value: str | None) -> str | None:
    """Tell which account a cookie's value names; `None` for one that is not ours or too old."""
    match = VALUE.fullmatch(value or "")
    if match is None or int(match[2]) < time.time():
        return None
    return match[1] if hmac.compare_digest(match[3], _signature(match[1], int(match[2]))) else None


def _signature(user_id: str, until: int) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"buyer:{user_id}:{until}".encode(), hashlib.sha256).hexdigest()
