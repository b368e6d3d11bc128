"""Looks for secrets in what is committed or about to be: keys, tokens, whatever looks random. `detect-secrets` does it.

What looks like one and is none stands in `.secrets.baseline`; after looking at each: `scripts/check_secrets.py --accept`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = Path(sys.executable).parent
BASELINE = ".secrets.baseline"
SKIPPED = ("reflex.lock/", BASELINE, "requirements.lock", "cuttingasmr/content/editions.toml")
"""Nothing but hashes: of packages, and of our texts."""

OPTIONS = ["--no-verify", "--disable-plugin", "KeywordDetector"]
"""Nobody is asked whether a key works; and the word "password" in a test says nothing, a random text does."""


def main(arguments: list[str]) -> int:
    """Look, and give the exit code: 1 when there is something that nobody has accepted."""
    files = tracked()
    if not files:
        print("Secrets were not looked for: this is no git clone.")
        return 0
    if "--accept" in arguments:
        accept(files)
        return 0
    command = [str(TOOL / "detect-secrets-hook"), "--baseline", BASELINE, *OPTIONS, *files]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode not in {0, 3}:  # 3: nothing new, but lines have moved
        print(answer.stdout or answer.stderr)
        return 1
    print("No secrets.")
    return 0


def tracked() -> list[str]:
    """List the files that git knows, without those that hold nothing but hashes."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    names = answer.stdout.splitlines()
    return [name for name in names if not name.startswith(SKIPPED) and (ROOT / name).is_file()]


def accept(files: list[str]) -> None:
    """Write down all that is there now as no secret."""
    command = [str(TOOL / "detect-secrets"), "scan", *OPTIONS, *files]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (ROOT / BASELINE).write_text(found.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
