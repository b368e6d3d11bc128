"""What is in the archive that somebody can take with them: their rows as JSON, their credits as CSV, and their files.

It is written while it is read, page by page and block by block: memory stays flat, however much there is.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import RowMapping, inspect
from sqlmodel import Session, SQLModel, col, func, select

from cuttingasmr import db
from cuttingasmr.models import Avatar, CreditEntry, HdState, Picture, Status, User, Video
from cuttingasmr.people.cover import PARTS, Part
from cuttingasmr.storage.bundle import Bundled, Written, bundle
from cuttingasmr.storage.names import plain_name
from cuttingasmr.storage.store import get_store

PAGE = 200
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""

Pictures = type[Picture] | type[Avatar]
PICTURES: Final[tuple[Pictures, ...]] = (Picture, Avatar)
CSV_COLUMNS = ("id", "date", "kind", "credits", "reference")
MISSING = "missing.txt"

Told = Callable[[int], None]
"""Is told how many files are in it so far. What it raises ends the writing."""


def count_files(session: Session, *, user_id: str) -> int:
    """Count the files that an archive of somebody would have, as far as the rows tell."""
    films = func.count(), func.count().filter(col(Video.hd_state) == HdState.READY)
    videos, larger = session.exec(select(*films).where(*_films_of(user_id))).one()
    counts = (select(func.count()).select_from(kind).where(*_pictures_of(kind, user_id)) for kind in PICTURES)
    return videos + larger + sum(session.exec(count).one() for count in counts)


def archive(user_id: str, told: Told) -> Iterator[bytes]:
    """Give somebody's archive, block by block. Raises `StorageUnavailable`, `DatabaseUnavailable`, and what `told` raises."""
    return bundle(get_store(), _contents(user_id, told))


def _contents(user_id: str, told: Told) -> Iterator[Bundled]:
    now = db.utc_now()
    yield Written("README.txt", now, [_readme(now).encode()])
    account, entries = db.run(_settled, user_id=user_id)
    for part in PARTS:
        rows = _rows(part, user_id)
        if part.table is User:
            rows = iter(account)
        elif part.table is CreditEntry:
            rows = _entries(entries)
        yield Written(f"{part.name}.json", now, _as_json(rows, part))
    yield Written("credits.csv", now, _as_csv(_entries(entries)))
    missing: list[str] = []
    for done, (name, key, made_at) in enumerate(_files(user_id), start=1):
        blocks = _blocks(key)
        if blocks is None:
            missing.append(name)
        else:
            yield Written(name, made_at, blocks, is_packed=True)
        told(done)
    if missing:
        yield Written(MISSING, now, ["\n".join(["These files are not in our storage:", *missing]).encode()])


def _readme(now: datetime) -> str:
    lines = [f"Everything that CuttingASMR holds about you, as of {now:%d %B %Y, %H:%M} UTC.", ""]
    lines += [f"{part.name}.json: {part.about}" for part in PARTS]
    lines += ["credits.csv: every change of your credits, for a spreadsheet"]
    lines += [
        "videos/: your videos",
        "pictures/: the pictures that you have brought, and the one of yourself",
        "",
    ]
    lines += ["Moments are in UTC, amounts of money in the smallest unit of their currency (cents of USD)."]
    return "\n".join(lines)


def _settled(session: Session, *, user_id: str) -> tuple[list[RowMapping], list[int]]:
    """Read this person's balance and name the entries that make it up: nothing changes it while its row is held."""
    table = db.table_of(User)
    found = sa.select(table).where(table.c.id == user_id).with_for_update()
    account = list(session.connection().execute(found).mappings())
    mine = select(CreditEntry.id).where(col(CreditEntry.user_id) == user_id)
    entries = session.exec(mine.order_by(col(CreditEntry.id)))
    return account, [entry_id for entry_id in entries if entry_id is not None]


