"""The operators' figures: the numbers first, then charts, each with the same in a table for who cannot see it.

The charts are Recharts', which only the page that shows this board loads.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, moment
from cuttingasmr.states.figures import SPANS, Board, Figure, Reason, Returned, Sold, Step, Week

CHART_HEIGHT = 220
GOOD, BAD = "good", "bad"
_NUMBER = f"{theme.DESK_CARD} flex min-w-0 flex-col gap-1 p-4"
_VALUE = theme.DESK_NUMBER
_CHART = f"{theme.DESK_CARD} flex min-w-0 flex-col gap-4 p-4 sm:p-5"
_CELL = "py-2 pr-4 text-left last:pr-0"
_NUMERIC = "py-2 pl-4 text-right tabular-nums whitespace-nowrap"
_TABLE = "w-full min-w-max text-[0.8125rem] text-soft"
_ROW = "border-t border-line/60"


def figures_board() -> rx.Component:
    """Show how the site is doing."""
    return rx.el.section(
        _top(),
        alert(Board.error, name="figures"),
        rx.cond(
            Board.numbers.length() > 0,
            rx.el.div(
                _numbers(), rx.cond(Board.is_new, _nothing_yet(), _charts()), class_name="flex flex-col gap-5"
            ),
            rx.cond(Board.error == "", rx.el.p("Adding up…", class_name=theme.EMPTY)),
        ),
        on_mount=Board.arrive,
        aria_label="Figures",
        class_name="flex flex-col gap-5",
    )


def _top() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2("How it is going", class_name=theme.DESK_SECTION_NAME),
            rx.cond(
                Board.as_of != "",
                rx.el.p(
                    "As of ",
                    moment(Board.as_of),
                    ". Days are UTC, today so far included.",
                    rx.cond(Board.span == "all", "", f" Changes are to the {Board.span_name} before."),
                    class_name=theme.NOTE,
                ),
            ),
            rx.cond(
                Board.behind != "",
                rx.el.p(
                    "Still being counted: what you see ends with ",
                    Board.behind,
                    ".",
                    class_name="text-sm text-amber",
                ),
            ),
            class_name="flex flex-1 flex-col gap-1",
        ),
        rx.el.div(
            *(_span(name, label) for name, label in SPANS),
            role="group",
            aria_label="Span",
            class_name=f"{theme.SWITCH} max-w-full overflow-x-auto [scrollbar-width:none]",
        ),
        class_name="flex flex-col gap-4 sm:flex-row sm:items-end",
    )


def _span(name: str, label: str) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        on_click=Board.choose(name),
        aria_pressed=Board.span == name,
        class_name=f"{theme.SWITCH_CHOICE} shrink-0 whitespace-nowrap",
        custom_attrs={"data-span": name},
    )


def _numbers() -> rx.Component:
    return rx.el.dl(
        rx.foreach(Board.numbers, _number),
        class_name=f"{theme.DESK_FIGURES} md:grid-cols-3",
    )


def _number(figure: rx.vars.ObjectVar[Figure]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(figure.label, class_name=theme.DESK_FACT_NAME),
        rx.el.dd(figure.value, class_name=_VALUE),
        rx.el.dd(
            rx.cond(
                figure.change != "",
                rx.el.span(
                    figure.change,
                    title="Compared with the span before, of the same length",
                    class_name=rx.match(
                        figure.tone,
                        (GOOD, "text-good font-medium"),
                        (BAD, "text-bad font-medium"),
                        "text-soft font-medium",
                    ),
                ),
            ),
            rx.el.span(figure.note),
            class_name="flex flex-wrap gap-x-2 text-xs text-faint tabular-nums",
        ),
        key=figure.label,
        class_name=_NUMBER,
        custom_attrs={"data-figure": figure.label},
    )


def _nothing_yet() -> rx.Component:
    return rx.el.p(
        rx.cond(
            Board.behind != "",
            "This span is not counted yet. It will be within minutes.",
            "Nothing has happened in this span. The charts begin with the first account.",
        ),
        class_name=theme.EMPTY,
    )


def _charts() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _chart(
                "Income and cost",
                "Income less refunds, and what the videos cost, in dollars.",
                ("income", "Income", "var(--honey)"),
                ("cost", "Cost", "var(--faint)"),
                unit="$",
            ),
            _chart(
                "Videos",
                "Finished and failed, by the day they ended.",
                ("completed", "Finished", "var(--honey)"),
                ("failed", "Failed", "var(--bad)"),
                stacked=True,
            ),
            _chart(
                "Sign-ups",
                "New accounts.",
                ("signups", "Sign-ups", "var(--honey)"),
            ),
            _way(),
            class_name="grid gap-4 lg:grid-cols-2",
        ),
        _as_table(),
        rx.el.div(_packages(), _failures(), class_name="grid gap-4 lg:grid-cols-2"),
        _retention(),
    )


def _chart(
    name: str, says: str, *bars: tuple[str, str, str], unit: str = "", stacked: bool = False
) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(
            rx.el.h3(name, class_name=theme.DESK_SECTION_NAME),
            rx.el.p(says, class_name=theme.NOTE),
            _legend(bars),
            class_name="flex flex-col gap-1",
        ),
        rx.el.div(
            rx.recharts.bar_chart(
                rx.recharts.cartesian_grid(stroke="var(--line)", stroke_dasharray="2 4", vertical=False),
                rx.recharts.x_axis(data_key="label", **_axis(), min_tick_gap=24),
                rx.recharts.y_axis(**_axis(), width=52, allow_decimals=False, unit=""),
                rx.recharts.graphing_tooltip(
                    cursor={"fill": "var(--raised)", "opacity": 0.6},
                    content_style={
                        "background": "var(--panel)",
                        "border": "1px solid var(--line)",
                        "borderRadius": "0.75rem",
                        "fontSize": "0.8125rem",
                    },
                    label_style={"color": "var(--soft)"},
                    item_style={"color": "var(--ink)"},
                    separator=f": {unit}",
                ),
                *(
                    rx.recharts.bar(
                        data_key=key,
                        name=label,
                        fill=colour,
                        stroke="none",
                        stack_id="all" if stacked else key,
                        max_bar_size=28,
                        is_animation_active=False,
                    )
                    for key, label, colour in bars
                ),
                data=Board.bars,
                height=CHART_HEIGHT,
                margin={"top": 6, "right": 4, "bottom": 0, "left": 0},
            ),
            aria_hidden="true",
            class_name="min-w-0",
        ),
        class_name=_CHART,
        custom_attrs={"data-chart": name},
    )


def _axis() -> dict[str, Any]:
    return {
        "axis_line": False,
        "tick_line": False,
        "tick": {"fill": "var(--faint)", "fontSize": 12},
        "stroke": "var(--line)",
    }


def _legend(bars: tuple[tuple[str, str, str], ...]) -> rx.Component:
    if len(bars) < 2:  # noqa: PLR2004 - one needs no telling apart
        return rx.fragment()
    return rx.el.p(
        *(
            rx.el.span(
                rx.el.span(
                    class_name="size-2.5 rounded-[0.2rem] bg-[var(--hue)]",
                    custom_attrs={"style": {"--hue": colour}},
                    aria_hidden="true",
                ),
                label,
                class_name="inline-flex items-center gap-1.5",
            )
            for _, label, colour in bars
        ),
        class_name=f"{theme.NOTE} flex gap-4 pt-1",
    )


def _way() -> rx.Component:
    return rx.el.section(
        rx.el.h3("From sign-up to purchase", class_name=theme.DESK_SECTION_NAME),
        rx.el.p("Who signed up in this span, and what they have done by now.", class_name=theme.NOTE),
        rx.el.ol(rx.foreach(Board.steps, _step), class_name="flex flex-1 flex-col justify-center gap-5 pt-3"),
        class_name=f"{_CHART} gap-1",
        custom_attrs={"data-chart": "way"},
    )


def _step(step: rx.vars.ObjectVar[Step]) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.span(step.label, class_name="flex-1 text-soft"),
            rx.el.span(step.people, class_name="tabular-nums text-ink"),
            rx.el.span(step.share, class_name="w-14 text-right tabular-nums text-faint"),
            class_name="flex items-baseline gap-3 text-sm",
        ),
        rx.el.div(
            rx.el.div(
                class_name="h-full w-[var(--share)] rounded-full bg-honey",
                custom_attrs={"style": {"--share": step.width}},
            ),
            aria_hidden="true",
            class_name="mt-2 h-2 overflow-hidden rounded-full bg-raised",
        ),
        key=step.label,
    )


def _as_table() -> rx.Component:
    return rx.el.details(
        rx.el.summary("The charts as a table", class_name="cursor-pointer text-sm text-soft hover:text-ink"),
        _table(
            ("From", "Sign-ups", "Begun", "Finished", "Failed", "Income", "Refunded", "Cost"),
            rx.foreach(Board.bars, _line),
            "max-h-96 overflow-auto",
        ),
        class_name=f"{theme.DESK_CARD} px-4 py-3 sm:px-5",
    )


def _line(bar: rx.vars.ObjectVar[dict[str, Any]]) -> rx.Component:
    names = ("signups", "started", "completed", "failed", "money", "refunds", "spent")
    return rx.el.tr(
        rx.el.th(bar["label"], scope="row", class_name=f"{_CELL} font-normal whitespace-nowrap"),
        *(rx.el.td(bar[name], class_name=_NUMERIC) for name in names),
        class_name=_ROW,
    )


def _table(
    heads: tuple[str, ...], rows: rx.Component | rx.Var[Any], look: str = "overflow-x-auto"
) -> rx.Component:
    first, *others = heads
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(first, scope="col", class_name=f"{_CELL} font-normal"),
                    *(rx.el.th(head, scope="col", class_name=f"{_NUMERIC} font-normal") for head in others),
                    class_name="text-faint",
                )
            ),
            rx.el.tbody(rows),
            class_name=_TABLE,
        ),
        class_name=look,
        tab_index=0,
        role="region",
        aria_label=f"Table: {first}",
    )


def _packages() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Income by package", class_name=theme.DESK_SECTION_NAME),
        rx.cond(
            Board.sold.length() > 0,
            _table(("Package", "Income", "Orders", "Paid", "Refunded"), rx.foreach(Board.sold, _sold)),
            rx.el.p("Nobody has bought anything in this span.", class_name=theme.TEXT),
        ),
        class_name=_CHART,
    )


def _sold(sold: rx.vars.ObjectVar[Sold]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(sold.name, scope="row", class_name=f"{_CELL} font-normal text-ink"),
        rx.el.td(sold.income, class_name=f"{_NUMERIC} text-ink"),
        *(rx.el.td(it, class_name=_NUMERIC) for it in (sold.orders, sold.paid, sold.refunds)),
        key=sold.name,
        class_name=_ROW,
    )


def _failures() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Why videos failed", class_name=theme.DESK_SECTION_NAME),
        rx.cond(
            Board.reasons.length() > 0,
            _table(("Reason", "Videos", "Share"), rx.foreach(Board.reasons, _reason)),
            rx.el.p("No video has failed in this span.", class_name=theme.TEXT),
        ),
        class_name=_CHART,
    )


def _reason(reason: rx.vars.ObjectVar[Reason]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(reason.code, scope="row", class_name=f"{_CELL} font-normal text-ink"),
        rx.el.td(reason.videos, class_name=_NUMERIC),
        rx.el.td(reason.share, class_name=_NUMERIC),
        key=reason.code,
        class_name=_ROW,
    )


def _retention() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h3("Who comes back", class_name=theme.DESK_SECTION_NAME),
            rx.el.p(
                "People by the week of their first video, and how many of them began another one 1, 2, 4 and 8 weeks "
                "later. Whole weeks only, Monday to Sunday.",
                class_name=theme.NOTE,
            ),
            class_name="flex flex-col gap-1",
        ),
        rx.cond(
            Board.weeks.length() > 0,
            _table(
                ("Week of", "People", "Week 1", "Week 2", "Week 4", "Week 8"), rx.foreach(Board.weeks, _week)
            ),
            rx.el.p("The first whole week is not over yet.", class_name=theme.TEXT),
        ),
        class_name=_CHART,
        custom_attrs={"data-chart": "retention"},
    )


def _week(week: rx.vars.ObjectVar[Week]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(week.week, scope="row", class_name=f"{_CELL} font-normal whitespace-nowrap text-ink"),
        rx.el.td(week.people, class_name=_NUMERIC),
        rx.foreach(week.returned, _came_back),
        key=week.week,
        class_name=_ROW,
    )


def _came_back(cell: rx.vars.ObjectVar[Returned]) -> rx.Component:
    return rx.el.td(
        rx.el.span(
            cell.share,
            title=cell.people,
            class_name=(
                "inline-block min-w-14 rounded-lg px-2 py-1 text-ink empty:hidden "
                "bg-[color-mix(in_oklab,var(--honey)_calc(var(--heat)*1%),transparent)]"
            ),
            custom_attrs={"style": {"--heat": cell.heat}},
        ),
        class_name=_NUMERIC,
    )
