"""What stands around every page: header, footer, and the note that says when the line to the server is down."""

from __future__ import annotations

import reflex as rx
from reflex.style import LiteralColorMode, color_mode, resolved_color_mode, set_color_mode, toggle_color_mode
from reflex_components_core.core.banner import has_connection_errors

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import button, icon, link_button
from cuttingasmr.components.clerk_door import clerk_script
from cuttingasmr.components.portrait import portrait
from cuttingasmr.states.visitor import Visitor

MAIN = "main"
ACCOUNT_MENU = "account"


def frame(
    *children: rx.Component, width: str = theme.WIDTH, outside: rx.Component | None = None
) -> rx.Component:
    """Put a page between header and footer. `outside` stands in the header for who is not signed in, instead of the way in."""
    return rx.el.div(
        rx.el.a("Skip to the content", href=f"#{MAIN}", class_name=theme.SKIP),
        _header(outside or signed_out()),
        rx.el.main(*children, class_name=f"{width} flex-1", custom_attrs={"id": MAIN, "tabIndex": -1}),
        _footer(),
        _ended_note(),
        rx.cond(Visitor.wants_clerk, clerk_script()),
        class_name=theme.PAGE,
    )


def _ended_note() -> rx.Component:
    """Say that this session was ended elsewhere, where it was."""
    note = rx.el.div(
        "You have been signed out here. ",
        rx.el.a("Sign in", href=routes.SIGN_IN, class_name=theme.LINK),
        class_name=theme.TOAST,
        role="status",
        custom_attrs={"data-ended": ""},
    )
    return rx.cond(Visitor.was_ended, note)


def connection_note() -> rx.Component:
    """Say calmly that the server cannot be reached at the moment."""
    note = rx.el.div(
        icon("wifi-off", 16), "Reconnecting…", class_name=f"{theme.TOAST} breathing", role="status"
    )
    return rx.cond(has_connection_errors, note)


def _header(outside: rx.Component) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            _logo(),
            rx.el.span(class_name="flex-1"),
            rx.cond(Visitor.email, rx.el.a("Library", href=routes.LIBRARY, class_name=theme.HEADER_LINK)),
            rx.el.a(
                "Pricing",
                href=routes.PRICING,
                class_name=theme.HEADER_LINK_WIDE,
            ),
            rx.el.span(_theme_toggle(), class_name="hidden sm:inline"),
            rx.cond(
                Visitor.is_known, rx.cond(Visitor.email, _signed_in(), outside), rx.el.span(class_name="w-24")
            ),
            class_name=f"{theme.WIDTH} {theme.HEADER_ROW}",
        ),
        class_name=theme.HEADER,
    )


def _logo() -> rx.Component:
    return rx.el.a(
        rx.el.span(class_name=theme.MARK, aria_hidden="true"),
        rx.el.span("CuttingASMR", class_name=theme.WORDMARK),
        href=routes.HOME,
        class_name=theme.LOGO,
    )


def _theme_toggle() -> rx.Component:
    return button(
        rx.el.span("Light or dark", class_name=theme.HIDDEN),
        icon(rx.cond(resolved_color_mode == "light", "moon", "sun")),
        kind="plain",
        on_click=toggle_color_mode,
        custom_attrs={"data-flips": ""},
    )


def signed_out() -> rx.Component:
    """Lead in."""
    return rx.el.nav(
        link_button("Sign in", kind="plain", href=routes.SIGN_IN, custom_attrs={"data-next": "keep"}),
        link_button("Sign up", href=routes.SIGN_UP, custom_attrs={"data-next": "keep"}),
        class_name="flex items-center gap-1",
        aria_label="Account",
    )


