"""What it costs to make the archive of somebody with a thousand videos: memory of the process, and how long it takes.

It is made here, in a process of its own that does nothing else, as an engine's process would; a second one, of ten videos, says
what the process takes anyhow.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ground import Row
from tests.support.databases import Databases
from tests.support.postgres import Postgres

VIDEOS, FEW = 1000, 10
FILM_BYTES = 3_000_000
"""As large as one of eight seconds is."""
MORE_MEMORY_MB = 100


def run(cluster: Postgres) -> list[Row]:
    """Measure on both databases."""
    return [row for kind in ("sqlite", "postgres") for row in _on(kind, cluster)]


def _on(kind: str, cluster: Postgres) -> list[Row]:
    few, many = (_measure(kind, cluster, videos) for videos in (FEW, VIDEOS))
    more = many["most_mb"] - few["most_mb"]
    where = f"archive of {VIDEOS} videos, {kind}"
    return [
        Row(
            f"{where}: memory more than for {FEW}",
            f"{more:.0f} MB (at most {many['most_mb']:.0f} MB)",
            f"≤ {MORE_MEMORY_MB} MB",
            more <= MORE_MEMORY_MB,
        ),
        Row(f"{where}: time, for {many['gigabytes']:.1f} GB", f"{many['seconds']:.0f} s", ""),
    ]


def _measure(kind: str, cluster: Postgres, videos: int) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-bench-"))
    try:
        address = Databases(folder, cluster, name=f"export_{kind}_{videos}").make(kind)
        here = {"DATABASE_URL": address, "DATA_DIR": str(folder), "SECRET_KEY": "of-the-bench"}
        command = [sys.executable, "-m", "bench.export", str(videos)]
        done = subprocess.run(command, env={**os.environ, **here}, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(videos: int) -> None:
    """Fill a database and its storage, make one archive, and print what it took."""
    import asyncio  # noqa: PLC0415 - only this process needs them, and what they take is measured
    import resource  # noqa: PLC0415
    import time  # noqa: PLC0415

    from sqlmodel import Session, select  # noqa: PLC0415

    from cuttingasmr import db  # noqa: PLC0415
    from cuttingasmr.models import Export, Status, Video  # noqa: PLC0415
    from cuttingasmr.people import exports  # noqa: PLC0415
    from cuttingasmr.storage.store import get_store  # noqa: PLC0415
    from tests.support.people import make_user, make_video  # noqa: PLC0415

    def fill(session: Session, user_id: str) -> list[Video]:
        return [
            make_video(session, user_id=user_id, status=Status.COMPLETED, title=str(n)) for n in range(videos)
        ]

    def name_files(session: Session) -> list[str]:
        rows = session.exec(select(Video)).all()
        for row in rows:
            row.file_key = f"videos/{row.id}.mp4"
        return [row.file_key or "" for row in rows]

    user_id = make_user()
    db.run(fill, user_id)
    folder = get_store().path_of("videos")
    assert folder is not None  # noqa: S101 - the bench's storage is a folder
    folder.mkdir(parents=True)
    film = folder.parent / "film"
    film.write_bytes(os.urandom(FILM_BYTES))
    for key in db.run(name_files):
        (folder.parent / key).hardlink_to(film)
    asyncio.run(exports.start(user_id=user_id))
    began = time.monotonic()
    asyncio.run(exports.make_due())
    seconds = time.monotonic() - began
    made = db.look(lambda session: session.exec(select(Export)).one())
    assert made.state == "ready", made.error  # noqa: S101 - else there is nothing to tell
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"most_mb": most_mb, "seconds": seconds, "gigabytes": made.size_bytes / 1e9}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
