"""Lists of the console: search, filters, rows, pages. On a phone each row stands as a small card of its own."""

from __future__ import annotations

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import icon
from cuttingasmr.console.screens.views import Cell, Choice, Figure, Group, Line, Listing, Screen, Table
from cuttingasmr.states.console import Console

ScreenVar = rx.vars.ObjectVar[Screen]
TableVar = rx.vars.ObjectVar[Table]
CellVar = rx.vars.ObjectVar[Cell]


def head(title: str, screen: ScreenVar) -> rx.Component:
    """Name the view, and offer its search."""
    return rx.el.div(
        rx.el.h1(title, class_name=theme.DESK_TITLE),
        rx.el.span(class_name="flex-1"),
        rx.cond(screen.hint, _search(screen)),
        class_name=theme.DESK_HEAD,
    )


def filters(screen: ScreenVar) -> rx.Component:
    """Offer ways to filter, each a link: what is chosen is in the address."""
    return rx.cond(
        screen.groups.length() > 0,
        rx.el.div(rx.foreach(screen.groups, _group), class_name="flex flex-col gap-1"),
    )


def figures(screen: ScreenVar) -> rx.Component:
    """Show the numbers that lead somewhere."""
    return rx.cond(
        screen.figures.length() > 0,
        rx.el.div(rx.foreach(screen.figures, _figure), class_name=theme.DESK_FIGURES),
    )


def listing(one: rx.vars.ObjectVar[Listing]) -> rx.Component:
    """Show a table, under its own heading where it has one."""
    name = rx.el.div(
        rx.el.h2(one.title, class_name=theme.DESK_SECTION_NAME),
        rx.el.span(class_name="flex-1"),
        rx.cond(one.more, rx.el.a("All", href=one.more, class_name=f"text-xs text-faint {theme.DESK_LINK}")),
        class_name=theme.ROW,
    )
    return rx.el.section(
        rx.cond(one.title, name),
        rx.el.div(table(one.table.to(Table)), class_name=theme.DESK_CARD),
        pages(one.table.to(Table)),
        class_name=theme.DESK_SECTION,
    )


def table(shown: TableVar) -> rx.Component:
    """Show rows, or say that there are none."""
    rows = rx.el.table(
        rx.el.thead(
            rx.el.tr(rx.foreach(shown.heads, _head_cell)),
            class_name=theme.DESK_TABLE_HEAD,
        ),
        rx.el.tbody(rx.foreach(shown.lines, _line), class_name=theme.DESK_TABLE_BODY),
        class_name=theme.DESK_TABLE,
    )
    return rx.cond(
        shown.lines.length() > 0, rows, rx.el.p(shown.empty, class_name=theme.DESK_EMPTY, role="status")
    )


def pages(shown: TableVar) -> rx.Component:
    """Lead to the other pages of a list."""
    return rx.cond(
        (shown.next != "") | (shown.first != ""),
        rx.el.nav(
            rx.cond(shown.first, rx.el.a("First page", href=shown.first, class_name=theme.DESK_QUIET)),
            rx.cond(
                shown.next,
                rx.el.a(
                    shown.next_name, icon("chevron-right", 15), href=shown.next, class_name=theme.DESK_QUIET
                ),
            ),
            class_name=theme.DESK_PAGES,
            aria_label="Pages",
        ),
    )


def mark(cell: CellVar) -> rx.Component:
    """Show a state: a dot of its tone, and its name."""
    return rx.el.span(
        rx.el.span(class_name=theme.DESK_DOT, aria_hidden="true", custom_attrs={"data-tone": cell.tone}),
        cell.text,
        class_name=theme.DESK_MARK,
        custom_attrs={"data-tone": cell.tone},
    )


def at(moment: str | rx.Var[str], look: str) -> rx.Component:
    """Say when something was, in the reader's own time (assets/site.js writes it)."""
    return rx.el.time(class_name=look, custom_attrs={"dateTime": moment, "data-at": moment})


