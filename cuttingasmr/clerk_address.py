"""Where a Clerk instance lives, as its publishable key says (providers.md §3.1), and what its scripts need of a browser."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

KEY = re.compile(r"pk_(test|live)_([A-Za-z0-9+/_-]+)={0,2}")
HOST = re.compile(r"[A-Za-z0-9.:-]+")

Sources = dict[str, tuple[str, ...]]
"""Origins by the directive of a content security policy that must allow them."""


def frontend_host(publishable_key: str) -> str:
    """Read the host of Clerk's frontend API out of a publishable key, or raise `ValueError`."""
    match = KEY.fullmatch(publishable_key)
    try:
        said = (
            base64.b64decode(match[2] + "=" * (-len(match[2]) % 4), validate=True).decode() if match else ""
        )
    except (binascii.Error, UnicodeDecodeError):
        said = ""
    host = said.removesuffix("$")
    if host == said or "." not in host or not HOST.fullmatch(host):
        raise ValueError("this is no publishable key of Clerk's: it begins with pk_test_ or pk_live_")
    return host


def publishable_key(host: str) -> str:
    """Make the key that names this host, as Clerk makes one for a development instance."""
    return f"pk_test_{base64.b64encode(f'{host}$'.encode()).decode()}"


def content_sources(frontend_url: str) -> Sources:
    """List what pages must be allowed to load for Clerk's scripts to work (providers.md §3.7)."""
    parts = urlsplit(frontend_url)
    frontend, robots = f"{parts.scheme}://{parts.netloc}", "https://challenges.cloudflare.com"
    return {
        "script-src": (frontend, robots, "https://*.protect.clerk.com"),
        "connect-src": (frontend, "https://*.protect.clerk.com:*"),
        "img-src": ("https://img.clerk.com",),
        "frame-src": (robots, "https://*.protect.clerk.com"),
        "worker-src": ("'self'", "blob:"),
        "style-src": ("'unsafe-inline'",),
    }
