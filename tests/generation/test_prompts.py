"""What may be asked for: whatever comes in is either a checked request or a refusal for a person, never a crash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.errors import Invalid, InvalidDuration, InvalidPrompt, InvalidRatio, InvalidType
from cuttingasmr.generation.prompts import (
    ALLOWED_CONTROLS,
    DIRECTION_MARKS,
    PROMPT_LIMIT,
    VideoRequest,
    checked_prompt,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
WILD_TEXT = st.text(st.characters(codec=None, categories=None)) | st.text(
    alphabet="a \0\u202e\ud800\u200b\n", max_size=6
)


@given(WILD_TEXT)
def test_any_text_is_a_prompt_or_an_invalid_one(text: str) -> None:
    try:
        found = checked_prompt(text)
    except InvalidPrompt:
        return

    assert found == text.strip()
    assert 0 < len(found) <= PROMPT_LIMIT
    assert not DIRECTION_MARKS & set(found)
    found.encode()


@given(st.text("abc xyz.,!?äöü蜂🐝\n", min_size=1, max_size=100).filter(str.strip))
def test_plain_text_is_a_prompt(text: str) -> None:
    assert checked_prompt(text) == text.strip()


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_any_wish_is_a_request_or_an_invalid_one(
    prompt: object, ratio: object, duration: object, kind: object
) -> None:
    try:
        request = VideoRequest.checked(prompt=prompt, aspect_ratio=ratio, duration=duration, kind=kind)
    except Invalid:
        return

    assert (request.aspect_ratio in {"16:9", "9:16"}, duration, kind) == (True, 8, kind)


@pytest.mark.parametrize(
    "character", [pytest.param(c, id=f"U+{ord(c):04X}") for c in sorted(DIRECTION_MARKS)]
)
def test_a_character_that_turns_the_text_is_refused_wherever_it_stands(character: str) -> None:
    for prompt in (f"{character}ice", f"i{character}ce", f"ice{character}"):
        with pytest.raises(InvalidPrompt, match="hidden"):
            checked_prompt(prompt)


@pytest.mark.parametrize(
    "code", [pytest.param(code, id=f"U+{code:04X}") for code in (*range(32), *range(127, 160))]
)
def test_a_control_character_inside_is_refused_but_for_lines_and_tabs(code: int) -> None:
    prompt = f"ice{chr(code)}cream"

    if chr(code) in ALLOWED_CONTROLS:
        assert checked_prompt(prompt) == prompt
    else:
        with pytest.raises(InvalidPrompt, match="hidden"):
            checked_prompt(prompt)


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        pytest.param("x" * 2001, "2,001 characters; 2,000 is the limit", id="too long"),
        pytest.param("", "Please describe", id="empty"),
        pytest.param("\u200b\u200d \u2060", "Please describe", id="nothing to see"),
        pytest.param(None, "Please describe", id="no text"),
    ],
)
def test_a_refusal_says_what_to_change(prompt: object, says: str) -> None:
    with pytest.raises(InvalidPrompt, match=says):
        checked_prompt(prompt)


def test_the_limit_is_counted_without_the_spaces_around() -> None:
    assert len(checked_prompt("  " + "🐝" * 2000 + "\n")) == 2000


@pytest.mark.parametrize(
    ("field", "refusal"),
    [
        pytest.param({"aspect_ratio": "1:1"}, InvalidRatio, id="ratio"),
        pytest.param({"aspect_ratio": ["16:9"]}, InvalidRatio, id="a list of ratios"),
        pytest.param({"duration": 7}, InvalidDuration, id="duration"),
        pytest.param({"duration": True}, InvalidDuration, id="true seconds"),
        pytest.param({"duration": float("inf")}, InvalidDuration, id="endless"),
        pytest.param({"duration": "8"}, InvalidDuration, id="a text"),
        pytest.param({"kind": "image"}, InvalidType, id="kind"),
        pytest.param({"kind": ["text"]}, InvalidType, id="a list of kinds"),
        pytest.param({"kind": {}}, InvalidType, id="an object for a kind"),
    ],
)
def test_each_part_has_its_own_refusal(field: dict[str, object], refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        VideoRequest.checked(prompt="ice", **field)  # pyright: ignore[reportArgumentType]


def test_a_fingerprint_tells_requests_apart_by_what_is_made() -> None:
    def of(prompt: str, ratio: str = "16:9", template: str = "") -> str:
        return VideoRequest.checked(prompt=prompt, aspect_ratio=ratio, template_id=template).fingerprint()

    assert of("ice") == of(" ice ") == of("ice", template="ice")
    assert len({of("ice"), of("Ice"), of("ice", "9:16"), of('ice", "16:9')}) == 4
