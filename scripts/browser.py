"""Makes sure that there is a Chromium for the tests: `.venv/bin/python scripts/browser.py`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from bootstrap import install_debian_package, say

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Find a Chromium, or install Debian's; where we may not, let Playwright install its own."""
    if (
        any(shutil.which(name) for name in NAMES)
        or has_playwrights_own()
        or install_debian_package("chromium")
    ):
        return 0
    say("Installing a Chromium for the tests (once)")
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode


def has_playwrights_own() -> bool:
    """Whether Playwright has a Chromium of its own already."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


if __name__ == "__main__":
    sys.exit(main())
