"""What the pages are told: in words, and by names that the stylesheet and the icons know."""

from __future__ import annotations

from pathlib import Path

import pytest

from cuttingasmr.generation.templates import all_templates
from cuttingasmr.states.material import Material
from cuttingasmr.states.views import counted, spoken

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "5 s"), (9.1, "10 s"), (52, "50 s"), (60, "1 min"), (74.9, "1 min 15 s"), (600, "10 min")],
)
def test_how_long_something_takes_is_said_to_the_nearest_five_seconds(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_credits_are_counted_as_people_count_them() -> None:
    assert [counted(0), counted(1), counted(1450)] == ["0 credits", "1 credit", "1,450 credits"]


def test_words_of_ones_own_always_have_the_same_material() -> None:
    assert Material.of(None, "slow rain") == Material.of(None, "slow rain")
    assert Material.of(None, "slow rain") != Material.of(None, "fast rain")


def test_every_template_has_an_icon_and_a_texture_that_exist() -> None:
    icons, looks = (ASSETS / "icons.svg").read_text(), (ASSETS / "site.css").read_text()

    assert [t.id for t in all_templates() if f'id="{t.icon}"' not in icons] == []
    assert [t.id for t in all_templates() if f".{Material.of(t).texture} {{" not in looks] == []
