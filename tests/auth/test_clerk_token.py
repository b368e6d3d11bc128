"""Tokens of Clerk's: what is taken, what is refused, and how often the keys are looked at for it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from clerk_backend_api.security import verify_token
from clerk_backend_api.security.types import TokenVerificationError, VerifyTokenOptions
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt import algorithms

from cuttingasmr.auth.clerk_token import Claims, Verifier
from cuttingasmr.auth.jwks import (
    AFTER_FAILURE_SECONDS,
    FRESH_SECONDS,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    KeyRing,
)
from cuttingasmr.errors import SignInRequired, SignInUnavailable

VECTORS = json.loads((Path(__file__).parent / "clerk_vectors.json").read_text())
ISSUER, PARTY, NAME = "https://clerk.asmr.example", "https://asmr.example", "ins_2ours"
NOW = 1_791_000_000.0
USER, SESSION = "user_2GIpXOEpVyJw51rkZn9Kmnc6Sxr", "sess_2GbDB4enNdCa5vS1zpC3Xzg9tK9"
GOOD: dict[str, Any] = {
    "azp": PARTY,
    "exp": int(NOW) + 60,
    "iat": int(NOW),
    "nbf": int(NOW) - 10,
    "iss": ISSUER,
    "sid": SESSION,
    "sub": USER,
    "sts": "active",
    "v": 2,
}
LEFT_OUT = object()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Publisher:
    """Publishes keys, and counts who looks. `speaks` cleared keeps everybody waiting."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys, self.looks, self.is_away = list(keys), 0, False
        self.speaks = asyncio.Event()
        self.speaks.set()

    async def fetch(self) -> list[dict[str, Any]]:
        self.looks += 1
        await self.speaks.wait()
        if self.is_away:
            raise SignInUnavailable
        return self.keys


@cache
def key(number: int = 0) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(private: rsa.RSAPrivateKey, name: str = NAME) -> dict[str, Any]:
    told = algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {"kid": name, "alg": "RS256", "use": "sig", **told}


def minted(private: rsa.RSAPrivateKey | None = None, name: str = NAME, /, **changes: Any) -> str:
    claims = {name: value for name, value in (GOOD | changes).items() if value is not LEFT_OUT}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), private or key(), "RS256", headers={"kid": name})


def verifier(publisher: Publisher, clock: Callable[[], float] = lambda: NOW) -> Verifier:
    ring = KeyRing(publisher.fetch, clock=clock)
    return Verifier(ring, issuer=ISSUER, parties={PARTY}, clock=clock)


async def is_taken(token: str, publisher: Publisher | None = None) -> bool:
    try:
        await verifier(publisher or Publisher(published(key()))).check(token)
    except SignInRequired as refusal:
        return _is_told_apart(refusal)
    return True


def _is_told_apart(refusal: SignInRequired) -> bool:
    """Whether a refusal says more than that it is one."""
    return (type(refusal), refusal.message, refusal.facts) != (SignInRequired, SignInRequired().message, {})


async def test_a_good_token_tells_who_and_which_session() -> None:
    assert await verifier(Publisher(published(key()))).check(minted()) == Claims(USER, SESSION)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="as it is"),
        pytest.param({"sts": LEFT_OUT, "v": LEFT_OUT}, id="version 1"),
        pytest.param({"exp": NOW - 4}, id="expired, but within what clocks may differ"),
        pytest.param({"nbf": NOW + 4, "iat": NOW + 4}, id="early, but within what clocks may differ"),
        pytest.param(
            {"aud": "somebody", "o": {"id": "org_1"}, "metadata": {"a": [1]}}, id="more than we ask for"
        ),
        pytest.param({"act": None}, id="nobody in the user's clothes"),
    ],
)
async def test_what_clerk_may_say_is_taken(changes: dict[str, Any]) -> None:
    assert await is_taken(minted(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"exp": NOW - 6}, id="expired"),
        pytest.param({"nbf": NOW + 6}, id="not yet valid"),
        pytest.param({"iat": NOW + 6}, id="made in the future"),
        pytest.param({"iss": "https://clerk.other.example"}, id="another issuer"),
        pytest.param({"iss": f"{ISSUER}/"}, id="nearly our issuer"),
        pytest.param({"azp": LEFT_OUT}, id="no azp"),
        pytest.param({"azp": "https://evil.example"}, id="a foreign azp"),
        pytest.param({"azp": "https://asmr.example.evil.example"}, id="an azp that begins as ours"),
        pytest.param({"azp": [PARTY]}, id="a list for an azp"),
        pytest.param({"sts": "pending"}, id="pending"),
        pytest.param({"sts": None}, id="no status"),
        pytest.param({"act": {"sub": "user_2admin"}}, id="impersonation"),
        pytest.param({"act": {}}, id="impersonation by nobody"),
        pytest.param({"sub": "mch_2machine"}, id="a machine"),
        pytest.param({"sub": "user_"}, id="a user without a name"),
        pytest.param({"sub": "user_2a\n"}, id="a line break behind the name"),
        pytest.param({"sid": LEFT_OUT}, id="no session"),
        pytest.param({"sid": "user_2x"}, id="a session that is none"),
        pytest.param({"exp": LEFT_OUT}, id="no end"),
        pytest.param({"exp": "9999999999"}, id="an end in words"),
        pytest.param({"exp": True}, id="an end that is true"),
        pytest.param({"exp": float("inf")}, id="an end that never comes"),
        pytest.param({"exp": float("nan")}, id="an end that is no number"),
        pytest.param({"nbf": LEFT_OUT}, id="no beginning"),
    ],
)
async def test_a_wrong_claim_is_refused_though_it_is_signed(changes: dict[str, Any]) -> None:
    assert not await is_taken(minted(**changes))


