"""Quick mode's catalogue: complete, well written, and safe to fill with anything."""

import re
import tomllib
from importlib import resources
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from reflex_components_lucide.icon import LUCIDE_ICON_LIST

from cuttingasmr.generation.templates import (
    QUICK,
    Blank,
    Catalogue,
    Template,
    all_templates,
    categories,
    find_template,
    search_templates,
)

CATALOGUE = {
    "Animal Vlog": "animal-vlog creature-vlog animal-olympics animal-diving",
    "Food Textures": "bread-spread",
    "Cutting & Slicing": """glass-fruit-cutting crystal-apple crystal-pineapple crystal-burger red-crystal-sphere
        layered-soap-cutting honeycomb-cutting kinetic-sand-cutting minecraft-block-cutting ice-cutting
        planet-cutting cosmic-cutting digital-cutting stone-cutting""",
    "Textures & Materials": "ice-texture golden-apple-texture lime-texture ice-cube-carving",
    "Natural Environment": """rain-window forest-rain rain-umbrella ocean-waves fireplace flowing-water
        forest-ambiance""",
    "Object Interaction": """wood-tapping metal-tapping glass-tapping texture-scratching page-turning
        package-unwrapping small-objects keyboard squeeze-toy slime-toy""",
    "Industrial & Crafts": "hot-iron metal-sheet-cutting electronic-device-cutting minecraft-block-breaking",
    "Personal Care": "hair-brushing nail-care medical-exam",
    "Sleep & Relaxation": "white-noise guided-relaxation rhythmic-sounds",
}
NAMES = {
    "ice-texture": "Ice Crystallization ASMR",
    "electronic-device-cutting": "Electronic Device Dissection",
    "minecraft-block-cutting": "Minecraft Block Cutting ASMR",
    "medical-exam": "Medical Examination",
}
ALL_BLANKS = "{fruit} {board} {light}"
BLANK = re.compile(r"\{\w+\}")
SPOKEN = {"animal-vlog", "creature-vlog", "medical-exam", "guided-relaxation"}
LIGHT = r"(?!slight|delight)\w*lights?|lit|lamps?|sun|glow|illumination|softbox"
CAMERA = r"lens|camera|macro|\d+mm|close-up"
SOUND = (
    r"sounds?|hear|note|tone|pitch|crunch\w*|crackl\w*|crack|hiss\w*|tick\w*|clicks?|taps?|rasp|squeak\w*|creaks?|"
    r"patter\w*|drumming|thock|clack|thud|ping|hum|voice"
)
QUIET = (
    r"silen\w+|quiet|hush\w*|noiseless|soundless|still|stillness|mute|emptied|nothing|"
    r"no (room (tone|sound)|crowd|people|birds|voices|gulls|footsteps)|not (even )?a (sound|voice|breath)"
)
CLICHES = (
    r"satisfying|mesmeri[sz]ing|hyper-?realistic|cinematic|4k|8k|masterpiece|stunning|immersive|breathtaking"
)

TEMPLATES = [pytest.param(template, id=template.id) for template in all_templates()]
each_template = pytest.mark.parametrize("template", TEMPLATES)


def _says(pattern: str, text: str) -> bool:
    return re.search(rf"\b({pattern})\b", text, re.IGNORECASE) is not None


def _ids(found: list[Template]) -> list[str]:
    return [template.id for template in found]


def _catalogue_with(**changes: object) -> dict[str, Any]:
    """Read our own catalogue as plain values, with one template changed."""
    text = resources.files("cuttingasmr.content").joinpath("templates.toml").read_text(encoding="utf-8")
    catalogue = tomllib.loads(text)
    next(entry for entry in catalogue["templates"] if entry["id"] == "glass-fruit-cutting").update(changes)
    return catalogue


def test_the_nine_categories_and_fifty_templates_are_the_catalogues_own() -> None:
    shelves = {category.name: category.id for category in categories()}
    offered = {
        name: [template.id for template in all_templates() if template.category == shelf]
        for name, shelf in shelves.items()
    }

    assert offered == {name: ids.split() for name, ids in CATALOGUE.items()}
    assert list(offered) == list(CATALOGUE)
    assert (len(shelves), len(all_templates())) == (9, 50)


def test_names_are_the_catalogues_own() -> None:
    named = {template.id: template.name for template in all_templates()}

    assert {template_id: named[template_id] for template_id in NAMES} == NAMES
    assert len(set(named.values())) == 50


def test_the_six_quick_templates_can_be_found() -> None:
    assert len(set(QUICK)) == 6
    assert all(find_template(template_id) for template_id in QUICK)
    assert find_template("no-such-template") is None


@each_template
def test_a_prompt_left_at_its_defaults_is_finished_prose(template: Template) -> None:
    prompt = template.fill({})

    assert 350 <= len(prompt) <= 900
    assert not set("{}[]<>\n") & set(prompt)
    assert "  " not in prompt


@each_template
def test_the_light_the_camera_the_sound_and_the_quiet_survive_every_suggestion(template: Template) -> None:
    choices = [{blank.name: suggestion} for blank in template.blanks for suggestion in blank.suggestions]

    for prompt in map(template.fill, choices):
        assert [what for what in (LIGHT, CAMERA, SOUND, QUIET) if not _says(what, prompt)] == [], prompt


