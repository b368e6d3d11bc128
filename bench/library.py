"""How long the server takes for the library of somebody who has made 25,000 videos: a page, searches, filters, counts.

Whatever is timed is what a page asks: one unit of work, through `db.look`, with its rows made into objects.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import Session

from bench.ground import Row
from cuttingasmr import db
from cuttingasmr.generation import gallery, library
from cuttingasmr.generation.filters import Filter
from cuttingasmr.generation.rows import search_text_of
from cuttingasmr.generation.templates import all_templates
from cuttingasmr.models import Status, User, Video, VideoKind
from cuttingasmr.models.columns import new_id
from tests.support.binding import let_go
from tests.support.databases import Databases
from tests.support.people import make_user
from tests.support.postgres import Postgres

VIDEOS = 25_000
OTHERS = 5_000
"""Videos of somebody else, which must not be in the way."""
RARE, RARELY = "zwetschgenknödel", 5_000
FAILED, DELETED, STARRED = 0.02, 0.01, 0.005
TIMES = 9
WANTED_MS = 100
CHUNK = 1_000


def run(cluster: Postgres) -> list[Row]:
    """Measure on both databases."""
    return [row for kind in ("sqlite", "postgres") for row in _on(kind, cluster)]


def _on(kind: str, cluster: Postgres) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-bench-"))
    address = Databases(folder, cluster, name=f"library_{kind}").make(kind)
    os.environ |= {"DATABASE_URL": address, "DATA_DIR": str(folder), "SECRET_KEY": "of-the-bench"}
    let_go()
    try:
        owner, other = make_user(), make_user()
        for user_id, videos in ((owner, VIDEOS), (other, OTHERS)):
            for rows in _chunks(_rows(user_id, videos)):
                db.run(_write, rows)
        return [_row(kind, what, question) for what, question in _questions(owner).items()]
    finally:
        let_go()
        shutil.rmtree(folder, ignore_errors=True)


def _row(kind: str, what: str, question: Callable[[Session], object]) -> Row:
    taken = [_seconds(question) * 1000 for _ in range(TIMES)]
    median = statistics.median(taken)
    figure = f"median {median:.0f} ms, worst {max(taken):.0f} ms"
    return Row(
        f"library of {VIDEOS:,} videos, {kind}: {what}", figure, f"≤ {WANTED_MS} ms", median <= WANTED_MS
    )


def _seconds(question: Callable[[Session], object]) -> float:
    began = time.perf_counter()
    db.look(question)
    return time.perf_counter() - began


def _questions(owner: str) -> dict[str, Callable[[Session], object]]:
    def page(session: Session, *, cursor: str = "", **wanted: object) -> object:
        return library.page(session, user_id=owner, cursor=cursor, wanted=Filter(**wanted))  # pyright: ignore[reportArgumentType]

    last = _last_cursor(owner)
    return {
        "first page": page,
        "last page": lambda session: page(session, cursor=last),
        "the whole page as it is shown, with counts": lambda session: _shown(session, owner, Filter()),
        "search that hits most": lambda session: page(session, words="the"),
        "search that hits few": lambda session: page(session, words=RARE),
        "search that hits none": lambda session: page(session, words="no such word anywhere"),
        "a search as it is shown, with counts": lambda session: _shown(session, owner, Filter(words=RARE)),
        "failed ones": lambda session: page(session, state="failed"),
        "on their way, of which there are none": lambda session: page(session, state="running"),
        "favourites": lambda session: page(session, is_favourite=True),
        "tall ones from references, favourites": lambda session: page(
            session, ratio="9:16", kind="references", is_favourite=True
        ),
        "a month of long ago": lambda session: page(
            session, since=db.utc_now() - timedelta(days=300), until=db.utc_now() - timedelta(days=270)
        ),
        "recently deleted": lambda session: page(session, is_deleted=True),
        "counts": lambda session: library.tally(session, user_id=owner),
    }


def _shown(session: Session, owner: str, wanted: Filter) -> object:
    return gallery.look_around(session, owner=lambda inner: inner.get(User, owner), wanted=wanted)


def _last_cursor(owner: str) -> str:
    """Turn all the pages, in large steps, and give the cursor before the last 24 videos."""
    total = db.look(library.count, user_id=owner)
    page = db.look(library.page, user_id=owner, size=total - library.PAGE)
    return page.cursor


def _write(session: Session, rows: list[dict[str, object]]) -> None:
    session.connection().execute(insert(Video), rows)


def _chunks(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _rows(user_id: str, videos: int) -> Iterator[dict[str, object]]:
    """Make up three years of videos with real prompts, most of them ready."""
    dice, now, templates = random.Random(7), db.utc_now(), all_templates()  # noqa: S311 - a seed
    for number in range(videos):
        template = dice.choice(templates)
        made = now - timedelta(minutes=number * 60 + 10)
        prompt = f"{template.fill({})} Take {number}." + (f" {RARE}" if number % RARELY == 1 else "")
        failed, deleted = dice.random() < FAILED, dice.random() < DELETED
        yield Video(
            id=new_id(),
            user_id=user_id,
            kind=dice.choice(list(VideoKind)),
            prompt=prompt,
            title="",
            search_text=search_text_of("", prompt),
            is_favourite=dice.random() < STARRED,
            template_id=template.id,
            aspect_ratio=template.ratio,
            status=Status.FAILED if failed else Status.COMPLETED,
            credits_used=10,
            credits_returned=10 if failed else 0,
            file_key=f"videos/{number}.mp4",
            poster_key=f"posters/{number}.webp",
            completed_at=made + timedelta(seconds=80),
            deleted_at=now - timedelta(days=dice.randint(0, 30)) if deleted else None,
            created_at=made,
        ).model_dump()
