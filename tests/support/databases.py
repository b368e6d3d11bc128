"""Migrated, empty databases, quickly: each is a copy of one that was migrated once in this test process."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.postgres import Postgres


class Databases:
    """Gives databases of either kind."""

    def __init__(self, folder: Path, postgres: Postgres, *, name: str = "test") -> None:
        self._name = name
        self._folder = folder
        self._postgres = postgres
        self._template = f"{name}_migrated"
        self._numbers = itertools.count()
        self._has_template: set[str] = set()

    def make(self, kind: str) -> str:
        """Make a migrated, empty `sqlite` or `postgres` database, and give its address."""
        return self._sqlite() if kind == "sqlite" else self._of_postgres()

    def _sqlite(self) -> str:
        template = self._folder / "template.db"
        if "sqlite" not in self._has_template:
            migrate(f"sqlite:///{template}", self._folder)
            self._has_template.add("sqlite")
        copy = self._folder / f"{next(self._numbers)}.db"
        shutil.copyfile(template, copy)
        return f"sqlite:///{copy}"

    def _of_postgres(self) -> str:
        if "postgres" not in self._has_template:
            migrate(self._postgres.create_database(self._template), self._folder)
            self._has_template.add("postgres")
        return self._postgres.create_database(f"{self._name}_{next(self._numbers)}", template=self._template)


def migrate(url: str, folder: Path) -> None:
    """Bring a database up to date with the project's own command."""
    env = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "cuttingasmr.migrations"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
