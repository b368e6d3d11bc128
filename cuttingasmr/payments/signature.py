"""What proves that Creem says it. An empty secret proves nothing (providers.md §1.5, §1.6)."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl

SIGNATURE = "signature"


def is_genuine(body: bytes, signature: str, secret: str) -> bool:
    """Check a webhook: hex HMAC-SHA256 of the raw body, with the secret as it is shown, `whsec_` included."""
    if not secret or not signature.isascii():
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), signature)


def is_our_return(query: str, api_key: str) -> bool:
    """Check the address that Creem sends a buyer back to: hex SHA-256 over its parameters in their order, salted with the API key.

    It can be replayed, so it proves that a payment page was left this way once, and nothing is ever granted by it.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    given = [value for name, value in pairs if name == SIGNATURE]
    if not api_key or len(given) != 1 or not given[0].isascii():
        return False
    said = [f"{name}={value}" for name, value in pairs if name != SIGNATURE and value not in {"", "null"}]
    expected = hashlib.sha256("|".join([*said, f"salt={api_key}"]).encode()).hexdigest()
    return hmac.compare_digest(expected, given[0])
