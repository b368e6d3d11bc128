"""What is logged says nothing of anybody: no prompt, no e-mail address, no token, no key."""

from __future__ import annotations

import json

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.observability import logs
from cuttingasmr.observability.logs import GONE, masked


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("sent to ada.b+c@example.org today", f"sent to {GONE} today"),
        ("Cookie cuttingasmr_session=abcDEF-_123; x", f"Cookie cuttingasmr_session={GONE}; x"),
        ("{'cookie': 'cuttingasmr_session=abc', 'a': 1}", f"{{'cookie': {GONE}, 'a': 1}}"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {GONE}"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln", f"token {GONE}"),
        ("key creem_test_abcdefgh123 is bad", f"key creem_{GONE} is bad"),
        ("signed with whsec_c2FuZGJveA==", f"signed with whsec_{GONE}"),
        (
            "INSERT ... [parameters: ('honey', 'ada')]\n(Background",
            f"INSERT ... [parameters: {GONE}]\n(Background",
        ),
        ("DETAIL: Key (email)=(Ada L) already exists.", f"DETAIL: Key (email)=({GONE}) already exists."),
        ("Failed to deserialize event data: {'form': 'honey'}", f"Failed to deserialize event data: {GONE}"),
        (
            "[type=x, input_value='honey drips', input_type=str]",
            f"[type=x, input_value={GONE}, input_type=str]",
        ),
        ("video.started video=0123456789abcdef seconds=3", "video.started video=0123456789abcdef seconds=3"),
    ],
)
def test_what_is_private_is_masked_and_the_rest_stays(line: str, left: str) -> None:
    assert masked(line) == left


@given(st.emails())
def test_no_address_gets_through(email: str) -> None:
    assert email not in masked(f"who: {email}.") or not email.isascii() or '"' in email or not _plain(email)


def _plain(email: str) -> bool:
    return all(character.isalnum() or character in ".+%-_@" for character in email)


@pytest.mark.parametrize("as_json", [True, False])
def test_private_fields_and_the_values_in_a_traceback_are_not_written(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    structlog.reset_defaults()
    logs.configure(as_json=as_json)
    try:
        log = structlog.get_logger()
        prompt = "honey for ada"
        log.info("video.started", prompt=prompt, email="ada@example.org", password="hunter22", video="v1")
        try:
            int("ada@example.org")
        except ValueError:
            log.exception("something.failed")
    finally:
        structlog.reset_defaults()

    said = capsys.readouterr().err
    assert "v1" in said
    assert "something.failed" in said
    for private in ("honey", "ada@", "hunter22"):
        assert private not in said
    if as_json:
        assert json.loads(said.splitlines()[0])["prompt"] == GONE
