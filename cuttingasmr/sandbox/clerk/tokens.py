"""Session tokens, right ones and every wrong kind (`providers.md` 3.2). One rule: they are put together by hand, part by part."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .keys import Keys, encoded, new_id

LIFE_SECONDS = 60
Claims = dict[str, Any]


class Wanted(NamedTuple):
    """Whose token, for pages of which origin, by which issuer."""

    user_id: str
    session_id: str
    origin: str
    issuer: str
    status: str = "active"


class Tokens:
    """Signs tokens with the instance's key, or wrongly in one of the ways that must be refused."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def mint(self, wanted: Wanted, *, kind: str = "good", more: Claims | None = None) -> str:
        """Make a token; `more` are claims that are put over the usual ones. `KeyError` for a kind that is none."""
        claims = claims_of(wanted)
        if kind == "v1":
            claims = {name: claims[name] for name in claims if name not in {"v", "jti", "sts", "fva"}}
        claims = {**claims, **_WRONG.get(kind, dict)()} | (more or {})
        claims = {name: value for name, value in claims.items() if value is not _LEFT_OUT}
        header = {"alg": "RS256", "kid": self._keys.name, "typ": "JWT"} | _HEADERS.get(kind, {})
        if kind not in KINDS:
            raise KeyError(kind)
        return self._signed(kind, f"{_part(header)}.{_part(claims)}")

    def _signed(self, kind: str, said: str) -> str:
        if kind == "alg-none":
            return f"{said}."
        if kind == "hs256":
            return f"{said}.{encoded(hmac.new(_pem(self._keys.key), said.encode(), hashlib.sha256).digest())}"
        key = self._keys.stranger if kind in {"other-signer", "unknown-kid"} else self._keys.key
        whole = f"{said}.{encoded(key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
        return whole[:-20] if kind == "truncated" else whole


def claims_of(wanted: Wanted) -> Claims:
    """Build the claims of a session token, version 2."""
    now = int(time.time())
    return {
        **({"azp": wanted.origin} if wanted.origin else {}),
        "exp": now + LIFE_SECONDS,
        "fva": [7, -1],
        "iat": now,
        "iss": wanted.issuer,
        "jti": secrets.token_hex(10),
        "nbf": now - 10,
        "sid": wanted.session_id,
        "sts": wanted.status,
        "sub": wanted.user_id,
        "v": 2,
    }


def _at(seconds: int) -> Claims:
    begin = int(time.time()) + seconds
    return {"iat": begin, "nbf": begin - 10, "exp": begin + LIFE_SECONDS}


def _act() -> Claims:
    issuer = "https://dashboard.clerk.com"
    return {"act": {"iss": issuer, "sid": new_id("sess"), "sub": new_id("user")}}


_LEFT_OUT = object()
_WRONG: dict[str, Callable[[], Claims]] = {
    "expired": lambda: _at(-LIFE_SECONDS - 10),
    "not-yet": lambda: _at(30) | {"nbf": int(time.time()) + 30},
    "other-issuer": lambda: {"iss": "https://clerk.somewhere.example"},
    "no-azp": lambda: {"azp": _LEFT_OUT},
    "foreign-azp": lambda: {"azp": "https://somewhere.example"},
    "pending": lambda: {"sts": "pending"},
    "impersonation": _act,
    "machine": lambda: {"sub": new_id("mch")},
    "no-session": lambda: {"sid": _LEFT_OUT},
    "no-end": lambda: {"exp": _LEFT_OUT},
}
_HEADERS: dict[str, dict[str, str]] = {
    "alg-none": {"alg": "none"},
    "hs256": {"alg": "HS256"},
    "unknown-kid": {"kid": "ins_2Unknown"},
    "oauth": {"typ": "at+jwt"},
}
BROKEN = (*_WRONG, *_HEADERS, "other-signer", "truncated")
KINDS = ("good", "v1", *BROKEN)


def _part(told: dict[str, Any]) -> str:
    return encoded(json.dumps(told, separators=(",", ":")).encode())


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)
