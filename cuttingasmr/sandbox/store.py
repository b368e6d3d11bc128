"""What the sandbox remembers between two runs: an SQLite file beside its films.

One rule: a write is done when the call returns. It is safe from `kill -9`, not from a power cut, and so costs microseconds.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS things (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS counts (provider TEXT, operation TEXT, n INTEGER NOT NULL, PRIMARY KEY (provider, operation));
"""
_KEEP = "INSERT OR REPLACE INTO things VALUES (?, ?, ?)"


class Store:
    """Things by kind and id, and counts by provider and operation."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_SCHEMA)

    def keep(self, kind: str, identity: str, body: dict[str, Any]) -> None:
        """Write a thing down, or over what was written before."""
        self._database.execute(_KEEP, (kind, identity, json.dumps(body)))

    def keep_together(self, *things: tuple[str, str, dict[str, Any]]) -> None:
        """Write several things down, all or none."""
        rows = [(kind, identity, json.dumps(body)) for kind, identity, body in things]
        self._database.execute("BEGIN IMMEDIATE")
        with self._database:
            self._database.executemany(_KEEP, rows)

    def kept(self, kind: str) -> Iterator[dict[str, Any]]:
        """Everything of one kind, in the order of writing."""
        for (body,) in self._database.execute(
            "SELECT body FROM things WHERE kind = ? ORDER BY rowid", (kind,)
        ):
            yield json.loads(body)

    def count(self, provider: str, operation: str) -> None:
        """One more."""
        self._database.execute(
            "INSERT INTO counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", (provider, operation)
        )

    def counts(self) -> list[tuple[str, str, int]]:
        """All counts: provider, operation, number."""
        return self._database.execute("SELECT provider, operation, n FROM counts").fetchall()

    def clear(self) -> None:
        """Forget everything."""
        self._database.executescript("DELETE FROM things; DELETE FROM counts;")

    def close(self) -> None:
        """Let the file go."""
        self._database.close()
