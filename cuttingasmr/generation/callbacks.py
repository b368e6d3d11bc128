"""The provider's callbacks: an address nobody can guess for each video, and how a call to it is checked.

A callback is never believed. It wakes the video's workflow, which reads the record itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

from cuttingasmr.settings import get_settings

MAC_LENGTH = 40
TOKEN = re.compile(rf"([0-9a-f]{{32}})([0-9a-f]{{{MAC_LENGTH}}})")
SECONDS = re.compile(r"[0-9]{1,15}")
WINDOW_SECONDS = 300


def address_of(video_id: str) -> str:
    """Give the address at which the provider may say that it is done with this video."""
    return f"{get_settings().app_url}/api/webhooks/veo3/{video_id}{_mac(video_id)}"


def video_of(token: str) -> str | None:
    """Tell which video an address belongs to; `None` for one that we did not make."""
    match = TOKEN.fullmatch(token)
    if match is None or not hmac.compare_digest(match[2], _mac(match[1])):
        return None
    return match[1]


def is_signed(task_id: str, timestamp: str, signature: str, *, now: float | None = None) -> bool:
    """Check kie.ai's signature (providers.md §2.8) where its key is configured; without one, the address has to do."""
    key = get_settings().veo3_webhook_hmac_key.get_secret_value()
    if not key:
        return True
    if not SECONDS.fullmatch(timestamp) or abs((now or time.time()) - int(timestamp)) > WINDOW_SECONDS:
        return False
    digest = hmac.digest(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(digest), signature.encode())


def _mac(video_id: str) -> str:
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"veo3-callback:{video_id}".encode(), hashlib.sha256).hexdigest()[:MAC_LENGTH]
