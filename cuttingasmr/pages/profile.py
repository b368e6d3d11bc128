"""The profile: what a person has, has bought and has spent, and how they want the site to be."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.account_security import account_security, confirm_note
from cuttingasmr.components.account_settings import (
    letters_setting,
    name_setting,
    picture_note,
    picture_setting,
    region_setting,
    theme_setting,
)
from cuttingasmr.components.agreement_dialog import agreement_dialog
from cuttingasmr.components.basics import button, heading, icon, link_button, title
from cuttingasmr.components.consent_card import consent_card
from cuttingasmr.components.export import export_section
from cuttingasmr.components.frame import frame
from cuttingasmr.components.history_lists import credit_lines, latest_lines, videos
from cuttingasmr.components.leaving import (
    leaving_door,
    leaving_page,
    leaving_script,
    leaving_section,
    left_page,
)
from cuttingasmr.components.profile_frame import (
    away,
    credits_left,
    panel,
    panels,
    profile_head,
    profile_nav,
    profile_script,
    tab,
    text_changes,
)
from cuttingasmr.components.purchase_list import purchase_list
from cuttingasmr.components.session_list import session_list
from cuttingasmr.states.leaving import Leaving
from cuttingasmr.states.visitor import Visitor


def profile() -> rx.Component:
    """Show a person their account."""
    return frame(
        profile_script(),
        rx.cond(
            Visitor.is_known,
            rx.cond(Visitor.email, _account(), _nobody()),
            rx.el.p("One moment…", class_name=f"py-32 text-center {theme.TEXT}"),
        ),
        leaving_script(),
        outside=leaving_door(),
    )


def _account() -> rx.Component:
    return rx.fragment(
        profile_head(),
        rx.el.div(
            profile_nav(
                tab("Overview", "layout-grid", "overview"),
                away("Videos", "clapperboard", routes.LIBRARY),
                tab("Purchases", "receipt", "purchases"),
                tab("Credit history", "history", "credits"),
                tab("Settings", "sliders-horizontal", "settings"),
                tab("Devices", "smartphone", "devices"),
                tab("Data and account", "shield", "data"),
            ),
            panels(
                panel("overview", confirm_note(), text_changes(), credits_left(), videos(), latest_lines()),
                panel("purchases", purchase_list()),
                panel("credits", credit_lines()),
                panel("settings", *_settings()),
                panel("devices", session_list()),
                panel("data", *_data()),
            ),
            class_name=theme.PROFILE_BODY,
        ),
        picture_note(),
        agreement_dialog(),
    )


def _settings() -> tuple[rx.Component, ...]:
    return (
        heading("Settings"),
        picture_setting(),
        name_setting(),
        theme_setting(),
        region_setting(),
        letters_setting(),
        account_security(),
    )


def _data() -> tuple[rx.Component, ...]:
    return (
        rx.el.div(
            heading("Data and account"),
            rx.el.span(class_name="flex-1"),
            button(icon("log-out", 16), "Sign out", custom_attrs={"data-sign-out": ""}),
            class_name=theme.ROW,
        ),
        consent_card(),
        export_section(),
        leaving_section(),
    )


def _nobody() -> rx.Component:
    """Show somebody who is leaving, or has just left, what there is to say; and anybody else the door."""
    return rx.cond(Leaving.until, leaving_page(), rx.cond(Leaving.left_until, left_page(), _stranger()))


def _stranger() -> rx.Component:
    return rx.el.div(
        title("Your videos are behind this door."),
        rx.el.p("Sign in to see what you have made and what you have spent.", class_name=theme.LEAD),
        rx.el.div(
            link_button("Sign in", kind="primary", href=f"{routes.SIGN_IN}?next={routes.PROFILE}"),
            link_button("Sign up", href=f"{routes.SIGN_UP}?next={routes.PROFILE}"),
            class_name=theme.WRAP,
        ),
        class_name="flex flex-col gap-5 py-20",
    )
