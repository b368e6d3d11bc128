"""Starts everything on this machine: `make run` (or, with `--dev`, pages that reload: `make dev`).

Builds the pages if needed, migrates the database, starts the sandbox and the site, and ends them together.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dotenv import load_dotenv

import build_pages
from children import ChildEnded, Children

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90
PORTS_TO_TRY = 50


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C, SIGTERM, or the end of a child, and give the exit code."""
    os.chdir(ROOT)
    load_dotenv(ROOT / ".env")
    is_dev = "--dev" in arguments
    if module("cuttingasmr.serve", "--check") != 0:
        return 2
    if not is_dev and build_pages.main() != 0:
        return 1
    fill_in_environment()
    if module("cuttingasmr.migrations") != 0:
        say("The database could not be brought up to date: see above")
        return 1
    try:
        with Children() as children:
            start(children, is_dev=is_dev)
            children.wait()
    except ChildEnded as end:
        say(str(end))
        return max(end.code, 1)


def module(name: str, *arguments: str) -> int:
    """Run one of our programs to its end, and give its exit code."""
    return subprocess.run([sys.executable, "-m", name, *arguments], check=False).returncode


def fill_in_environment() -> None:
    """Set what a development site can choose for itself; production must say everything."""
    if is_production():
        return
    os.environ["APP_URL"] = os.environ.get("APP_URL") or f"http://localhost:{port()}"
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept_secret(Path(os.environ.get("DATA_DIR") or "data") / "secret_key")


def kept_secret(file: Path) -> str:
    """Give this copy's own secret, making it once; only its owner can read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as out:
        out.write(secret := secrets.token_urlsafe(32))
    return secret


def start(children: Children, *, is_dev: bool) -> None:
    """Start the sandbox where one is wanted, then the site, and say where they are."""
    sandbox = start_sandbox(children)
    children.start("The site", [*(dev_site() if is_dev else [sys.executable, "-m", "cuttingasmr.serve"])])
    health = f"http://{local_host()}:{port()}" + ("/" if is_dev else "/api/health")
    children.wait_for_http(health, seconds=READY_SECONDS)
    say("")
    say(f"CuttingASMR is ready:  {os.environ.get('APP_URL')}")
    if sandbox:
        say(f"Its sandbox (stand-ins for kie.ai, Creem and Clerk):  {sandbox}")
        say(f"The letters that it writes to people:  {sandbox}/mail")
    say("Ctrl-C stops everything.")
    say("")


def start_sandbox(children: Children) -> str:
    """Start the providers' stand-ins, unless the site has others or the real ones; give their address."""
    if is_production() or os.environ.get("SANDBOX_URL"):
        return os.environ.get("SANDBOX_URL", "")
    sandbox_port = str(next(free_ports(int(os.environ.get("SANDBOX_PORT") or 3900))))
    os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{sandbox_port}"
    os.environ.setdefault("SANDBOX_CREEM_WEBHOOK_URL", f"http://{local_host()}:{port()}/api/webhooks/creem")
    os.environ.setdefault("SANDBOX_CLERK_WEBHOOK_URL", f"http://{local_host()}:{port()}/api/webhooks/clerk")
    os.environ.setdefault("SANDBOX_CREEM_SUCCESS_URL", f"{os.environ['APP_URL']}/payment/success")
    children.start("The sandbox", [sys.executable, "-m", "cuttingasmr.sandbox", "--port", sandbox_port])
    return os.environ["SANDBOX_URL"]


def dev_site() -> Iterator[str]:
    """Give the command for Reflex's development server, with Node from our own environment."""
    here = Path(sys.executable).parent
    os.environ |= build_pages.REFLEX | {"PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}
    yield from (shutil.which("reflex") or "reflex", "run", "--loglevel", "warning")
    yield from ("--frontend-port", str(port()), "--backend-port", str(next(free_ports(8000))))
    yield from ("--backend-host", "127.0.0.1")


def free_ports(first: int) -> Iterator[int]:
    """Give the ports from this one on that nothing listens on."""
    for candidate in range(first, first + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
        yield candidate
    raise SystemExit(f"No free port from {first} to {first + PORTS_TO_TRY - 1}")


def is_production() -> bool:
    """Whether this is meant to be the real thing."""
    return os.environ.get("APP_ENV") == "production"


def port() -> int:
    """Tell the site's port."""
    return int(os.environ.get("PORT") or 3000)


def local_host() -> str:
    """Tell the address under which this machine reaches the site."""
    host = os.environ.get("HOST") or "127.0.0.1"
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - read, not listened on


def say(sentence: str) -> None:
    """Tell the person at the terminal what happens."""
    print(f"· {sentence}" if sentence else "", flush=True)


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Stopped")