def _entries(ids: list[int]) -> Iterator[RowMapping]:
    for start in range(0, len(ids), PAGE):
        yield from db.look(_entries_page, ids=ids[start : start + PAGE])


def _entries_page(session: Session, *, ids: list[int]) -> list[RowMapping]:
    table = db.table_of(CreditEntry)
    found = sa.select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    return list(session.connection().execute(found).mappings())


def _rows(part: Part, user_id: str) -> Iterator[RowMapping]:
    """Read a part's rows, in the order of their keys."""
    last: Any = None
    key = primary_key(part.table)
    while page := db.look(_page, part=part, user_id=user_id, after=last):
        yield from page
        last = page[-1][key]


def primary_key(table: type[SQLModel]) -> str:
    """Name the one column by which a table's rows are found."""
    (key,) = inspect(db.table_of(table)).primary_key
    return key.name


def _page(session: Session, *, part: Part, user_id: str, after: object) -> list[RowMapping]:
    table = db.table_of(part.table)
    key = table.c[primary_key(part.table)]
    found = sa.select(table).where(part.mine(user_id)).order_by(key).limit(PAGE)
    found = found if after is None else found.where(key > after)
    return list(session.connection().execute(found).mappings())


def _as_json(rows: Iterator[RowMapping], part: Part) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        shown = {name: value for name, value in row.items() if name not in part.hidden}
        text = json.dumps(shown, ensure_ascii=False, default=_plain, indent=1)
        yield f"{',' if number else ''}\n{text}".encode(errors="backslashreplace")
    yield b"\n]\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _as_csv(rows: Iterator[RowMapping]) -> Iterator[bytes]:
    yield _line(CSV_COLUMNS)
    for row in rows:
        yield _line((row["id"], row["created_at"].isoformat(), row["kind"], row["credits"], row["reference"]))


def _line(cells: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking a text for a formula; a negative number is none."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell


def _files(user_id: str) -> Iterator[tuple[str, str, datetime]]:
    """Name this person's files, as they are called in the archive, by their keys, with their dates."""
    last = ""
    while videos := db.look(_videos_page, user_id=user_id, after=last):
        for video in videos:
            name = (
                f"videos/{video.created_at:%Y-%m-%d} {plain_name(video.title or video.prompt)} {video.id[:8]}"
            )
            yield f"{name}.mp4", video.file_key or "", video.created_at
            if video.hd_state == HdState.READY:
                yield f"{name} 1080p.mp4", video.hd_key or "", video.created_at
        last = videos[-1].id
    for kind in PICTURES:
        last = ""
        while pictures := db.look(_pictures_page, kind=kind, user_id=user_id, after=last):
            for picture in pictures:
                yield f"pictures/{PurePosixPath(picture.file_key).name}", picture.file_key, picture.created_at
            last = pictures[-1].id


def _films_of(user_id: str) -> tuple[Any, ...]:
    finished = col(Video.status) == Status.COMPLETED
    return (col(Video.user_id) == user_id, finished, col(Video.purged_at).is_(None))


def _pictures_of(kind: Pictures, user_id: str) -> tuple[Any, ...]:
    return (col(kind.user_id) == user_id, col(kind.gone_at).is_(None))


def _videos_page(session: Session, *, user_id: str, after: str) -> list[Video]:
    found = select(Video).where(*_films_of(user_id), col(Video.id) > after)
    return list(session.exec(found.order_by(col(Video.id)).limit(PAGE)))


def _pictures_page(session: Session, *, kind: Pictures, user_id: str, after: str) -> list[Picture | Avatar]:
    found = select(kind).where(*_pictures_of(kind, user_id), col(kind.id) > after)
    return list(session.exec(found.order_by(col(kind.id)).limit(PAGE)))


def _blocks(key: str) -> Iterator[bytes] | None:
    """Begin to read a file; `None` when it is not there."""
    blocks = get_store().read(key)
    try:
        first = next(blocks, b"")
    except FileNotFoundError:
        return None
    return itertools.chain([first], blocks)
