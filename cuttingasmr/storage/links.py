"""Links of our own that open one thing for a while, to whoever holds them: made and read without a database.

A link says what it opens and until when, and carries our signature over both. What it opens may be gone by then: that is
for whoever reads the link to see.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from datetime import timedelta

from cuttingasmr.settings import get_settings

LONGEST = 512


def sign(subject: str, *, life: timedelta, now: float | None = None) -> str:
    """Make the token of a link to `subject` (plain words without a blank) that works for so long."""
    body = f"{subject} {int((now or time.time()) + life.total_seconds())}".encode()
    return _written(body + b" " + _mac(body))


def read(token: str, *, now: float | None = None) -> str | None:
    """Tell what a token opens; `None` for one that is altered, expired, or not ours."""
    if len(token) > LONGEST:
        return None
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        body, _, mac = signed.rpartition(b" ")
        if not hmac.compare_digest(mac, _mac(body)) or _written(signed) != token:
            return None
        subject, _, until = body.decode().rpartition(" ")
    except (ValueError, binascii.Error):
        return None
    return subject if int(until) > (now or time.time()) else None


def _written(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _mac(body: bytes) -> bytes:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, b"media-link:" + body, hashlib.sha256).hexdigest().encode()
