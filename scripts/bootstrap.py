"""Makes the Python environment in `.venv` and fills it: `python3 scripts/bootstrap.py [--dev]`.

Runs before anything is installed, so it uses the standard library alone. Repeating it changes nothing, in a moment.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
REQUIREMENTS = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Bring `.venv` up to date for running, or with `--dev` for testing too."""
    kind = "dev" if "--dev" in arguments else "run"
    if sys.version_info < OLDEST_PYTHON:
        say(f"CuttingASMR needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
        return 2
    if not PYTHON.exists() and not make_venv():
        return 2
    return 0 if is_installed(kind) or install(kind) else 1


def make_venv() -> bool:
    """Make an empty environment, installing Debian's `python3-venv` first where it is missing and we may."""
    say("Making a Python environment in .venv")
    if importlib.util.find_spec("ensurepip") is None and not install_debian_package("python3-venv"):
        say("Python's venv module is missing here. On Debian or Ubuntu: sudo apt-get install python3-venv")
        return False
    return subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode == 0


def install_debian_package(name: str) -> bool:
    """Install one Debian package, when this machine has apt-get and we are root."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"Installing Debian's {name}")
    return apt_get("update") and apt_get("install", "-y", "--no-install-recommends", name)


def apt_get(*arguments: str) -> bool:
    """Run apt-get without questions; whether it went well."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


def is_installed(kind: str) -> bool:
    """Whether what the requirements say now is what was installed last; marks it for `make` if so."""
    stamp = stamp_of(kind)
    if not stamp.exists() or stamp.read_text() != fingerprint(kind):
        return False
    stamp.touch()
    return True


def install(kind: str) -> bool:
    """Install the pinned packages of this kind."""
    purpose = "run and test" if kind == "dev" else "run"
    say(f"Installing what it takes to {purpose} CuttingASMR (a minute or two, once)")
    began = time.monotonic()
    files = [argument for name in REQUIREMENTS[kind] for argument in ("-r", str(ROOT / name))]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    if subprocess.run([*pip, *files, "-c", str(LOCK)], check=False).returncode != 0:
        say("The packages could not be installed: see above. Is the network there?")
        return False
    for each in {"run", kind}:
        stamp_of(each).write_text(fingerprint(each))
    say(f"Installed in {time.monotonic() - began:.0f} s")
    return True


def stamp_of(kind: str) -> Path:
    """Where it is noted what was installed; the Makefile looks at its age."""
    return VENV / f".installed-{kind}"


def fingerprint(kind: str) -> str:
    """Name exactly these requirements."""
    files = [ROOT / name for name in REQUIREMENTS[kind]] + [LOCK]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def say(sentence: str) -> None:
    """Tell the person at the terminal what happens."""
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
