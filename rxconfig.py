"""Reflex's settings. Reflex loads this file before anything of ours, so it reads the environment itself."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Unpack

import reflex as rx
from reflex.constants import StateManagerMode
from reflex.plugins import Plugin, SitemapPlugin, TailwindV4Plugin

if TYPE_CHECKING:
    from pathlib import Path

    from reflex_base.plugins.base import PostBuildContext

PORT = int(os.environ.get("PORT") or 3000)
APP_URL = os.environ.get("APP_URL", "").rstrip("/")
REDIS_URL = os.environ.get("REDIS_URL") or None
IN_PRODUCTION = os.environ.get("APP_ENV") == "production"

COLOURS = {name: f"var(--{name})" for name in ("ground", "panel", "raised", "line", "ink", "soft", "faint")}
COLOURS |= {name: f"var(--{name})" for name in ("honey", "honey-ink", "amber", "bad", "good")}
FONTS = {"display": ["Fraunces", "Iowan Old Style", "Georgia", "serif"]}
"""Names for Tailwind of what assets/site.css defines once for each theme."""

HTTP_ADDRESS = re.compile(r"[`\"']http://localhost:\d+(/[\w-]+)[`\"']")
WS_ADDRESS = re.compile(r"[`\"']ws://localhost:\d+(/[\w-]+)[`\"']")
LOCAL_NAMES = re.compile(r"([`\"'])localhost\1,\1(0\.){3}0\1,\1::\1,\1(0:){7}0\1")


class SameOrigin(Plugin):
    """Lets one build serve on every host and port, behind TLS or not (docs/decisions/0001).

    Reflex bakes the backend's address into the pages. Here the built pages ask the browser where they came from.
    """

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Rewrite the built scripts, before they are compressed. Fails when there is nothing to rewrite."""
        scripts = context["static_dir"] / "assets"
        rewrite(scripts, "reflex-env-*.js", HTTP_ADDRESS, r"window.location.origin+`\1`")
        rewrite(scripts, "reflex-env-*.js", WS_ADDRESS, r"window.location.origin.replace(/^http/,`ws`)+`\1`")
        rewrite(scripts, "*.js", LOCAL_NAMES, "")  # else https on localhost would lose its port


def rewrite(scripts: Path, files: str, pattern: re.Pattern[str], replacement: str) -> None:
    """Replace a pattern wherever it stands in these scripts, and fail loudly if it stands nowhere."""
    replaced = 0
    for script in scripts.glob(files):
        text, count = pattern.subn(replacement, script.read_text())
        if count:
            script.write_text(text)
        replaced += count
    if not replaced:
        raise SystemExit(f"{pattern.pattern} is nowhere in the built {scripts}/{files}: see rxconfig.py")


def allowed_origins() -> list[str]:
    """Say which pages may open the websocket: the site's own, and this machine's while developing."""
    here = [] if IN_PRODUCTION else [f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"]
    return [APP_URL, *here] if APP_URL else here


config = rx.Config(
    app_name="cuttingasmr",
    redis_url=REDIS_URL,
    state_manager_mode=StateManagerMode.REDIS if REDIS_URL else StateManagerMode.MEMORY,
    cors_allowed_origins=allowed_origins(),
    frontend_compression_formats=["brotli", "gzip"],
    show_built_with_reflex=False,
    telemetry_enabled=False,
    default_color_mode="dark",
    plugins=[TailwindV4Plugin({"theme": {"extend": {"colors": COLOURS, "fontFamily": FONTS}}}), SameOrigin()],
    disable_plugins=[SitemapPlugin],
)
