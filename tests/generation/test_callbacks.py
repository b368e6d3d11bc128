"""The address at which the provider calls back: ours alone can make one, and a signature is checked where a key is set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cuttingasmr.generation import callbacks
from cuttingasmr.generation.callbacks import WINDOW_SECONDS, address_of, is_signed, video_of
from cuttingasmr.models.columns import new_id
from tests.support.binding import bind, let_go

TASK, SIGNED_AT = "veo_task_abcdef123456", 1_750_236_843
SIGNATURE = "tt6W0xR6fI3Q+vX/Z9tjRY8X/B9/Z4WI1AAd40ZtqWw="
"""The vector of providers.md §2.8."""


@pytest.fixture(autouse=True)
def bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    bind(monkeypatch, tmp_path, app_url="https://asmr.example/", veo3_webhook_hmac_key="kie_hmac_key")
    yield
    let_go()


def token_of(video_id: str) -> str:
    return address_of(video_id).rpartition("/")[2]


def test_an_address_leads_back_to_its_video() -> None:
    video_id = new_id()

    assert address_of(video_id).startswith("https://asmr.example/api/webhooks/veo3/")
    assert video_of(token_of(video_id)) == video_id


def test_an_address_is_the_same_after_a_restart_and_another_under_another_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    video_id = new_id()
    before = token_of(video_id)
    let_go()
    assert token_of(video_id) == before

    bind(monkeypatch, tmp_path, secret_key="another")

    assert video_of(before) is None


@pytest.mark.parametrize("position", [pytest.param(number, id=str(number)) for number in (0, 31, 32, 50, 71)])
def test_an_address_with_one_letter_changed_leads_nowhere(position: int) -> None:
    token = token_of(new_id())
    letter = "0" if token[position] != "0" else "1"

    assert video_of(token[:position] + letter + token[position + 1 :]) is None


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("0" * 72, id="made up"),
        pytest.param("0" * 32, id="a video's id alone"),
        pytest.param("x" * 10_000, id="long"),
        pytest.param("é" * 72, id="no ASCII"),
        pytest.param("\ud800" * 72, id="no Unicode"),
    ],
)
def test_an_address_that_is_not_ours_leads_nowhere(token: str) -> None:
    assert video_of(token) is None


def test_the_address_of_one_video_does_not_open_another() -> None:
    mine, other = new_id(), new_id()

    assert video_of(other + token_of(mine)[32:]) is None
    assert video_of(token_of(mine).upper()) is None
    assert video_of(token_of(mine) + "\n") is None


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(SIGNED_AT, id="at once"),
        pytest.param(SIGNED_AT + WINDOW_SECONDS, id="just in time"),
        pytest.param(SIGNED_AT - WINDOW_SECONDS, id="from a clock that is fast"),
    ],
)
def test_the_signature_of_the_document_is_genuine(now: float) -> None:
    assert is_signed(TASK, str(SIGNED_AT), SIGNATURE, now=now)


@pytest.mark.parametrize(
    ("task", "timestamp", "signature", "now"),
    [
        pytest.param(TASK, str(SIGNED_AT), SIGNATURE, SIGNED_AT + WINDOW_SECONDS + 1, id="too late"),
        pytest.param(TASK, str(SIGNED_AT), SIGNATURE, SIGNED_AT - WINDOW_SECONDS - 1, id="too early"),
        pytest.param("another", str(SIGNED_AT), SIGNATURE, SIGNED_AT, id="another task"),
        pytest.param(TASK, str(SIGNED_AT + 1), SIGNATURE, SIGNED_AT, id="another moment"),
        pytest.param(TASK, str(SIGNED_AT), SIGNATURE.lower(), SIGNED_AT, id="another signature"),
        pytest.param(TASK, str(SIGNED_AT), "", SIGNED_AT, id="no signature"),
        pytest.param(TASK, str(SIGNED_AT), "é", SIGNED_AT, id="a signature that is none"),
        pytest.param(TASK, "", SIGNATURE, SIGNED_AT, id="no moment"),
        pytest.param(TASK, f" {SIGNED_AT}", SIGNATURE, SIGNED_AT, id="a space"),
        pytest.param(TASK, "-1", SIGNATURE, SIGNED_AT, id="a moment before all time"),
        pytest.param(TASK, "9" * 5000, SIGNATURE, SIGNED_AT, id="a moment of 5,000 digits"),
        pytest.param(TASK, "²", SIGNATURE, SIGNED_AT, id="a power"),
        pytest.param(TASK, "١٧٥٠٢٣٦٨٤٣", SIGNATURE, SIGNED_AT, id="other digits"),
        pytest.param(TASK, "1e9", SIGNATURE, SIGNED_AT, id="no whole number"),
    ],
)
def test_anything_else_is_not(task: str, timestamp: str, signature: str, now: float) -> None:
    assert not is_signed(task, timestamp, signature, now=now)


def test_without_a_clock_of_the_tests_the_old_vector_is_too_late() -> None:
    assert not is_signed(TASK, str(SIGNED_AT), SIGNATURE)


def test_where_no_key_is_set_the_address_has_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bind(monkeypatch, tmp_path, veo3_webhook_hmac_key="")

    assert is_signed(TASK, "", "")
    assert callbacks.video_of("0" * 72) is None
