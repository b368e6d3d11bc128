"""Holding a lock on the site's database, so that a process can be killed while it waits for it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import psycopg2

from tests.support.site import Site


@contextlib.contextmanager
def nobody_writes(site: Site, table: str = "videos", *, mode: str = "EXCLUSIVE") -> Iterator[None]:
    """Let nobody write into a table while the block runs; SQLite knows no tables, there it is the whole database."""
    if site.database_url.startswith("sqlite"):
        file = site.database_url.removeprefix("sqlite:///")
        holder = sqlite3.connect(file, timeout=20, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg2.connect(site.database_url)
        holder.cursor().execute(f"LOCK TABLE {table} IN {mode} MODE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def somebody_waits(site: Site) -> bool:
    """Whether somebody waits for a lock now; SQLite does not tell."""
    if site.database_url.startswith("sqlite"):
        return True
    watcher = psycopg2.connect(site.database_url)
    try:
        cursor = watcher.cursor()
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool((cursor.fetchone() or (0,))[0])
    finally:
        watcher.close()
