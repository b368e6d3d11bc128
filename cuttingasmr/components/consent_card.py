"""What somebody has agreed to, on their profile."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.account_settings import setting
from cuttingasmr.components.basics import button, moment
from cuttingasmr.states.consent import Change, Consent


def consent_card() -> rx.Component:
    """Say when somebody agreed to which version, and ask again where the texts have changed since."""
    return setting(
        "What you have agreed to",
        "The terms, the privacy policy and the refund policy, as they were then.",
        rx.cond(Consent.at, _agreed(), rx.el.p(_NOTHING, class_name=theme.TEXT)),
        rx.cond(Consent.is_old, _changed()),
        rx.el.p(
            _text("Terms", routes.TERMS),
            _text("Privacy", routes.PRIVACY),
            _text("Refunds", routes.REFUND),
            class_name="flex flex-wrap gap-x-5 gap-y-2 text-sm",
        ),
        setting_id="agreement",
    )


_NOTHING = "Nothing yet. You are asked before your first purchase."


def _agreed() -> rx.Component:
    return rx.el.p(
        "Version ",
        rx.el.span(Consent.version, class_name=theme.STRONG, custom_attrs={"data-agreed": ""}),
        ", on ",
        moment(Consent.at),
        class_name=theme.TEXT,
    )


def _changed() -> rx.Component:
    return rx.el.div(
        rx.el.p("Since then:", class_name="text-sm text-ink"),
        rx.el.ul(rx.foreach(Consent.changes, _change), class_name=f"{theme.BULLETS} text-sm text-soft"),
        button(
            "Read and agree",
            kind="primary",
            class_name=f"{theme.button_look('primary')} self-start",
            custom_attrs={"data-agrees": ""},
        ),
        class_name="flex flex-col gap-3",
    )


def _change(change: rx.vars.ObjectVar[Change]) -> rx.Component:
    return rx.el.li(rx.el.a(change.name, href=change.path, class_name=theme.LINK), ": ", change.changed)


def _text(name: str, path: str) -> rx.Component:
    return rx.el.a(name, href=path, class_name=theme.LINK)
