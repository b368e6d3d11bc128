"""Quick mode's ready-made prompts, read once from `content/templates.toml`. A catalogue with a mistake does not load."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

# Three blanks of this length and the longest prompt stay well below the form's 2,000 characters.
MAX_VALUE_LENGTH: Final = 80
# Any browser can call the search, so its cost has a ceiling.
MAX_SEARCH_LENGTH: Final = 80

QUICK: Final[tuple[str, ...]] = (
    "glass-fruit-cutting",
    "ice-cube-carving",
    "metal-sheet-cutting",
    "fireplace",
    "squeeze-toy",
    "minecraft-block-cutting",
)

_BLANK: Final = re.compile(r"\{(\w+)\}")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Prose = Annotated[str, AfterValidator(_on_one_line), Field(min_length=1)]
Suggestion = Annotated[str, Field(pattern=r"^[^{}\s]([^{}]*[^{}\s])?$", max_length=MAX_VALUE_LENGTH)]
Hue = Annotated[int, Field(ge=0, lt=360)]


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Blank(_Content):
    """A place in a prompt that a person may fill; `label` is what they see beside it."""

    name: Annotated[str, Field(pattern=r"^\w+$")]
    label: Prose
    suggestions: Annotated[tuple[Suggestion, ...], Field(min_length=4, max_length=6)]

    @property
    def default(self) -> str:
        """What stands here until somebody writes something."""
        return self.suggestions[0]

    def value(self, typed: str) -> str:
        """Make of `typed` what reaches the prompt: one line, at most 80 characters, or the default if empty."""
        return _on_one_line(typed)[:MAX_VALUE_LENGTH].rstrip() or self.default


class Category(_Content):
    """A shelf of templates."""

    id: Slug
    name: Prose
    summary: Prose


class Template(_Content):
    """One ready-made prompt and the card that offers it. `hues` are the two ends of the card's gradient, in degrees."""

    id: Slug
    name: Prose
    category: Slug
    summary: Annotated[Prose, Field(max_length=70)]
    prompt: Annotated[Prose, Field(max_length=1_200)]
    blanks: Annotated[tuple[Blank, ...], Field(validation_alias="fields", min_length=1, max_length=3)]
    ratio: Literal["16:9", "9:16"]
    icon: Slug
    hues: tuple[Hue, Hue]
    keywords: tuple[Prose, ...]

    @model_validator(mode="after")
    def _each_blank_stands_once(self) -> Self:
        standing = sorted(_BLANK.findall(self.prompt))
        declared = sorted(blank.name for blank in self.blanks)
        if standing != declared or len(set(declared)) < len(declared):
            message = f"{self.id}: the prompt has blanks {standing}, the fields are {declared}; each must stand once"
            raise ValueError(message)
        if set("{}[]") & set(_BLANK.sub("", self.prompt)):
            message = f"{self.id}: the prompt has a stray brace or bracket"
            raise ValueError(message)
        return self

    @cached_property
    def words(self) -> frozenset[str]:
        """What a search looks through. A category's id is made of the words of its name."""
        return _words(" ".join((self.name, self.category, self.summary, *self.keywords)))

    def slices(self) -> list[str | Blank]:
        """Cut the prompt into text and blanks, in reading order, so that a page can set an input in each blank."""
        named = {blank.name: blank for blank in self.blanks}
        parts = enumerate(_BLANK.split(self.prompt))  # text at even places, a blank's name at odd ones
        return [named[part] if place % 2 else part for place, part in parts if part]

    def fill(self, values: Mapping[str, str]) -> str:
        """Write the prompt out. Values are only ever text (braces mean nothing); a missing one is the default."""
        return "".join(
            part if isinstance(part, str) else part.value(values.get(part.name, "")) for part in self.slices()
        )

    def read(self, prompt: str) -> dict[str, str] | None:
        """Find what was written into the blanks of a prompt that `fill` wrote; `None` for any other prompt."""
        parts = (
            re.escape(part) if isinstance(part, str) else f"(?P<{part.name}>.{{1,{MAX_VALUE_LENGTH}}}?)"
            for part in self.slices()
        )
        found = re.fullmatch("".join(parts), prompt)
        return found.groupdict() if found else None


class Catalogue(_Content):
    """Everything quick mode offers. Refuses repeated ids, unknown or empty categories, and a missing `QUICK` template."""

    categories: tuple[Category, ...]
    templates: tuple[Template, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        shelves = [category.id for category in self.categories]
        ids = [template.id for template in self.templates]
        used = {template.category for template in self.templates}
        problems = {
            "repeated ids": _repeated(shelves) | _repeated(ids),
            "unknown categories": used - set(shelves),
            "empty categories": set(shelves) - used,
            "missing quick templates": set(QUICK) - set(ids),
        }
        found = [f"{problem}: {', '.join(sorted(names))}" for problem, names in problems.items() if names]
        if found:
            raise ValueError("; ".join(found))
        return self


def categories() -> tuple[Category, ...]:
    """List the shelves, in the catalogue's order."""
    return _catalogue().categories


def all_templates() -> tuple[Template, ...]:
    """List the templates, in the catalogue's order."""
    return _catalogue().templates


def find_template(template_id: str) -> Template | None:
    """Find the template with this id, if there is one."""
    return next((template for template in all_templates() if template.id == template_id), None)


def search_templates(text: str, category: str | None = None) -> list[Template]:
    """Find the templates in which every word of `text` begins some word; those named so come first.

    Case and accents do not matter. No words find everything; no `category` means all of them.
    """
    wanted = _words(text[:MAX_SEARCH_LENGTH])
    shelf = [template for template in all_templates() if not category or template.category == category]
    found = [template for template in shelf if len(_matches(wanted, template.words)) == len(wanted)]
    return sorted(found, key=lambda template: -len(_matches(wanted, _words(template.name))))


@cache
def _catalogue() -> Catalogue:
    text = resources.files("cuttingasmr.content").joinpath("templates.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))


def _words(text: str) -> frozenset[str]:
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return frozenset(re.findall(r"\w+", "".join(letters).casefold()))


def _matches(wanted: Iterable[str], words: Iterable[str]) -> list[str]:
    return [want for want in wanted if any(word.startswith(want) for word in words)]


def _repeated(names: list[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}
