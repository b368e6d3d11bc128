"""What every view of the console is made of: a list to look through, or one thing with its facts and what can be done about it.

All views are of the same parts, so one set of components shows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

from cuttingasmr import routes
from cuttingasmr.console.paging import Page
from cuttingasmr.console.screens.wording import NONE, moment

Tone = Literal["", "good", "bad", "warn", "faint"]
LONGEST = 320
SHORT = 8


@dataclass(frozen=True)
class Query:
    """What is looked for, as the address has it: words, filters, where a page begins, and what is open."""

    words: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    after: str = ""
    id: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> Self:
        """Read an address, which anybody can make up."""
        said = {str(name): str(value)[:LONGEST].replace("\0", "").strip() for name, value in query.items()}
        filters = tuple((name, said[name]) for name in ("show", "provider", "outcome") if said.get(name))
        return cls(said.get("q", ""), filters, said.get("after", ""), said.get("id", ""))

    def __getitem__(self, name: str) -> str:
        """Give a filter's value."""
        return dict(self.filters).get(name, "")

    def address(self, page: str, **other: str) -> str:
        """Say where one is with something changed: a filter, the words (`q`), or where to begin (`after`)."""
        return routes.in_console(page, **{"q": self.words, **dict(self.filters), **other})


@dataclass(frozen=True)
class Cell:
    """One field of a line. `at` is a moment, `head` what its column is called."""

    text: str = ""
    note: str = ""
    at: str = ""
    href: str = ""
    tone: Tone = ""
    is_number: bool = False
    is_code: bool = False
    is_mark: bool = False
    """Whether it is a state, to be told at a glance."""
    head: str = ""


@dataclass(frozen=True)
class Line:
    """One row; `href` opens it."""

    id: str
    href: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """Some rows. `next` and `first` lead to other pages of them, `empty` is said where there are none."""

    heads: list[Cell]
    lines: list[Line]
    empty: str
    next: str = ""
    next_name: str = "Next"
    first: str = ""

    @classmethod
    def of(cls, heads: tuple[str, ...], lines: list[Line], *, empty: str, **more: Any) -> Self:
        """Make a table; a head that begins with `#` is of numbers."""
        named = [Cell(text=head.removeprefix("#"), is_number=head.startswith("#")) for head in heads]
        headed = [
            replace(
                line,
                cells=[
                    replace(cell, head=head.text, is_number=head.is_number)
                    for cell, head in zip(line.cells, named, strict=True)
                ],
            )
            for line in lines
        ]
        return cls(heads=named, lines=headed, empty=empty, **more)


@dataclass(frozen=True)
class Choice:
    """One way to filter."""

    name: str
    href: str
    is_on: bool


@dataclass(frozen=True)
class Group:
    """Ways to filter, of which one is on."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True)
class Fact:
    """Something that is known; `at` is a moment."""

    name: str
    text: str = ""
    note: str = ""
    at: str = ""
    href: str = ""
    tone: Tone = ""
    is_code: bool = False


@dataclass(frozen=True)
class Option:
    """One of the values of a field that is chosen."""

    value: str
    name: str


@dataclass(frozen=True)
class Input:
    """A field of a form, filled in or, where there are `options`, chosen; the reason is in every one."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    is_required: bool = True
    options: list[Option] = field(default_factory=list["Option"])
    value: str = ""
    """What is chosen already."""


@dataclass(frozen=True)
class Act:
    """What can be done about something. `seen` is what the operator has seen of it, where that matters; `reason` is offered."""

    name: str
    subject: str
    label: str
    tells: str
    inputs: list[Input] = field(default_factory=list["Input"])
    seen: int = 0
    reason: str = ""
    is_grave: bool = False


@dataclass(frozen=True)
class Listing:
    """A table under its own heading; `more` leads to all of it."""

    title: str
    table: Table
    more: str = ""


@dataclass(frozen=True)
class Opened:
    """One thing."""

    title: str
    id: str
    back: str
    marks: list[Cell]
    facts: list[Fact]
    acts: list[Act]
    listings: list[Listing]
    text: str = ""
    text_name: str = ""


@dataclass(frozen=True)
class Figure:
    """A number that leads somewhere."""

    name: str
    number: str
    note: str
    href: str
    tone: Tone = ""


@dataclass(frozen=True)
class Screen:
    """What a view shows now."""

    words: str = ""
    hint: str = ""
    """What can be typed into the search; empty where there is none."""
    groups: list[Group] = field(default_factory=list["Group"])
    figures: list[Figure] = field(default_factory=list["Figure"])
    tables: list[Listing] = field(default_factory=list["Listing"])
    opened: list[Opened] = field(default_factory=list["Opened"])


def when(at: datetime | None, **more: Any) -> Cell:
    """Show a moment."""
    return Cell(at=moment(at) if at else "", text="" if at else NONE, **more)


def fact_at(name: str, at: datetime | None, **more: Any) -> Fact:
    """Tell a moment."""
    return Fact(name, at=moment(at) if at else "", text="" if at else NONE, **more)


def mark(text: str, tone: Tone = "", note: str = "") -> Cell:
    """Show a state."""
    return Cell(text=text, tone=tone, note=note, is_mark=True)


def short(name: str) -> str:
    """Cut an id to what can be told apart at a glance; its link holds all of it."""
    return name[:SHORT]


def turned(table: Table, page: Page[Any], query: Query, path: str, *, next_name: str = "Next") -> Table:
    """Say where the other pages of a list are."""
    return replace(
        table,
        next=query.address(path, after=page.next) if page.next else "",
        next_name=next_name,
        first=query.address(path) if query.after else "",
    )


def group(query: Query, path: str, name: str, title: str, choices: Mapping[str, str]) -> Group:
    """Offer a filter's values, each by its name."""
    return Group(
        title,
        [
            Choice(label, query.address(path, **{name: value}), query[name] == value)
            for value, label in choices.items()
        ],
    )


def person(user_id: str | None, names: Mapping[str, str]) -> Cell:
    """Show somebody in a list."""
    if user_id is None:
        return mark("nobody", tone="faint")
    href = routes.in_console(routes.ADMIN_USERS, id=user_id)
    return Cell(text=names.get(user_id, short(user_id)), href=href)
