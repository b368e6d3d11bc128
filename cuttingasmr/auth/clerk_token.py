"""Whether a token is Clerk's, for this site, and now (providers.md §3.2). Whatever is wrong with one, the answer is the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options
from jwt.utils import base64url_encode
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cuttingasmr.auth.jwks import KeyRing
from cuttingasmr.errors import SignInRequired
from cuttingasmr.providers.clerk import SESSION_ID, USER_ID, ClerkKeys
from cuttingasmr.settings import get_settings

LEEWAY_SECONDS: Final = 5
"""What both of Clerk's own libraries allow clocks to differ."""
LONGEST: Final = 8192
"""Clerk's tokens fit into a cookie of 4 KB."""

FORM: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")

SIGNATURE_ALONE: Final[Options] = {
    "verify_signature": True,
    "verify_exp": False,  # these are checked here, by a clock that can be handed in
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
NOTHING: Final[Options] = {**SIGNATURE_ALONE, "verify_signature": False}

Moment = Annotated[float, Field(strict=True, allow_inf_nan=False)]


@dataclass(frozen=True)
class Claims:
    """Whose token it is, and which session at Clerk it speaks for."""

    user_id: str
    session_id: str


class _Header(BaseModel):
    model_config = ConfigDict(strict=True)

    alg: Literal["RS256"]
    typ: Literal["JWT"]
    kid: str = Field(min_length=1, max_length=200)


class _Payload(BaseModel):
    """What a token must say. `act` is somebody else in the user's clothes; `sts` may say that the session is not whole yet."""

    model_config = ConfigDict(strict=True)

    sub: str = Field(pattern=USER_ID)
    sid: str = Field(pattern=SESSION_ID)
    iss: str
    azp: str
    exp: Moment
    nbf: Moment
    iat: Moment
    sts: Literal["active"] = "active"
    act: None = None


class Verifier:
    """Checks tokens of one Clerk instance for one site."""

    def __init__(
        self,
        keys: KeyRing,
        *,
        issuer: str,
        parties: Collection[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take tokens that `issuer` has signed for pages of the origins `parties`."""
        self._keys, self._issuer, self._parties, self._clock = keys, issuer, parties, clock

    async def check(self, token: str) -> Claims:
        """Tell whose token this is, or raise `SignInRequired`; `SignInUnavailable` if there are no keys to check it with.

        What can be refused without a key is refused first, so that only a well-made forgery ever makes us look at the keys.
        """
        header, payload = _read(token)
        if not self._is_for_us_now(payload):
            raise SignInRequired
        key = await self._keys.find(header.kid)
        if key is None:
            raise SignInRequired
        if not _is_signed(token, key):
            other = await self._keys.find_other(header.kid, key)
            if other is None or not _is_signed(token, other):
                raise SignInRequired
        return Claims(payload.sub, payload.sid)

    def _is_for_us_now(self, payload: _Payload) -> bool:
        now = self._clock()
        is_now = payload.exp > now - LEEWAY_SECONDS and max(payload.nbf, payload.iat) <= now + LEEWAY_SECONDS
        return is_now and payload.iss == self._issuer and payload.azp in self._parties


def _read(token: str) -> tuple[_Header, _Payload]:
    """Read what a token says, of which nothing is proven yet, or raise `SignInRequired`."""
    said = _decoded(token, None) if len(token) <= LONGEST and FORM.fullmatch(token) else None
    if said is None or base64url_encode(said["signature"]).decode() != token.rpartition(".")[2]:
        raise SignInRequired  # base64 can be written in several ways, Clerk's in one
    try:
        return _Header.model_validate(said["header"]), _Payload.model_validate(said["payload"])
    except ValidationError as error:
        raise SignInRequired from error


def _is_signed(token: str, key: RSAPublicKey) -> bool:
    return _decoded(token, key) is not None


def _decoded(token: str, key: RSAPublicKey | None) -> dict[str, Any] | None:
    """Decode a token, with a key only if it has signed it; `None` for what is none, or forged."""
    options = NOTHING if key is None else SIGNATURE_ALONE
    try:
        return jwt.decode_complete(token, key or "", algorithms=["RS256"], options=options)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None


@cache
def get_verifier() -> Verifier:
    """Give the one verifier of this process."""
    settings = get_settings()
    keys = KeyRing(ClerkKeys(settings.clerk_jwks_url).fetch)
    return Verifier(keys, issuer=settings.clerk_frontend_url, parties=settings.own_origins)
