"""What every page's head holds beside its title."""

from __future__ import annotations

import reflex as rx


def head() -> list[rx.Component]:
    """Name the icons, the manifest and the small scripts of our own; site.js brings pictures.js when it is needed."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/apple-touch-icon.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(
            rel="preload",
            href="/fraunces.woff2",
            type="font/woff2",
            cross_origin="anonymous",
            custom_attrs={"as": "font"},
        ),
        rx.el.meta(name="theme-color", content="#171310"),
        rx.el.script(src="/account.js", defer=True),
        rx.el.script(src="/site.js", defer=True),
        rx.el.script(src="/preview.js", defer=True),
        rx.el.script(src="/shop.js", defer=True),
    ]