def part(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], signature: str = "") -> str:
    return f"{part({'kid': NAME, 'typ': 'JWT', **header})}.{part(GOOD)}.{signature}"


def signed_with_the_public_key() -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key().public_key().public_bytes(serialization.Encoding.PEM, form)
    said = forged({"alg": "HS256"})[:-1]
    mac = algorithms.HMACAlgorithm(algorithms.HMACAlgorithm.SHA256).sign(said.encode(), pem)
    return f"{said}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: "", id="nothing"),
        pytest.param(lambda: "a.b.c", id="three letters"),
        pytest.param(lambda: minted()[:-1], id="truncated by a letter"),
        pytest.param(lambda: minted().rpartition(".")[0], id="without its signature"),
        pytest.param(lambda: minted() + ".x", id="four parts"),
        pytest.param(lambda: minted(key(1)), id="another signer"),
        pytest.param(lambda: minted(key(1), "ins_2other"), id="another signer, with a name of its own"),
        pytest.param(lambda: forged({"alg": "none"}), id="alg none"),
        pytest.param(lambda: forged({"alg": "None"}), id="alg None"),
        pytest.param(signed_with_the_public_key, id="HS256 with the public key"),
        pytest.param(lambda: jwt.encode(GOOD, key(), algorithm="RS512", headers={"kid": NAME}), id="RS512"),
        pytest.param(lambda: jwt.encode(GOOD, key(), algorithm="RS256"), id="no key's name"),
        pytest.param(
            lambda: jwt.encode(GOOD, key(), algorithm="RS256", headers={"kid": NAME, "typ": "at+jwt"}),
            id="an OAuth token",
        ),
        pytest.param(lambda: minted(x="y" * 9000), id="longer than a cookie"),
        pytest.param(lambda: minted() + "\u00e4", id="a letter that is none of base64"),
        pytest.param(
            lambda: f"{part({'alg': 'RS256', 'kid': NAME, 'typ': 'JWT'})}.{part([1])}.x",
            id="a list of claims",
        ),
        pytest.param(lambda: f"{part('[' * 900)}.{part(GOOD)}.x", id="a header that is a text"),
        pytest.param(
            lambda: base64.b64encode(b"[" * 5000).decode() + ".e30.x", id="a header without a bottom"
        ),
    ],
)
async def test_what_clerk_has_not_signed_for_us_is_refused(token: Callable[[], str]) -> None:
    assert not await is_taken(token())


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_good_token_changed_anywhere_is_refused(data: st.DataObject) -> None:
    token = minted()
    where = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    changed = data.draw(
        st.sampled_from(
            [
                token[:where] + letter + token[where + 1 :],
                token[:where] + token[where + 1 :],
                token[:where] + letter + token[where:],
                token[:where],
                token[where:] + token[:where],
            ]
        )
    )

    assert asyncio.run(is_taken(changed)) is (changed == token)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(["azp", "exp", "iat", "nbf", "iss", "sid", "sub", "sts", "act"]), value=JSON)
def test_whatever_a_signed_claim_holds_the_answer_is_yes_or_no(name: str, value: object) -> None:
    harmless = {"sts": "active", "act": None, **GOOD}
    taken = asyncio.run(is_taken(minted(**{name: value})))

    if name in {"azp", "iss", "sts", "act"}:
        assert taken is (value == harmless[name])
    elif name in {"sub", "sid"}:
        assert not taken or (isinstance(value, str) and value.startswith(("user_", "sess_")))
    else:
        assert not taken or isinstance(value, int | float)


