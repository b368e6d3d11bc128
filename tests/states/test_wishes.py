"""What a form may say, and how a video is put back into it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cuttingasmr.errors import AppError, Invalid
from cuttingasmr.generation.templates import Template, all_templates
from cuttingasmr.models import Video, VideoKind
from cuttingasmr.states.wishes import read_form, same_again, wish_of

ONE, TWO = "a" * 32, "b" * 32


def form(**fields: Any) -> dict[str, Any]:
    return {"prompt": "ice", "ratio": "16:9", "kind": VideoKind.FRAMES, "count": "1", **fields}


def video(**facts: Any) -> Video:
    return Video(user_id="0" * 32, prompt="ice", credits_used=10, **facts)


def test_a_form_with_pictures_asks_for_them_and_one_without_forgets_the_switch() -> None:
    pictured = read_form(form(pictures=f"{ONE}@0,50 {TWO}", count="4", key="k"))
    plain = read_form(form(kind=VideoKind.REFERENCES, pictures=""))

    assert pictured.request.picture_ids == (f"{ONE}@0,50", TWO)
    assert (pictured.request.kind, pictured.variations, pictured.key) == (VideoKind.FRAMES, 4, "k")
    assert plain.request.kind == VideoKind.TEXT


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"pictures": "x"}, id="no picture"),
        pytest.param({"pictures": f"{ONE} " * 4}, id="four pictures"),
        pytest.param({"pictures": f"{ONE} {ONE} {ONE}"}, id="three frames"),
        pytest.param({"pictures": ONE, "kind": "text"}, id="text alone"),
        pytest.param({"pictures": ONE, "kind": ["a"]}, id="a list for a kind"),
        pytest.param({"pictures": {"id": ONE}}, id="an object for pictures"),
        pytest.param({"pictures": "x" * 1_000_000}, id="a million letters"),
        pytest.param({"count": ""}, id="no count"),
        pytest.param({"count": "12"}, id="two digits"),
        pytest.param({"count": 2}, id="a number"),
        pytest.param({"count": "\N{ARABIC-INDIC DIGIT TWO}"}, id="another script's digit"),
    ],
)
def test_a_form_that_no_page_would_send_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read_form(form(**fields))


JUNK: list[object] = [
    None,
    True,
    0,
    1.5,
    float("nan"),
    "",
    "\0",
    "1",
    "x" * 70_000,
    [],
    ["1"],
    {},
    {"a": [{}]},
    ONE,
    f"{ONE}@",
]


@given(some.lists(some.sampled_from(JUNK), min_size=7, max_size=7))
def test_whatever_a_form_says_is_read_or_refused(values: list[object]) -> None:
    names = ("prompt", "ratio", "kind", "count", "pictures", "template", "key")

    with contextlib.suppress(AppError):
        assert read_form(dict(zip(names, values, strict=True))).variations < 10


def test_the_same_again_is_the_same() -> None:
    made = video(kind=VideoKind.REFERENCES, picture_ids=[ONE, f"{TWO}@1,2"], aspect_ratio="9:16")

    again = same_again(made)

    assert (again.kind, again.picture_ids, again.aspect_ratio) == (made.kind, tuple(made.picture_ids), "9:16")


def test_a_wish_tells_the_pictures_that_are_still_there_and_how_many_are_not() -> None:
    wish = wish_of(video(kind=VideoKind.FRAMES, picture_ids=[f"{ONE}@3,4", TWO]), {ONE: (800, 600)})

    assert wish["pictures"] == [{"id": ONE, "x": 3, "y": 4, "width": 800, "height": 600}]
    assert (wish["missing"], wish["prompt"], wish["template"]) == (1, "ice", "")


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.id)
def test_a_template_finds_what_was_written_into_it(template: Template) -> None:
    words = {blank.name: f"some {blank.name} (1.5 [x] {{y}})" for blank in template.blanks}
    made = video(template_id=template.id)
    made.prompt = template.fill(words)

    wish = wish_of(made, {})

    assert (wish["template"], wish["blanks"], wish["prompt"]) == (template.id, words, "")
    made.prompt += " and more"
    assert wish_of(made, {})["template"] == ""
