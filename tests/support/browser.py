"""How the tests start Chromium."""

from __future__ import annotations

import os
import shutil

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""It then asks nobody but the site."""


def launch_options() -> dict[str, object]:
    """Give Playwright's options: this machine's Chromium where there is one, else Playwright's own."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    sandboxed = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's own refuses to work for root
    options: dict[str, object] = {"args": [*QUIET, *sandboxed]}
    return options | {"executable_path": found} if found else options
