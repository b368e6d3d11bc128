"""Videos in the console: those that are stuck first. Nobody's words are shown without a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from cuttingasmr import db, routes
from cuttingasmr.console import people, videos
from cuttingasmr.console.screens import missing, trails, views
from cuttingasmr.console.screens.views import (
    Act,
    Cell,
    Fact,
    Line,
    Listing,
    Opened,
    Query,
    Screen,
    Table,
    Tone,
    fact_at,
    mark,
    when,
)
from cuttingasmr.console.screens.wording import ENTRIES, MADE_FROM, NONE, counted, span
from cuttingasmr.console.videos import Making
from cuttingasmr.generation import progress
from cuttingasmr.models import ENDED, CreditEntry, Kind, Status, Video, VideoKind

PATH = routes.ADMIN_VIDEOS
SHOWS = {
    "stuck": "Stuck",
    "running": "On their way",
    "failed": "Failed",
    "canceled": "Canceled",
    "completed": "Completed",
}
HEADS = ("Video", "State", "Of", "Trouble", "Asked for")
TONES: dict[str, Tone] = {
    Status.COMPLETED: "good",
    Status.FAILED: "bad",
    Status.CANCELED: "faint",
}
EMPTY = {
    "stuck": "Nothing is stuck: no video is on its way for longer than it should be.",
    "running": "Nothing is on its way.",
}


def show(session: Session, query: Query) -> Screen:
    """Show videos, or one of them. Those that are stuck come first, unless something else is looked for."""
    if query.id == missing.ID:
        return missing.show(session)
    if query.id:
        found = videos.look_at(session, video_id=query.id)
        return Screen(opened=[_opened(session, found)] if found else [])
    otherwise = videos.OF_A_PERSON if query.words else "stuck"
    shown = query["show"] if query["show"] in SHOWS else otherwise
    asked = Query(query.words, (("show", shown),), query.after)
    page = videos.find(session, words=query.words, kind=shown, cursor=query.after)
    names = people.addresses(session, user_ids={row.user_id for row in page.rows})
    lines = [_line(video, names) for video in page.rows]
    empty = "No video is found." if query.words else EMPTY.get(shown, "There is no such video.")
    table = Table.of(HEADS, lines, empty=empty)
    shows = SHOWS | ({videos.OF_A_PERSON: "All"} if query.words else {})
    return Screen(
        words=query.words,
        hint="Video id, task id, owner's address or id",
        groups=[views.group(asked, PATH, "show", "State", shows)],
        tables=[Listing("", views.turned(table, page, asked, PATH))],
    )


def stuck(session: Session, size: int) -> list[Listing]:
    """Show the videos that are stuck longest, where some are."""
    rows = videos.find(session, kind="stuck").rows[:size]
    names = people.addresses(session, user_ids={row.user_id for row in rows})
    table = Table.of(HEADS, [_line(video, names) for video in rows], empty="")
    return [Listing("Videos that are stuck", table, PATH)] if rows else []


def of_one(rows: Sequence[Video]) -> Table:
    """Show one person's latest videos."""
    lines = [
        Line(
            video.id,
            routes.in_console(PATH, id=video.id),
            [_name(video), _state(video), Cell(text=_trouble(video)), when(video.created_at)],
        )
        for video in rows
    ]
    return Table.of(("Video", "State", "Trouble", "Asked for"), lines, empty="They have made nothing.")


def _line(video: Video, names: dict[str, str]) -> Line:
    return Line(
        video.id,
        routes.in_console(PATH, id=video.id),
        [
            _name(video),
            _state(video),
            views.person(video.user_id, names),
            Cell(text=_trouble(video), tone="faint"),
            when(video.created_at),
        ],
    )


def _name(video: Video) -> Cell:
    made_from = MADE_FROM[VideoKind(video.kind)]
    return Cell(text=views.short(video.id), note=f"{made_from}, {video.aspect_ratio}", is_code=True)


def _state(video: Video) -> Cell:
    return mark(video.status.capitalize(), tone=TONES.get(video.status, ""))


def _trouble(video: Video) -> str:
    if video.status in ENDED:
        return video.error_code
    vain = video.tries + video.misses
    tried = f"{vain} tries" if vain else ""
    doubt = "submit in doubt" if video.submit_began_at and not video.provider_task_id else ""
    return ", ".join(filter(None, (tried, doubt, video.trouble)))


