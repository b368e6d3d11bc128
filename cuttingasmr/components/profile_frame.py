"""What holds the profile together: who it is about, and the panels with the way between them (assets/profile.js).

A panel has an address (`/profile#settings`), and so has everything with an id that stands in one.
"""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import day, icon, link_button, number
from cuttingasmr.components.clerk_door import clerk_button
from cuttingasmr.components.portrait import portrait
from cuttingasmr.states.account import Account
from cuttingasmr.states.consent import Consent
from cuttingasmr.states.history import History
from cuttingasmr.states.visitor import Visitor


def profile_script() -> rx.Component:
    """Load /profile.js, once a page however often this stands in it."""
    return rx.el.script(src="/profile.js", custom_attrs={"async": True})


def profile_head() -> rx.Component:
    """Say whose profile this is."""
    return rx.el.div(
        portrait(theme.PORTRAIT_LARGE, 32),
        rx.el.div(
            rx.el.h1(Visitor.name, class_name=theme.PROFILE_NAME, custom_attrs={"dir": "auto"}),
            rx.el.p(
                rx.el.span(Visitor.email, class_name="[overflow-wrap:anywhere]"),
                _dot(),
                rx.el.span("Member since ", day(Account.since)),
                class_name=theme.PROFILE_FACTS,
            ),
            class_name="flex min-w-0 flex-1 basis-56 flex-col gap-2",
        ),
        rx.el.div(
            clerk_button(),
            link_button(icon("coins", 17), "Get credits", kind="primary", href=routes.PRICING),
            class_name="flex items-center gap-3",
        ),
        class_name=theme.PROFILE_HEAD,
    )


def profile_nav(*tabs: rx.Component) -> rx.Component:
    """Lead from panel to panel."""
    return rx.el.nav(*tabs, class_name=theme.PROFILE_NAV, aria_label="Profile")


def tab(name: str, look: str, panel_id: str) -> rx.Component:
    """Lead to a panel."""
    return rx.el.a(
        icon(look, 17),
        name,
        href=f"#{panel_id}",
        class_name=theme.PROFILE_TAB,
        custom_attrs={"data-tab": panel_id},
    )


def away(name: str, look: str, path: str) -> rx.Component:
    """Lead from the profile to a page of its own."""
    return rx.el.a(
        icon(look, 17),
        name,
        rx.el.span(icon("arrow-right", 14), class_name="ml-auto hidden opacity-60 lg:inline"),
        href=path,
        class_name=theme.PROFILE_TAB,
    )


def panels(*each: rx.Component) -> rx.Component:
    """Hold the panels, of which one is shown."""
    return rx.el.div(*each, class_name="panels min-w-0")


def panel(panel_id: str, *parts: rx.Component) -> rx.Component:
    """Hold what is shown together."""
    return rx.el.div(
        *parts,
        class_name=theme.PROFILE_PANEL,
        custom_attrs={"id": panel_id, "tabIndex": -1, "data-panel": panel_id},
    )


def text_changes() -> rx.Component:
    """Say that our texts have changed since somebody agreed to them."""
    note = rx.el.div(
        icon("circle-alert", 18),
        rx.el.span(
            "Our terms or policies have changed since you agreed to them.", class_name="flex-1 basis-56"
        ),
        rx.el.a(
            "See what changed", href="#agreement", class_name=theme.LINK, custom_attrs={"data-leads": ""}
        ),
        class_name=theme.NOTICE,
        role="status",
        custom_attrs={"data-texts": "changed"},
    )
    return rx.cond(Consent.is_old, note)


def credits_left() -> rx.Component:
    """Say what there is, what it is enough for, what there was, and what is gone."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Credits left", class_name=theme.TEXT),
            number(
                Visitor.credits,
                class_name=f"{theme.BALANCE_FIGURE} {theme.FIGURES}",
                custom_attrs={"data-figure": "left"},
            ),
            rx.el.p(
                rx.match(
                    Account.affordable,
                    (0, rx.el.span("Not enough for a video: one costs ", Visitor.cost, " credits.")),
                    (1, rx.el.span("Enough for one video of eight seconds, with sound.")),
                    rx.el.span(
                        "Enough for ", number(Account.affordable), " videos of eight seconds, with sound."
                    ),
                ),
                " 1080p is included.",
                class_name=theme.TEXT,
            ),
            _used(),
            class_name=theme.BALANCE_TEXT,
        ),
        _slices(),
        class_name=theme.BALANCE,
    )


def _used() -> rx.Component:
    return rx.el.dl(
        _figure("Used", History.used, "used"),
        _figure("In total", History.total, "total"),
        class_name=theme.BALANCE_FACTS,
    )


def _figure(name: str, value: rx.Var[int], key: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name=theme.NOTE),
        rx.el.dd(number(value, custom_attrs={"data-figure": key}), class_name=f"text-lg {theme.FIGURES}"),
    )


def _slices() -> rx.Component:
    """Show as many slices of honeycomb as there are videos to be made, up to three."""
    slices = [
        rx.cond(
            Account.affordable >= at,
            rx.el.span(
                class_name=f"{theme.SLICE} t-cells",
                custom_attrs={"style": {"--a": 82, "--b": 52, "--at": at}},
            ),
        )
        for at in range(1, 4)
    ]
    none = rx.el.span(class_name=f"{theme.SLICE} {theme.SLICE_GONE}")
    return rx.el.div(
        rx.el.div(rx.cond(Account.affordable == 0, none), *slices, class_name=theme.SLICES),
        class_name=f"group {theme.BALANCE_STAGE} [--a:82] [--b:52]",
        aria_hidden="true",
    )


def _dot() -> rx.Component:
    return rx.el.span("·", class_name="text-faint max-sm:hidden", aria_hidden="true")