@each_template
def test_nobody_speaks_unless_speech_is_the_point_and_nothing_is_sung(template: Template) -> None:
    prompt = template.fill({}).lower()

    assert "no music" in prompt
    assert ("no subtitles" if template.id in SPOKEN else "no speech") in prompt or "no voices" in prompt
    assert ('"' in prompt) == (template.id in SPOKEN)


@each_template
def test_a_prompt_is_free_of_worn_out_words_and_of_the_games_trademark(template: Template) -> None:
    assert not _says(CLICHES, template.prompt)
    assert not _says("minecraft|olympics?", template.prompt)


@each_template
def test_a_card_has_an_icon_that_exists_and_words_to_search_by(template: Template) -> None:
    assert template.icon.replace("-", "_") in LUCIDE_ICON_LIST
    assert len(template.keywords) >= 4
    assert not template.summary.endswith(".")


def test_no_two_cards_look_alike() -> None:
    assert len({template.icon for template in all_templates()}) == 50
    assert len({template.hues for template in all_templates()}) == 50


def test_no_two_prompts_share_a_long_run_of_words() -> None:
    def runs(template: Template) -> set[tuple[str, ...]]:
        words = re.findall(r"[\w{}']+", template.prompt.lower())
        return set(zip(*(words[start:] for start in range(8)), strict=False))

    shared = [(one.id, other.id, *runs(one) & runs(other)) for one, other in combinations(all_templates(), 2)]

    assert [entry for entry in shared if len(entry) > 2] == []


def test_prompts_do_not_open_alike() -> None:
    openings = sorted(" ".join(template.fill({}).lower().split()[:2]) for template in all_templates())

    assert [one for one, other in pairwise(openings) if one == other] == []


@given(value=st.text(max_size=300) | st.sampled_from(["{fruit}", "{}", "{0.__class__}", "\\1", "x" * 10_000]))
def test_any_value_is_only_text_and_never_too_long(value: str) -> None:
    kept = " ".join(value.split())[:80].rstrip()
    for template in all_templates():
        filled = template.fill({blank.name: value for blank in template.blanks})

        assert len(filled) <= 2_000
        assert filled == (BLANK.sub(lambda _: kept, template.prompt) if kept else template.fill({}))


def test_slices_put_back_together_are_the_prompt() -> None:
    for template in all_templates():
        slices = ["{" + part.name + "}" if isinstance(part, Blank) else part for part in template.slices()]

        assert "".join(slices) == template.prompt
        assert "" not in slices


def test_suggestions_are_short_different_and_agree_on_their_capital() -> None:
    for template in all_templates():
        for blank in template.blanks:
            assert all(0 < len(suggestion) <= 80 for suggestion in blank.suggestions)
            assert len(set(blank.suggestions)) == len(blank.suggestions)
            assert len({suggestion[0].isupper() for suggestion in blank.suggestions}) == 1, blank


def test_no_words_find_everything_in_the_catalogues_order() -> None:
    assert search_templates("") == search_templates("  !? ") == list(all_templates())


def test_a_category_narrows_the_search() -> None:
    assert _ids(search_templates("", "personal-care")) == CATALOGUE["Personal Care"].split()
    assert _ids(search_templates("ice", "textures-materials")) == ["ice-texture", "ice-cube-carving"]
    assert search_templates("", "no-such-category") == []


@pytest.mark.parametrize("text", ["glass fruit", "GLASS FRUIT", "fruit   glass", "gláss frùit", "gla fru"])
def test_case_accents_order_and_unfinished_words_do_not_matter(text: str) -> None:
    assert _ids(search_templates(text))[0] == "glass-fruit-cutting"


def test_every_word_must_match_somewhere() -> None:
    assert _ids(search_templates("stethoscope sleep")) == []
    assert _ids(search_templates("stethoscope care")) == ["medical-exam"]
    assert search_templates("zeppelin") == []


def test_templates_named_so_come_before_those_that_only_mention_it() -> None:
    found = [("rain" in template.name.lower().split()) for template in search_templates("rain")]

    assert found == sorted(found, reverse=True)
    assert sum(found) == 3


def test_the_middle_of_a_word_is_not_a_match() -> None:
    assert not {"electronic-device-cutting", "guided-relaxation"} & set(_ids(search_templates("ice")))


def test_a_search_reads_eighty_characters_and_no_further() -> None:
    assert search_templates("rain " * 16 + "zeppelin" * 1_000_000) == search_templates("rain")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"prompt": "{fruit}"}, "glass-fruit-cutting.*must stand once", id="a blank unused"),
        pytest.param({"prompt": ALL_BLANKS + "{light}"}, "must stand once", id="a blank used twice"),
        pytest.param({"prompt": ALL_BLANKS + "{x}"}, "must stand once", id="a blank without a field"),
        pytest.param({"prompt": ALL_BLANKS + "[MOOD]"}, "stray brace or bracket", id="a raw placeholder"),
        pytest.param({"id": "fireplace"}, "repeated ids: fireplace; missing quick", id="an id twice"),
        pytest.param({"category": "cuting"}, "unknown categories: cuting", id="an unknown category"),
        pytest.param({"hues": [0, 360]}, r"templates\.5\.hues\.1", id="a hue off the wheel"),
        pytest.param({"ratio": "1:1"}, r"templates\.5\.ratio", id="a ratio that the provider refuses"),
        pytest.param({"colour": "red"}, r"templates\.5\.colour", id="a key that nobody reads"),
    ],
)
def test_a_catalogue_with_a_mistake_does_not_load(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Catalogue.model_validate(_catalogue_with(**changes))
