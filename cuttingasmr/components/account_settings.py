"""The settings on the profile, a card each. What is chosen is kept with the account, and goes with it to every device."""

from __future__ import annotations

import reflex as rx
from reflex.style import LiteralColorMode, color_mode, set_color_mode

from cuttingasmr.auth.local import NAME_LIMIT
from cuttingasmr.auth.profile import REGIONS
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert, button, icon
from cuttingasmr.components.portrait import portrait
from cuttingasmr.components.pricing_cards import busy_label
from cuttingasmr.states.account import Account
from cuttingasmr.states.visitor import Visitor

GROUNDS = {"dark": ("#171310", "#2a241f", "#e9b949"), "light": ("#f8f4ec", "#e9e2d5", "#d9a520")}


def setting(name: str, note: str, *parts: rx.Component, setting_id: str) -> rx.Component:
    """Put what belongs to one setting on a card of its own, which has an address."""
    return rx.el.section(
        rx.el.div(
            rx.el.h3(name, class_name=theme.SETTING_TITLE),
            rx.el.p(note, class_name=theme.NOTE),
            class_name=theme.SETTING_HEAD,
        ),
        *parts,
        class_name=f"{theme.SETTING_CARD} scroll-mt-32",
        aria_label=name,
        custom_attrs={"id": setting_id, "tabIndex": -1},
    )


def outcome(about: str) -> rx.Component:
    """Say beside a form what became of it."""
    return rx.el.div(
        rx.el.p(rx.cond(Account.about == about, Account.said, ""), role="status", class_name=theme.SAVED),
        alert(rx.cond(Account.about == about, Account.error, ""), name=about),
        class_name="contents",
    )


def picture_setting() -> rx.Component:
    """Choose the picture that is shown of oneself (assets/profile.js sends it)."""
    return setting(
        "Picture",
        "A JPEG, PNG or WebP of up to 10 MB. The middle of it is shown.",
        rx.el.div(
            portrait(theme.PORTRAIT_LARGE, 32),
            rx.el.div(
                rx.el.div(_choose_picture(), _remove_picture(), class_name=theme.WRAP),
                alert("", name="picture-file"),
                outcome("picture"),
                class_name="flex flex-1 basis-52 flex-col gap-2.5",
            ),
            class_name="flex flex-wrap items-center gap-5",
        ),
        setting_id="picture",
    )


def name_setting() -> rx.Component:
    """Choose what one is called."""
    return setting(
        "Name",
        "As the site calls you. Nobody else sees it.",
        rx.el.form(
            rx.el.label(
                rx.el.span("Your name", class_name=theme.HIDDEN),
                rx.el.input(
                    name="name",
                    default_value=Visitor.name,
                    key=Visitor.name,
                    required=True,
                    max_length=NAME_LIMIT,
                    auto_complete="name",
                    class_name=theme.FIELD,
                    custom_attrs={"dir": "auto"},
                ),
                class_name="flex-1 basis-52",
            ),
            button("Save", type="submit", class_name=f"{theme.button_look('quiet')} h-11 px-5"),
            on_submit=Account.rename,
            class_name="flex flex-wrap items-center gap-3",
        ),
        outcome("name"),
        setting_id="name",
    )


def theme_setting() -> rx.Component:
    """Choose between dark and light."""
    return setting(
        "Appearance",
        "Kept with your account, on every device.",
        rx.el.div(
            _theme("dark", "Dark", "moon"),
            _theme("light", "Light", "sun"),
            _theme("system", "System", "monitor"),
            class_name=theme.THEMES,
            role="group",
            aria_label="Appearance",
        ),
        setting_id="appearance",
    )


def region_setting() -> rx.Component:
    """Choose as what dates, numbers and money are written."""
    return setting(
        "Dates, numbers and money",
        "The site speaks English; these are written as you are used to.",
        rx.el.label(
            rx.el.span("Written as in", class_name=theme.HIDDEN),
            rx.el.span(
                rx.el.select(
                    rx.el.option("As my browser does", value=""),
                    *(rx.el.option(name, value=region) for region, name in REGIONS.items()),
                    value=Account.region,
                    on_change=Account.choose_region,
                    class_name=theme.SELECT_WIDE,
                    aria_label="Written as in",
                ),
                rx.el.span(icon("chevron-down", 16), class_name=theme.SELECT_ARROW),
                class_name="relative block max-w-sm",
            ),
        ),
        rx.el.p(
            "For example: ",
            rx.el.span(class_name=theme.STRONG, custom_attrs={"data-sample": ""}),
            rx.el.br(),
            "Times are in your own time zone",
            rx.el.span(custom_attrs={"data-zone": ""}),
            ".",
            class_name=theme.TEXT,
        ),
        outcome("region"),
        setting_id="region",
    )


