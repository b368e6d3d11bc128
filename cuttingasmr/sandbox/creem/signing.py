"""Creem's two signatures, and ways to spoil one (`providers.md` 1.5, 1.6).

One rule: the redirect is salted with the API key, the webhook is keyed with the webhook secret; never the other.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args
from urllib.parse import urlencode, urlsplit

Alter = Literal["byte", "reserialise", "unsigned", "empty-secret", "other-secret"]
ALTERS: tuple[Alter, ...] = get_args(Alter)


class Signed(NamedTuple):
    """A body as it is sent, and the signature beside it, if any."""

    body: bytes
    signature: str


def webhook_signature(secret: str, body: bytes) -> str:
    """Sign a body: hex HMAC-SHA256 with the secret as it is written, `whsec_` included (1.6)."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(secret: str, text: str, alter: Alter | None = None) -> Signed:
    """Sign an event, or do it wrongly in one of the ways that must be refused."""
    body = text.encode()
    right = webhook_signature(secret, body)
    if alter == "byte":
        return Signed(_with_one_byte_changed(text), right)
    if alter == "reserialise":
        return Signed(json.dumps(json.loads(text), ensure_ascii=False).encode(), right)
    wrong = {"unsigned": "", "empty-secret": webhook_signature("", body)}
    wrong["other-secret"] = webhook_signature(f"{secret}x", body)
    return Signed(body, wrong.get(alter or "", right))


def return_signature(parameters: Sequence[tuple[str, str]], key: str) -> str:
    """Sign a redirect: plain SHA-256 over the parameters in their order, salted with the API key (1.5)."""
    data = "|".join([*(f"{name}={value}" for name, value in parameters), f"salt={key}"])
    return hashlib.sha256(data.encode()).hexdigest()


def return_url(success_url: str, parameters: Sequence[tuple[str, str | None]], key: str) -> str:
    """Build the redirect; empty and `null` values are left out (1.5).

    Whether a query that `success_url` brought along is signed is unknown (1.5); here it stays in front, unsigned.
    """
    named = [(name, value) for name, value in parameters if value and value != "null"]
    query = urlencode([*named, ("signature", return_signature(named, key))])
    parts = urlsplit(success_url)
    return parts._replace(query=f"{parts.query}&{query}" if parts.query else query).geturl()


def _with_one_byte_changed(text: str) -> bytes:
    """Change the last letter of the event's id: the JSON stays JSON."""
    end = text.index('"', len('{"id":"')) - 1
    return (text[:end] + ("A" if text[end] != "A" else "B") + text[end + 1 :]).encode()