def _opened(session: Session, found: Making) -> Opened:
    video = found.video
    marks = [_state(video)]
    if found.is_stuck:
        marks.append(mark("Stuck", tone="warn"))
    if video.deleted_at:
        marks.append(mark("In the bin", tone="faint"))
    return Opened(
        title=f"Video {views.short(video.id)}",
        id=video.id,
        back=PATH,
        marks=marks,
        facts=_facts(found),
        acts=_acts(found),
        listings=[
            Listing("Credits", _entries(found.entries)),
            trails.about(session, found.lines, video.id),
        ],
    )


def _facts(found: Making) -> list[Fact]:
    video, owner = found.video, found.owner
    moments: list[tuple[str, Any]] = [
        ("Asked for", video.created_at),
        ("Sent", video.submit_began_at),
        ("Rendering since", video.rendering_at),
        ("Saving since", video.saving_at),
        ("Ended", video.completed_at),
    ]
    came_back = f"{counted(video.credits_returned)} came back" if video.credits_returned else ""
    return [
        Fact(
            "Owner",
            owner.known_email or owner.name or owner.id,
            href=routes.in_console(routes.ADMIN_USERS, id=owner.id),
        ),
        Fact("Price", counted(video.credits_used), note=came_back),
        Fact("Takes", _takes(video)),
        *(Fact("Before it in the queue", f"{found.before:,}") for _ in range(found.before is not None)),
        *(fact_at(name, at) for name, at in moments if at),
        Fact("Task", video.provider_task_id or NONE, is_code=True),
        Fact(
            "Key",
            video.provider_key or NONE,
            href=routes.in_console(routes.ADMIN_KEYS, id=video.provider_key),
            is_code=True,
        ),
        *_works(found),
        *_ends(video),
    ]


def _works(found: Making) -> list[Fact]:
    video = found.video
    if video.status in ENDED:
        return []
    vain = video.tries + video.misses
    hand = f"engine {video.taken_by}" + ("" if found.is_held else ", which nobody knows")
    return [
        Fact("In the hands of", hand if video.taken_by else "nobody", tone="" if found.is_held else "faint"),
        fact_at("Looked at next", video.due_at),
        Fact("Tries in vain", str(vain), note=video.notice, tone="warn" if vain else ""),
        fact_at("In trouble since", video.trouble_at, note=video.trouble),
    ]


def _ends(video: Video) -> list[Fact]:
    if not video.error_code:
        return []
    return [Fact("Why it failed", video.error_message, note=video.error_code, tone="bad")]


def _takes(video: Video) -> str:
    so_far = progress.progress_of(video, now=db.utc_now())
    low, high = so_far.spread
    return f"{span(so_far.elapsed)}; usually {span(low)} to {span(high)}"


def _acts(found: Making) -> list[Act]:
    video, acts = found.video, list[Act]()
    if video.status not in ENDED:
        tells = "An engine looks at it at once: sends it, asks the provider about it, or stores it, as it stands. Nothing is made twice."
        acts.append(Act("set-going", video.id, "Set it going", tells))
        tells = f"Ends it as failed and returns {counted(video.credits_used)}, once. This cannot be undone."
        acts.append(Act("give-back", video.id, "End it, give back", tells, is_grave=True))
    elif video.status != Status.COMPLETED and video.credits_used and not video.credits_returned:
        tells = f"Returns {counted(video.credits_used)}, once. This cannot be undone."
        acts.append(Act("give-back", video.id, "Give credits back", tells))
    if video.purged_at is None and video.prompt:
        tells = "Shows what its owner wrote. That you have read it is written down."
        acts.append(Act("read-words", video.id, "Read the prompt", tells))
    return acts


def _entries(entries: Sequence[CreditEntry]) -> Table:
    lines = [
        Line(
            str(entry.id),
            "",
            [Cell(text=ENTRIES[Kind(entry.kind)]), Cell(text=f"{entry.credits:+,}"), when(entry.created_at)],
        )
        for entry in entries
    ]
    return Table.of(("What", "#Credits", "When"), lines, empty="Nothing was charged.")