def letters_setting() -> rx.Component:
    """Choose which letters come that one can do without. What an account needs, such as a new password, is no choice."""
    card = setting(
        "Letters",
        "By e-mail. Each has a link that stops letters of its kind.",
        rx.cond(
            ~Account.is_address_confirmed,
            rx.el.p("None comes before you have confirmed your address.", class_name=theme.UNPROVED_NOTE),
        ),
        rx.el.div(
            _letters(
                "ready",
                Account.mails_ready,
                "Your videos have ended",
                "When they are ready, or could not be made, and you have no page of ours open.",
            ),
            _letters(
                "low",
                Account.mails_low,
                "Your credits are used up",
                "Once, when those that you bought are not enough for another video.",
            ),
            class_name=theme.SWITCHES,
        ),
        outcome("letters"),
        setting_id="notices",  # not "letters": that would be window.letters, which assets/letters.js asks for
    )
    return rx.cond(Account.can_get_letters, card)


def _letters(about: str, wanted: rx.Var[bool], name: str, note: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(
            rx.el.span(name, class_name="text-[0.9375rem] text-ink"),
            rx.el.span(note, class_name=theme.NOTE, custom_attrs={"id": f"letters-{about}-note"}),
            class_name="flex min-w-0 flex-col gap-0.5",
        ),
        rx.el.input(
            type="checkbox",
            role="switch",
            checked=wanted,
            on_change=lambda on: Account.choose_letters(about, on),
            class_name=theme.SWITCH_BOX,
            aria_label=name,
            custom_attrs={"data-letters-about": about, "aria-describedby": f"letters-{about}-note"},
        ),
        class_name=theme.SWITCH_ROW,
    )


def picture_note() -> rx.Component:
    """Say that the picture was taken off, with a way to take it back; it goes after ten seconds (assets/site.css)."""
    return rx.el.div(
        rx.cond(
            (Account.about == "picture") & (Account.said != ""),
            rx.el.div(
                rx.el.p(Account.said, class_name="pr-1"),
                button(
                    icon("undo-2", 16),
                    "Undo",
                    class_name=theme.button_look("quiet"),
                    on_click=Account.put_picture_back,
                ),
                key=Account.act_id,
                class_name=f"passing {theme.NOTE_BAR}",
                custom_attrs={"data-note": "picture"},
            ),
        ),
        role="status",
    )


def _choose_picture() -> rx.Component:
    return rx.el.label(
        *busy_label(
            rx.el.span(
                icon("camera", 16),
                rx.cond(Account.has_picture, "Change", "Add a picture"),
                class_name=theme.BUSY,
            ),
            "Sending…",
        ),
        rx.el.input(
            type="file",
            accept="image/jpeg,image/png,image/webp",
            class_name=theme.HIDDEN,
            aria_label="Choose a picture",
            custom_attrs={"data-portrait": ""},
        ),
        class_name=(
            f"{theme.button_look('quiet')} relative has-focus-visible:outline-2 has-focus-visible:outline-amber"
        ),
        custom_attrs={"data-picture": ""},
    )


def _remove_picture() -> rx.Component:
    return rx.cond(
        Account.has_picture,
        button(icon("trash-2", 16), "Remove", class_name=theme.DANGER, on_click=Account.take_picture_off),
    )


def _theme(mode: LiteralColorMode, name: str, look: str) -> rx.Component:
    views = [_view("dark"), _view("light", "[clip-path:polygon(58%_0,100%_0,100%_100%,42%_100%)]")]
    shown = views if mode == "system" else [_view(mode)]
    return rx.el.button(
        rx.el.span(*shown, class_name=theme.THEME_VIEW, aria_hidden="true"),
        rx.el.span(icon(look, 15), name, class_name=theme.THEME_NAME),
        type="button",
        class_name=theme.THEME_CARD,
        on_click=set_color_mode(mode),
        aria_pressed=rx.cond(color_mode == mode, "true", "false"),
        custom_attrs={"data-theme": mode},
    )


def _view(ground: str, cut: str = "") -> rx.Component:
    """Draw a small page in one of the themes."""
    back, panel, accent = GROUNDS[ground]
    return rx.el.span(
        rx.el.span(class_name="h-2 w-2/5 rounded-full", custom_attrs={"style": {"background": accent}}),
        rx.el.span(class_name="h-2 w-4/5 rounded-full", custom_attrs={"style": {"background": panel}}),
        rx.el.span(class_name="h-2 w-3/5 rounded-full", custom_attrs={"style": {"background": panel}}),
        class_name=f"absolute -inset-px flex flex-col justify-center gap-2 px-[18%] {cut}",
        custom_attrs={"style": {"background": back}},
    )
