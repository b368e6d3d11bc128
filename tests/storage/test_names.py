"""What files are called outside: as people wrote it, and never in a way that leads out of a folder or breaks a header."""

from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuttingasmr.storage.names import apart, disposition, plain_name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param("Honeycomb, cut slowly", "Honeycomb, cut slowly", id="plain words"),
        pytest.param(
            "Wabe \u00e4 \u4e2d\u6587 \u043c\u0451\u0434",
            "Wabe \u00e4 \u4e2d\u6587 \u043c\u0451\u0434",
            id="any script",
        ),
        pytest.param("../../etc/passwd", "etc passwd", id="a way out"),
        pytest.param('a\\b:c*d?e"f<g>h|i', "a b c d e f g h i", id="what Windows does not take"),
        pytest.param("one\r\nSet-Cookie: two", "one Set-Cookie two", id="a broken header"),
        pytest.param("word " * 40, ("word " * 12).strip(), id="long, cut at a word"),
        pytest.param("w" * 200, "w" * 60, id="one long word"),
        pytest.param("\U0001f36f\U0001f52a", "cuttingasmr", id="nothing but pictures"),
        pytest.param("CON", "cuttingasmr", id="a device"),
        pytest.param("", "cuttingasmr", id="nothing"),
    ],
)
def test_a_name_is_made_of_the_words(words: str, name: str) -> None:
    assert plain_name(words) == name


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(words: str) -> None:
    name = plain_name(words)

    assert 0 < len(name) <= 60
    assert not set(name) & set('/\\:*?"<>|\r\n\0')
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert plain_name(name) == name


@given(st.text(max_size=100), st.booleans())
def test_a_header_tells_the_name_as_it_is_and_in_ascii(words: str, attachment: bool) -> None:  # noqa: FBT001 - drawn
    name = f"{plain_name(words)}.mp4"
    header = disposition(name, attachment=attachment)
    message = Message()
    message["content-disposition"] = header

    assert header.isascii()
    assert header.isprintable()
    assert header.startswith("attachment;" if attachment else "inline;")
    assert message.get_filename() == name or header.count("filename") == 2
    assert ".mp4" in header


def test_names_that_stand_twice_are_numbered() -> None:
    assert apart(["ice", "Ice", "fire", "ice", "ice (2)"]) == [
        "ice",
        "Ice (2)",
        "fire",
        "ice (3)",
        "ice (2) (2)",
    ]