def _signed_in() -> rx.Component:
    return rx.el.nav(
        rx.el.a(
            rx.el.span(
                Visitor.credits.to_string(), class_name=theme.FIGURES, custom_attrs={"data-balance": ""}
            ),
            rx.el.span(" credits", class_name="sr-only sm:not-sr-only"),
            rx.el.span(icon("coins", 15), class_name="sm:hidden"),
            href=routes.PROFILE,
            class_name=f"{theme.PILL} hover:text-ink",
        ),
        button(
            rx.el.span("Your account", class_name=theme.HIDDEN),
            portrait(),
            class_name=theme.PORTRAIT_BUTTON,
            custom_attrs={"popoverTarget": ACCOUNT_MENU},
        ),
        _account_menu(),
        class_name="flex items-center gap-1 sm:gap-2",
        aria_label="Account",
        custom_attrs={"data-look": Visitor.look},
    )


def _account_menu() -> rx.Component:
    return rx.el.div(
        rx.el.p(Visitor.name, class_name="px-3 pt-2 text-sm font-medium truncate"),
        rx.el.p(Visitor.email, class_name=f"px-3 pb-2 truncate {theme.NOTE}"),
        rx.el.a(icon("clapperboard", 16), "Library", href=routes.LIBRARY, class_name=theme.MENU_ITEM),
        rx.el.a(icon("coins", 16), "Pricing", href=routes.PRICING, class_name=f"{theme.MENU_ITEM} sm:hidden"),
        rx.el.a(icon("user", 16), "Profile and credits", href=routes.PROFILE, class_name=theme.MENU_ITEM),
        rx.el.a(
            icon("sliders-horizontal", 16),
            "Settings",
            href=routes.PROFILE_SETTINGS,
            class_name=theme.MENU_ITEM,
        ),
        sign_out(),
        class_name=theme.MENU,
        custom_attrs={"id": ACCOUNT_MENU, "popover": "auto"},
    )


def sign_out() -> rx.Component:
    """Offer to sign out (assets/account.js does it, by the API)."""
    return rx.el.button(
        icon("log-out", 16),
        "Sign out",
        type="button",
        class_name=f"{theme.MENU_ITEM} cursor-pointer",
        custom_attrs={"data-sign-out": ""},
    )


def _footer() -> rx.Component:
    return rx.el.footer(
        rx.el.div(
            rx.el.p(
                "CuttingASMR turns a sentence into eight seconds of picture and sound.",
                class_name=f"{theme.NOTE} sm:max-w-64",
            ),
            rx.el.span(class_name="flex-1"),
            _footer_links(),
            _theme_switch(),
            class_name=f"{theme.WIDTH} flex flex-wrap items-center gap-x-8 gap-y-4",
        ),
        class_name=theme.FOOTER,
    )


def _footer_links() -> rx.Component:
    return rx.el.nav(
        rx.el.a("Pricing", href=routes.PRICING, class_name=theme.NAV),
        rx.el.a("Terms", href=routes.TERMS, class_name=theme.NAV),
        rx.el.a("Privacy", href=routes.PRIVACY, class_name=theme.NAV),
        rx.el.a("Refunds", href=routes.REFUND, class_name=theme.NAV),
        rx.el.a("Feedback", href=routes.FEEDBACK, class_name=theme.NAV, custom_attrs={"data-next": "whole"}),
        class_name=theme.FOOTER_LINKS,
        aria_label="About this site",
    )


def _theme_switch() -> rx.Component:
    return rx.el.div(
        _theme_choice("dark", "moon"),
        _theme_choice("light", "sun"),
        _theme_choice("system", "monitor"),
        class_name=theme.SWITCH,
        role="group",
        aria_label="Theme",
    )


def _theme_choice(mode: LiteralColorMode, look: str) -> rx.Component:
    return rx.el.button(
        icon(look, 15),
        mode.capitalize(),
        type="button",
        class_name=theme.SWITCH_CHOICE,
        on_click=set_color_mode(mode),
        aria_pressed=rx.cond(color_mode == mode, "true", "false"),
        custom_attrs={"data-theme": mode},
    )
