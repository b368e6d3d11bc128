"""A database that goes away while this process works with it, and comes back with all that was in it."""

from __future__ import annotations

from pathlib import Path

import psycopg2
from psycopg2 import sql
from sqlalchemy.engine import make_url

from cuttingasmr import db


class Away:
    """Takes a database of either kind away, and brings it back."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._path = Path(self._url.database or "")

    @property
    def _aside(self) -> Path:
        return self._path.with_suffix(".aside")

    def take(self) -> None:
        """Let nobody reach it any more, whoever is connected."""
        if not self._is_sqlite:
            self._say("ALTER DATABASE {} ALLOW_CONNECTIONS false")
            self._say(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}", is_text=True
            )
            return
        db.get_engine().dispose()
        self._path.rename(self._aside)
        self._path.mkdir()

    def bring_back(self) -> None:
        """Let it be reached again."""
        if not self._is_sqlite:
            self._say("ALTER DATABASE {} ALLOW_CONNECTIONS true")
            return
        self._path.rmdir()
        self._aside.rename(self._path)

    def _say(self, words: str, *, is_text: bool = False) -> None:
        name = self._url.database or ""
        connection = psycopg2.connect(
            host=self._url.host, port=self._url.port, user="postgres", dbname="postgres"
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(words).format(sql.Literal(name) if is_text else sql.Identifier(name)))
        finally:
            connection.close()