@settings(max_examples=200, deadline=None)
@given(
    token=st.text(max_size=300)
    | st.binary(max_size=200).map(lambda it: base64.urlsafe_b64encode(it).decode() + ".e30.e30")
)
def test_any_text_at_all_is_refused(token: str) -> None:
    assert not asyncio.run(is_taken(token))


# --- how often the keys are looked at


async def test_the_keys_are_read_once_for_all_who_come_at_the_same_moment() -> None:
    publisher = Publisher(published(key()))
    publisher.speaks.clear()
    checks = [asyncio.create_task(it) for it in map(verifier(publisher).check, [minted()] * 50)]
    await asyncio.sleep(0)

    publisher.speaks.set()

    assert len(await asyncio.gather(*checks)) == 50
    assert publisher.looks == 1


@pytest.mark.parametrize(
    "forgery",
    [
        pytest.param(lambda: minted(key(1)), id="another signer"),
        pytest.param(lambda: minted(key(1), "ins_2other"), id="an unknown key"),
    ],
)
async def test_forged_tokens_make_us_look_once_a_minute_however_many_arrive(
    forgery: Callable[[], str],
) -> None:
    clock, publisher, token = Clock(), Publisher(published(key())), forgery()
    checker = verifier(publisher, clock)
    await checker.check(minted())
    for _ in range(3):
        clock.now += PAUSE_SECONDS
        looks = publisher.looks
        fresh = {"exp": clock.now + 60, "iat": clock.now, "nbf": clock.now}
        token = minted(key(1), jwt.get_unverified_header(forgery())["kid"], **fresh)

        for _ in range(20):
            with pytest.raises(SignInRequired):
                await checker.check(token)
        assert publisher.looks == looks + 1


async def test_a_token_that_is_wrong_in_itself_makes_nobody_look() -> None:
    publisher = Publisher(published(key()))

    wrong: tuple[dict[str, Any], ...] = (
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"azp": "https://evil.example"},
    )
    for changes in wrong:
        assert not await is_taken(minted(key(1), **changes), publisher)

    assert publisher.looks == 0


async def test_a_new_key_of_the_same_name_is_found_and_the_old_one_counts_no_more() -> None:
    clock, publisher = Clock(), Publisher(published(key()))
    checker = verifier(publisher, clock)
    await checker.check(minted())
    publisher.keys = [published(key(1))]
    clock.now += PAUSE_SECONDS
    late = {"exp": clock.now + 60}

    assert (await checker.check(minted(key(1), **late))).user_id == USER

    with pytest.raises(SignInRequired):
        await checker.check(minted(**late))
    assert publisher.looks == 2


async def test_old_keys_are_read_anew_beside_the_requests() -> None:
    clock, publisher = Clock(), Publisher(published(key()))
    checker = verifier(publisher, clock)
    await checker.check(minted())
    clock.now += FRESH_SECONDS + 1
    publisher.speaks.clear()

    for _ in range(5):
        await checker.check(minted(exp=clock.now + 60))  # nobody waits for the look
        await asyncio.sleep(0)

    assert publisher.looks == 2
    publisher.speaks.set()


async def test_while_clerk_is_away_the_keys_count_for_an_hour() -> None:
    clock, publisher = Clock(), Publisher(published(key()))
    checker = verifier(publisher, clock)
    await checker.check(minted())
    publisher.is_away = True

    clock.now += PATIENCE_SECONDS
    assert (await checker.check(minted(exp=clock.now + 60))).user_id == USER
    await asyncio.sleep(0)

    clock.now += 2 * AFTER_FAILURE_SECONDS
    with pytest.raises(SignInUnavailable):
        await checker.check(minted(exp=clock.now + 60))


async def test_without_any_keys_a_token_is_neither_right_nor_wrong() -> None:
    clock, publisher = Clock(), Publisher(published(key()))
    checker, publisher.is_away = verifier(publisher, clock), True
    for _ in range(10):
        with pytest.raises(SignInUnavailable):
            await checker.check(minted())
    assert publisher.looks == 1

    publisher.is_away = False
    clock.now += AFTER_FAILURE_SECONDS

    assert (await checker.check(minted())).user_id == USER


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": NAME}, id="a symmetric key"),
        pytest.param({"kty": "OKP", "crv": "Ed25519", "x": "A" * 43, "kid": NAME}, id="Ed25519"),
        pytest.param({"kty": "RSA", "kid": NAME}, id="half a key"),
        pytest.param({"kty": "RSA", "n": "!", "e": "AQAB", "kid": NAME}, id="no number"),
        pytest.param({"kid": 5}, id="a name that is none"),
        pytest.param({}, id="nothing"),
    ],
)
async def test_other_kinds_of_keys_are_left_alone_and_check_nothing(entry: dict[str, Any]) -> None:
    assert not await is_taken(minted(), Publisher(entry))
    assert await is_taken(minted(), Publisher(entry | {"kid": "ins_2other"}, published(key())))


