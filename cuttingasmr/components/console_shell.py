"""What stands around every view of the console: its navigation, and waiting where nothing has been read yet."""

from __future__ import annotations

import reflex as rx

from cuttingasmr import routes
from cuttingasmr.components import theme
from cuttingasmr.components.basics import alert
from cuttingasmr.components.frame import frame
from cuttingasmr.components.nothing_here import behind
from cuttingasmr.states.console import Console

NAVIGATION = (
    ("overview", "Overview", routes.ADMIN),
    ("users", "Users", routes.ADMIN_USERS),
    ("orders", "Orders", routes.ADMIN_ORDERS),
    ("videos", "Videos", routes.ADMIN_VIDEOS),
    ("keys", "Key pool", routes.ADMIN_KEYS),
    ("inbox", "Webhook inbox", routes.ADMIN_INBOX),
    ("moderation", "Moderation", routes.ADMIN_MODERATION),
    ("feedback", "Feedback", routes.ADMIN_FEEDBACK),
    ("audit", "Audit log", routes.ADMIN_AUDIT),
    ("health", "Health", routes.ADMIN_HEALTH),
)
"""Each view's name in `states/console.py`, what it is called, and where it is; a page of another state's takes a name of its own."""


def shell(view: str, *children: rx.Component, access: rx.Var[str] = Console.access) -> rx.Component:  # pyright: ignore[reportArgumentType]
    """Put a view beside the navigation. For who is no operator, as `access` has it, there is nothing here."""
    inside = rx.el.div(
        _navigation(view),
        rx.el.div(
            alert(Console.trouble, name="console"),
            *children,
            class_name=theme.DESK_MAIN,
            custom_attrs={"data-console": view},
        ),
        class_name=theme.DESK,
    )
    return frame(behind(access, inside))


def once_read(view: str, shown: rx.Component) -> rx.Component:
    """Show a view once it has been read, and a calm place until then."""
    bone = rx.el.div(class_name=theme.DESK_BONE, role="status", aria_label="Loading")
    return rx.cond((Console.view == view) & (Console.screens.length() > 0), shown, bone)


def _navigation(view: str) -> rx.Component:
    links = [
        rx.el.li(
            rx.el.a(
                name,
                href=path,
                class_name=theme.DESK_NAV_LINK,
                custom_attrs={"aria-current": "page"} if view == key else {},
            )
        )
        for key, name, path in NAVIGATION
    ]
    return rx.el.nav(
        rx.el.ul(*links, class_name=theme.DESK_NAV_LIST), class_name=theme.DESK_NAV, aria_label="Console"
    )
