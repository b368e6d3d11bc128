"""What every answer carries, so that a browser keeps the site's pages to themselves (docs/decisions/0012).

Scripts run only from our own files, or inline when they are, byte for byte, ones that the build has written: their
hashes are taken from the built pages when the process starts.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cuttingasmr.rate_limits import Spent, spent
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.store import StorageUnavailable, get_store

INLINE = re.compile(r"<(script|style)\b(?![^>]*\bsrc=)[^>]*>(.+?)</\1>", re.DOTALL)
ORIGIN = re.compile(r"^https?://[^/?#]*")
YEAR_SECONDS = 31_536_000
Policy = dict[str, tuple[str, ...]]

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of whatever is no page: it can load nothing and is shown nowhere."""

FEATURES = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
    "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
"""What no page of ours uses, so no script in one may."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
}

EMPTY = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""The hash of nothing: the pages' own style sheet begins empty, and scripts of ours add its rules."""

PAGES: Policy = {
    "default-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'", EMPTY),
    "style-src-attr": (
        "'unsafe-inline'",
    ),  # a slab's two angles; an attribute reaches nothing but its element
    "img-src": ("'self'", "blob:", "data:"),
    "media-src": ("'self'", "blob:"),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "manifest-src": ("'self'",),
    "worker-src": ("'self'",),
    "object-src": ("'none'",),
    "frame-ancestors": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
}


class Headers:
    """Puts them on every answer: on the pages, which know what they hold, the policy of `pages`."""

    def __init__(self, app: ASGIApp, pages: Path) -> None:
        """Stand before `app`, whose pages were built into this folder."""
        self._app = app
        self._inline = inline_hashes(file.read_text() for file in sorted(pages.rglob("*.html")))
        self._policy = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and dress its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        used: dict[str, Spent] = {}
        token = spent.set(used)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                is_page |= (
                    message["status"] == HTTPStatus.NOT_MODIFIED
                )  # its headers replace those that are kept
                headers.setdefault(
                    "Content-Security-Policy", await self._page_policy() if is_page else NOTHING
                )
                _dress(headers, scope["path"], used.values())
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        finally:
            spent.reset(token)

    async def _page_policy(self) -> str:
        """Make the policy when it is first needed: where the store's links lead is known only by making one."""
        if not self._policy:
            try:
                self._policy = page_policy(self._inline, await _store_host())
            except StorageUnavailable:
                return page_policy(self._inline, "")
        return self._policy


def _dress(headers: MutableHeaders, path: str, used: Iterable[Spent]) -> None:
    settings = get_settings()
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    popups = "same-origin-allow-popups" if settings.clerk_script_hosts else "same-origin"
    headers.setdefault("Cross-Origin-Opener-Policy", popups)
    if settings.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}")
    if path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
        _tell_limits(headers, used)
    elif "location" in headers:
        headers["location"] = _within(headers["location"])


def _within(location: str) -> str:
    """Name a page's place on this site alone: who serves the files makes the whole of it from `Host`, which anybody may choose."""
    return "/" + ORIGIN.sub("", location).lstrip("/\\")


def _tell_limits(headers: MutableHeaders, used: Iterable[Spent]) -> None:
    """Tell what is left, as draft-ietf-httpapi-ratelimit-headers has it."""
    lines = tuple(used)
    if lines:
        headers["RateLimit-Policy"] = ", ".join(f'"{it.name}";q={it.quota};w={it.window}' for it in lines)
        headers["RateLimit"] = ", ".join(f'"{it.name}";r={it.left};t={it.seconds}' for it in lines)


def page_policy(inline: Mapping[str, tuple[str, ...]], store_host: str) -> str:
    """Write the content security policy of the pages."""
    policy = dict(PAGES)
    settings = get_settings()
    site = urlsplit(settings.app_url)
    line = f"{'wss' if settings.is_secure else 'ws'}://{site.netloc}"  # not every browser takes 'self' for its websocket
    more: list[Mapping[str, tuple[str, ...]]] = [
        {"script-src": inline["script"], "style-src": inline["style"], "connect-src": (line,)},
        {"img-src": (store_host,), "media-src": (store_host,)} if store_host else {},
        settings.clerk_script_hosts,
    ]
    for additions in more:
        for directive, sources in additions.items():
            policy[directive] = tuple(dict.fromkeys((*policy.get(directive, ()), *sources)))
    if "'unsafe-inline'" in policy["style-src"]:  # which hashes beside it would make void
        policy["style-src"] = tuple(it for it in policy["style-src"] if not it.startswith("'sha256-"))
    lines = [" ".join((directive, *sources)) for directive, sources in policy.items()]
    return "; ".join([*lines, *(["upgrade-insecure-requests"] if settings.is_secure else [])])


def inline_hashes(pages: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Take the hashes of every inline script and style of these pages."""
    found: dict[str, set[str]] = {"script": set(), "style": set()}
    for page in pages:
        for kind, content in INLINE.findall(page):
            digest = hashlib.sha256(content.encode()).digest()
            found[kind].add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return {kind: tuple(sorted(hashes)) for kind, hashes in found.items()}


async def _store_host() -> str:
    """Tell where the store's own links lead, so that videos may come from there; nothing for a folder."""
    store = get_store()
    if store.path_of("any") is not None:
        return ""
    link = urlsplit(await store.link_to("any"))
    return f"{link.scheme}://{link.netloc}"