def _search(screen: ScreenVar) -> rx.Component:
    return rx.el.form(
        rx.el.span(icon("search", 15), class_name=theme.SEARCH_ICON),
        rx.el.input(
            name="q",
            type="search",
            default_value=screen.words,
            placeholder=screen.hint,
            aria_label=screen.hint,
            auto_complete="off",
            max_length=320,
            class_name=theme.DESK_FIELD,
        ),
        key=screen.words,
        on_submit=Console.search,
        class_name=theme.DESK_SEARCH,
        role="search",
    )


def _group(group: rx.vars.ObjectVar[Group]) -> rx.Component:
    return rx.el.nav(
        rx.el.span(group.name, class_name=theme.DESK_GROUP_NAME),
        rx.foreach(group.choices, _choice),
        class_name=theme.DESK_GROUP,
        aria_label=group.name,
    )


def _choice(choice: rx.vars.ObjectVar[Choice]) -> rx.Component:
    return rx.el.a(
        choice.name,
        href=choice.href,
        class_name=theme.DESK_CHOICE,
        custom_attrs={"aria-current": rx.cond(choice.is_on, "true", "false")},
    )


def _figure(figure: rx.vars.ObjectVar[Figure]) -> rx.Component:
    return rx.el.a(
        rx.el.span(figure.name, class_name=theme.DESK_FACT_NAME),
        rx.el.span(figure.number, class_name=theme.DESK_NUMBER, custom_attrs={"data-tone": figure.tone}),
        rx.el.span(figure.note, class_name=theme.DESK_NOTE),
        href=figure.href,
        class_name=theme.DESK_FIGURE,
    )


def _head_cell(cell: CellVar) -> rx.Component:
    return rx.el.th(
        cell.text,
        scope="col",
        class_name=theme.DESK_HEAD_CELL,
        custom_attrs={"data-number": rx.cond(cell.is_number, "", rx.Var("undefined"))},
    )


def _line(line: rx.vars.ObjectVar[Line]) -> rx.Component:
    return rx.el.tr(
        rx.foreach(line.cells, lambda cell, place: _cell(line, cell, place)),
        key=line.id,
        class_name=theme.DESK_LINE,
        custom_attrs={"data-line": line.id},
    )


def _cell(line: rx.vars.ObjectVar[Line], cell: CellVar, place: rx.vars.NumberVar[int]) -> rx.Component:
    """Show a field. The first one opens its line, whose whole row is pressed as one."""
    opens = rx.el.a(
        _content(cell, _text(cell)),
        href=line.href,
        class_name=theme.DESK_OPENS,
        custom_attrs={"data-opens": line.id},
    )
    text = _text(cell)
    link = rx.cond(cell.href, rx.el.a(text, href=cell.href, class_name=theme.DESK_LINK), text)
    return rx.el.td(
        rx.cond((place == 0) & (line.href != ""), opens, _content(cell, link)),
        rx.cond(cell.note, rx.el.span(cell.note, class_name=theme.DESK_NOTE, title=cell.note)),
        class_name=theme.DESK_CELL,
        custom_attrs={
            "data-head": cell.head,
            "data-empty": rx.cond((cell.text == "") & (cell.at == ""), "", rx.Var("undefined")),
            "data-number": rx.cond(cell.is_number, "", rx.Var("undefined")),
        },
    )


def _content(cell: CellVar, otherwise: rx.Component) -> rx.Component:
    return rx.cond(cell.at, at(cell.at, "whitespace-nowrap"), rx.cond(cell.is_mark, mark(cell), otherwise))


def _text(cell: CellVar) -> rx.Component:
    looks = {"data-tone": cell.tone, "data-code": rx.cond(cell.is_code, "", rx.Var("undefined"))}
    return rx.el.span(cell.text, class_name=theme.DESK_TEXT, title=cell.text, custom_attrs=looks)
