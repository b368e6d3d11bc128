"""Asks whether any pinned package has a known hole: `pip-audit`, at most once a day for one `requirements.lock`.

Without the network, or where the index knows nothing of holes, it says so and is not in the way.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
ASKED = ROOT / ".venv" / ".audited"
DAY_SECONDS = 86_400
PATIENCE_SECONDS = 90

IGNORED: dict[str, str] = {}
"""Holes that do not concern us, by their id, each with the reason."""


def main() -> int:
    """Ask, and give the exit code: 1 when a package has a hole that nobody has explained."""
    if was_asked_today():
        print("No known holes in the packages (asked today).")
        return 0
    found = ask()
    if found is None:
        print("Packages were not audited: nobody who knows of holes can be reached from here.")
        return 0
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'nothing yet'}"
        for package in found
        for hole in package["vulns"]
        if hole["id"] not in IGNORED
    ]
    print("\n".join(holes) or "No known holes in the packages.")
    if not holes:
        ASKED.write_text(fingerprint())
    return 1 if holes else 0


def ask() -> list[dict[str, Any]] | None:
    """Give what is known of each package; `None` when nothing is known of any."""
    tool = Path(sys.executable).parent / "pip-audit"
    options = [
        "-r",
        str(LOCK),
        "--no-deps",
        "--disable-pip",
        "-f",
        "json",
        "--progress-spinner",
        "off",
        "--timeout",
        "5",
    ]
    try:
        answer = subprocess.run(
            [str(tool), *options], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
        packages = json.loads(answer.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    known = [package for package in packages if "vulns" in package]
    return known or None


def was_asked_today() -> bool:
    """Whether this very lock file has been audited in the last day."""
    is_fresh = ASKED.exists() and time.time() - ASKED.stat().st_mtime < DAY_SECONDS
    return is_fresh and ASKED.read_text() == fingerprint()


def fingerprint() -> str:
    """Name the lock file as it is."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
