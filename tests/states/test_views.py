"""What the pages are told: in words, and by names that the stylesheet and the icons know."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from cuttingasmr.generation.templates import all_templates
from cuttingasmr.states.library import Wanted, zone_of
from cuttingasmr.states.material import Material
from cuttingasmr.states.views import counted, first_words, place_of, spoken, usually

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "5 s"), (9.1, "10 s"), (52, "50 s"), (60, "1 min"), (74.9, "1 min 15 s"), (600, "10 min")],
)
def test_how_long_something_takes_is_said_to_the_nearest_five_seconds(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_credits_are_counted_as_people_count_them() -> None:
    assert [counted(0), counted(1), counted(1450)] == ["0 credits", "1 credit", "1,450 credits"]


@pytest.mark.parametrize(
    ("before", "words"),
    [(0, "Next in line"), (1, "2nd in line"), (2, "3rd in line"), (10, "11th in line"), (20, "21st in line")],
)
def test_a_place_in_the_queue_is_said_as_people_say_it(before: int, words: str) -> None:
    assert place_of(before) == words


def test_a_spread_is_told_where_there_is_one() -> None:
    assert usually(48, 95) == "usually 50 s to 1 min 35 s"
    assert usually(59, 61) == "usually about 1 min"


def test_a_long_prompt_is_called_by_its_first_words() -> None:
    assert first_words("Slow\nrain") == "Slow rain"
    assert (
        first_words("a knife sinks, slowly, " * 9) == "a knife sinks, slowly, a knife sinks, slowly, a knife…"
    )
    assert len(first_words("x" * 2000)) <= 61


def test_of_an_address_only_what_can_be_meant_is_read() -> None:
    assert Wanted.read(
        {"q": "ice", "show": "failed", "ratio": "1:1", "from": "never", "video": "x"}
    ) == Wanted(words="ice", view="failed")


@pytest.mark.parametrize("name", ["", "Nowhere/At_All", "../../etc/passwd", "\0", "x" * 5000, "."])
def test_a_time_zone_that_is_none_is_utc(name: str) -> None:
    assert zone_of(name) is UTC


def test_words_of_ones_own_always_have_the_same_material() -> None:
    assert Material.of(None, "slow rain") == Material.of(None, "slow rain")
    assert Material.of(None, "slow rain") != Material.of(None, "fast rain")


def test_every_template_has_an_icon_and_a_texture_that_exist() -> None:
    icons, looks = (ASSETS / "icons.svg").read_text(), (ASSETS / "site.css").read_text()

    assert [t.id for t in all_templates() if f'id="{t.icon}"' not in icons] == []
    assert [t.id for t in all_templates() if f".{Material.of(t).texture} {{" not in looks] == []