async def test_a_short_key_counts_for_nothing() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is what it is about

    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = minted(short)
    assert not await is_taken(token, Publisher(published(short)))


# --- Clerk's own library, and what it publishes


def options(jwk: dict[str, Any], party: str, *, skew_seconds: float = 0) -> VerifyTokenOptions:
    found = jwt.PyJWK(jwk, algorithm="RS256").key
    pem = found.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return VerifyTokenOptions(
        jwt_key=pem.decode(), authorized_parties=[party], clock_skew_in_ms=round(1000 * (5 + skew_seconds))
    )


def clerk_takes(token: str, jwk: dict[str, Any], party: str, *, skew_seconds: float = 0) -> bool:
    try:
        verify_token(token, options(jwk, party, skew_seconds=skew_seconds))
    except TokenVerificationError:
        return False
    return True


@pytest.mark.parametrize(
    ("token", "number", "is_good"),
    [
        ("signed by the first key", 0, True),
        ("signed by the second key", 1, True),
        ("signed by the first key", 1, False),
        ("signed by the second key", 0, False),
        ("tampered", 1, False),
        ("malformed", 1, False),
    ],
)
async def test_clerks_published_tokens_get_the_answer_that_clerk_gives_them(
    token: str, number: int, *, is_good: bool
) -> None:
    told = VECTORS["published"]
    at = told["signed_at"] + 1.0
    ring = KeyRing(Publisher(told["keys"][number]).fetch, clock=lambda: at)
    checker = Verifier(ring, issuer=told["issuer"], parties={told["party"]}, clock=lambda: at)

    if is_good:
        assert await checker.check(told["tokens"][token]) == Claims(told["user"], told["session"])
    else:
        with pytest.raises(SignInRequired):
            await checker.check(told["tokens"][token])
    for moment in (told["signed_at"] + 66, told["signed_at"] - 20):
        late = Verifier(
            ring, issuer=told["issuer"], parties={told["party"]}, clock=lambda moment=moment: moment
        )
        with pytest.raises(SignInRequired):
            await late.check(told["tokens"][token])


@pytest.mark.parametrize(
    ("token", "is_good"),
    [("active", True), ("pending", False), ("impersonated", False), ("another azp", False)],
)
async def test_tokens_minted_by_clerks_own_library_are_read_as_they_are_meant(
    token: str, *, is_good: bool
) -> None:
    told = VECTORS["minted"]
    at = told["signed_at"] + 1.0
    ring = KeyRing(Publisher(told["keys"][0]).fetch, clock=lambda: at)
    checker = Verifier(ring, issuer=told["issuer"], parties={told["party"]}, clock=lambda: at)

    if is_good:
        assert await checker.check(told["tokens"][token]) == Claims(told["user"], told["session"])
    else:
        with pytest.raises(SignInRequired):
            await checker.check(told["tokens"][token])


@pytest.mark.parametrize(
    ("changes", "ours_is_stricter"),
    [
        pytest.param({}, False, id="good"),
        pytest.param({"exp": -6}, False, id="expired"),
        pytest.param({"exp": -3}, False, id="expired within what clocks may differ"),
        pytest.param({"nbf": 30}, False, id="not yet valid"),
        pytest.param({"azp": LEFT_OUT}, False, id="no azp"),
        pytest.param({"azp": "https://evil.example"}, False, id="a foreign azp"),
        pytest.param({"iss": "https://evil.example"}, True, id="another issuer"),
        pytest.param({"sts": "pending"}, True, id="pending"),
        pytest.param({"act": {"sub": "user_2x"}}, True, id="impersonation"),
    ],
)
async def test_clerks_python_library_agrees_except_where_we_are_stricter(
    changes: dict[str, Any], *, ours_is_stricter: bool
) -> None:
    import time  # noqa: PLC0415 - Clerk's library knows no other clock than the real one

    now = time.time()
    moments = {name: now + value if isinstance(value, int) else value for name, value in changes.items()}
    whole: dict[str, Any] = {"exp": now + 60, "iat": now, "nbf": now - 10} | moments
    token = minted(**whole)
    for private in (key(), key(1)):
        ring = KeyRing(Publisher(published(private)).fetch)
        checker = Verifier(ring, issuer=ISSUER, parties={PARTY})
        theirs = clerk_takes(token, published(private), PARTY)
        try:
            ours = bool(await checker.check(token))
        except SignInRequired:
            ours = False

        assert ours is (theirs and not ours_is_stricter)
