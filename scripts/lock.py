"""Writes `requirements.lock`: every package that the requirements bring, pinned. `.venv/bin/python scripts/lock.py`."""

from __future__ import annotations

import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "# Written by scripts/lock.py: a constraints file, so that every fresh clone gets the same packages.\n"
)


def main() -> None:
    """Install both requirements files into an environment of their own, and note what came."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check"]
        files = ["-r", str(ROOT / "requirements.txt"), "-r", str(ROOT / "requirements-dev.txt")]
        subprocess.run([*pip, "install", "-qq", *files], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    (ROOT / "requirements.lock").write_text(HEADER + frozen)
    print(f"requirements.lock: {len(frozen.splitlines())} packages")


if __name__ == "__main__":
    main()
