"""Files that are missing and wait for somebody's word, in the console: as one thing, since one act is about all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sqlmodel import Session

from cuttingasmr import routes
from cuttingasmr.console import people
from cuttingasmr.console.screens import views
from cuttingasmr.console.screens.views import (
    Act,
    Cell,
    Fact,
    Line,
    Listing,
    Opened,
    Screen,
    Table,
    mark,
    when,
)
from cuttingasmr.console.screens.wording import counted
from cuttingasmr.generation import archive, missing
from cuttingasmr.models import ChoreRun, MissingFile, Video

ID = "missing-files"
"""Stands where a video's id does."""

PATH = routes.in_console(routes.ADMIN_VIDEOS, id=ID)
NAME = "Files that are missing"
HEADS = ("Video", "State", "Of", "#Credits", "Missed since")
TELLS = (
    "For a real loss alone: if the storage is not mounted, or is another one, mend that, and these leave the list by themselves. Each"
    " file is looked for once more, within minutes; what the video service still keeps is fetched again, and all others end as failed,"
    " and their credits come back. This cannot be undone."
)

Missing = Sequence[tuple[MissingFile, Video]]


def show(session: Session) -> Screen:
    """Show what the archive's walk has missed and does not act on by itself."""
    found = missing.look(session)
    waiting = [(row, video) for row, video in found if row.given_up_at is None]
    return Screen(
        opened=[
            Opened(
                title=NAME,
                id=ID,
                back=routes.ADMIN_VIDEOS,
                marks=[mark("Waits for you", tone="warn")] if waiting else [],
                facts=_facts(session, waiting),
                acts=_acts(waiting),
                listings=[Listing("Videos", _table(session, found))],
            )
        ]
    )


def _facts(session: Session, waiting: Missing) -> list[Fact]:
    walk = session.get(ChoreRun, archive.NAME)
    return [
        Fact("Videos", f"{missing.count(session):,}", note=f"{missing.MOST} at most are shown"),
        Fact("People", f"{len({video.user_id for _, video in waiting}):,}"),
        Fact("Paid for those shown", counted(sum(video.credits_used for _, video in waiting))),
        views.fact_at("The walk's last look", walk.ran_at if walk else None, note=walk.found if walk else ""),
    ]


def _acts(waiting: Missing) -> list[Act]:
    if not waiting:
        return []
    seen = math.floor(max(row.found_at for row, _ in waiting).timestamp()) + 1
    return [Act("give-up-files", ID, "Give the credits back for these", TELLS, seen=seen, is_grave=True)]


def _table(session: Session, found: Missing) -> Table:
    names = people.addresses(session, user_ids={video.user_id for _, video in found})
    lines = [_line(row, video, names) for row, video in found]
    return Table.of(HEADS, lines, empty="No file is missing, as far as the walk has come.")


def _line(row: MissingFile, video: Video, names: dict[str, str]) -> Line:
    waits = row.given_up_at is None
    return Line(
        video.id,
        routes.in_console(routes.ADMIN_VIDEOS, id=video.id),
        [
            Cell(text=views.short(video.id), is_code=True),
            mark("Missing", tone="warn") if waits else mark("Given up", tone="faint"),
            views.person(video.user_id, names),
            Cell(text=f"{video.credits_used:,}"),
            when(row.found_at),
        ],
    )
