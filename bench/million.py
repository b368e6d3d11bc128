"""A database after two busy years: 100,000 people, 1,000,000 videos, 120,000 orders, and all that belongs to them.

`with million("sqlite") as address:` gives a copy to work on. It is made once a day, in a minute or two, and kept in the
temporary folder; `python -m bench.million ADDRESS [SIZE]` fills a migrated, empty database that you name. The same size and
the same end give the same rows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import loading, rows, stories
from bench.rows import TABLES, Rows
from bench.stories import tell
from tests.support.databases import migrate
from tests.support.postgres import Postgres
from tests.support.process import group_of

HERE = Path(__file__).parent.parent
KEPT = Path(tempfile.gettempdir()) / "cuttingasmr-million"


def fill(address: str, *, size: float = 1.0, until: datetime | None = None) -> None:
    """Fill a migrated, empty database; `size` 1 is a million videos, the last of them at `until`, or now."""
    moment = int((until or datetime.now(UTC)).timestamp() * 1000)
    made = Rows(tell(size=size, until=moment))
    loading.fill_tables(address, ((name, getattr(made, name)()) for name in TABLES))


@contextlib.contextmanager
def million(kind: str, *, size: float = 1.0) -> Iterator[str]:
    """Give the address of such a `sqlite` or `postgres` database while the block runs; it may be written to."""
    with _sqlite(size) if kind == "sqlite" else _postgres(size) as address:
        yield address


@contextlib.contextmanager
def _sqlite(size: float) -> Iterator[str]:
    kept = _place("sqlite", size)
    with tempfile.TemporaryDirectory(prefix="cuttingasmr-million-") as name:
        folder = Path(name)
        if not kept.exists():
            new = folder / "new.db"
            migrate(f"sqlite:///{new}", folder)
            fill(f"sqlite:///{new}", size=size)
            _keep(new, kept)
        shutil.copyfile(kept, folder / "copy.db")
        yield f"sqlite:///{folder / 'copy.db'}"


@contextlib.contextmanager
def _postgres(size: float) -> Iterator[str]:
    """Run a cluster of its own: a kept folder is copied quickly, a dump would be read as slowly as it is made."""
    kept, name = _place("postgres", size), "million"
    cluster = Postgres(shared_buffers="256MB")
    try:
        if kept.exists():
            shutil.copytree(kept, cluster.folder / "data", symlinks=True)
            _hand_over(cluster)
            cluster.start()
        else:
            cluster.start()
            migrate(cluster.create_database(name), cluster.folder)
            fill(cluster.url(name), size=size)
            cluster.stop()
            _keep(cluster.folder / "data", kept)
            cluster.start()
        yield cluster.url(name)
    finally:
        cluster.remove()


def _hand_over(cluster: Postgres) -> None:
    if cluster.user is not None:
        owner, group = pwd.getpwnam(cluster.user).pw_uid, group_of(cluster.user)
        for path in ((data := cluster.folder / "data"), *data.rglob("*")):
            os.chown(path, owner, group, follow_symlinks=False)


def _place(kind: str, size: float) -> Path:
    """Name where a database is kept: another one for each size, day, schema and way of making it."""
    told = hashlib.sha256(f"{kind} {size} {datetime.now(UTC).date()}".encode())
    sources = [Path(module.__file__ or "") for module in (loading, rows, stories)]
    for source in sorted([*sources, *(HERE / "alembic" / "versions").glob("*.py")]):
        told.update(source.read_bytes())
    return KEPT / f"{kind}-{told.hexdigest()[:16]}"


def _keep(made: Path, kept: Path) -> None:
    """Keep what was made, whole or not at all, and let older ones of its kind go."""
    KEPT.mkdir(parents=True, exist_ok=True)
    half = kept.with_name(f"{kept.name}.{os.getpid()}")
    (shutil.copyfile if made.is_file() else shutil.copytree)(made, half)
    half.rename(kept)
    for old in KEPT.glob(f"{kept.name.partition('-')[0]}-*"):
        if time.time() - old.stat().st_mtime > 24 * 3600:
            shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Fill the database at the given address."""
    if not arguments:
        print("usage: python -m bench.million ADDRESS [SIZE]")
        return 2
    began = time.monotonic()
    size = float(arguments[1]) if len(arguments) > 1 else 1.0
    fill(arguments[0], size=size)
    print(f"{size * stories.VIDEOS:,.0f} videos in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
