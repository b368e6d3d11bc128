"""The library of the person in front of this page, live. What is looked for stands in the page's address as well."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import reflex as rx

from cuttingasmr import db
from cuttingasmr.errors import AppError, Invalid
from cuttingasmr.generation import gallery, library
from cuttingasmr.generation.filters import STATES, Filter
from cuttingasmr.generation.gallery import Gallery
from cuttingasmr.states.asking import asker, is_page_load, owner_of
from cuttingasmr.states.desk import unmoved
from cuttingasmr.states.views import Card, Tile
from cuttingasmr.states.visitor import Visitor, introduce
from cuttingasmr.states.watching import follow

MOST_TILES = 40 * library.PAGE
"""So many tiles one page holds; then the list goes on with a fresh page, so that a browser is never buried."""

CHOICES = ("view", "kind", "ratio", "since", "until")
ADDRESS = {"q": "words", "show": "view", "type": "kind", "ratio": "ratio", "from": "since", "to": "until"}
FAVOURITES, DELETED = "favourites", "deleted"


@dataclass(frozen=True)
class Wanted:
    """What is looked for, as the page's address has it. `view` is a state, `favourites`, `deleted`, or all there is."""

    words: str = ""
    view: str = ""
    kind: str = ""
    ratio: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Read an address, leaving out what cannot be meant."""
        found = {name: str(query.get(key, ""))[:200] for key, name in ADDRESS.items()}
        for name, value in found.items():
            try:
                cls(**{name: value}).filter(UTC)
            except Invalid:
                found[name] = ""
        return cls(**found)

    def filter(self, zone: tzinfo) -> Filter:
        """Say it to the services, or raise `Invalid`."""
        state = "" if self.view in {FAVOURITES, DELETED} else self.view
        return Filter.checked(
            words=self.words,
            choices={"state": state, "kind": self.kind, "ratio": self.ratio},
            days=(self.since, self.until),
            is_favourite=self.view == FAVOURITES,
            is_deleted=self.view == DELETED,
            zone=zone,
        )


@dataclass(frozen=True)
class Counts:
    """What stands beside the filters; `found` is in words."""

    total: int = 0
    running: int = 0
    ready: int = 0
    failed: int = 0
    canceled: int = 0
    favourites: int = 0
    deleted: int = 0
    found: str = ""

    @classmethod
    def of(cls, sight: Gallery) -> Self:
        """Count a library."""
        tally = sight.tally
        return cls(
            total=tally.total,
            **{name: tally.by_state[name] for name in STATES},
            favourites=tally.favourites,
            deleted=tally.deleted,
            found=f"{library.COUNTED:,}+ videos" if sight.are_more_found else counted(sight.found),
        )


@dataclass(frozen=True)
class Asked:
    """Everything that decides what the page shows."""

    wanted: Wanted
    zone: str
    begin: str
    size: int
    opened: str


class Library(rx.State):
    """What the page shows: a grid of tiles, and at most one video that is open. `zone` is the browser's own."""

    tiles: rx.Field[list[Tile]] = rx.field(default_factory=list)
    opened: rx.Field[list[Card]] = rx.field(default_factory=list)
    counts: rx.Field[Counts] = rx.field(default_factory=Counts)
    wanted: rx.Field[Wanted] = rx.field(default_factory=Wanted)
    has_more: rx.Field[bool] = rx.field(default=False)
    has_newer: rx.Field[bool] = rx.field(default=False)
    is_loaded: rx.Field[bool] = rx.field(default=False)
    zone: str = rx.LocalStorage("", name="zone")
    _open_id: str = ""
    _begin: str = ""
    _next: str = ""

    @rx.var
    def address(self) -> str:
        """Write what is looked for as the page's address has it."""
        named = {key: getattr(self.wanted, name) for key, name in ADDRESS.items()}
        named["video"] = self._open_id
        return urlencode({key: value for key, value in named.items() if value})

    @rx.event
    async def arrive(self) -> None:
        """Read the address that somebody comes with, or comes back with."""
        query = {str(key): str(value) for key, value in self.router.url.query_parameters.items()}
        wanted = Wanted.read(query)
        if wanted != self.wanted:
            self.wanted, self._begin, self.tiles, self.is_loaded = wanted, "", [], False
        self._open_id = query.get("video", "")[: library.NAME_LIMIT]

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep this page true until it closes. Reflex ends it with the page that began it."""
        if not is_page_load():
            return
        async with aclosing(follow(partial(asker, self), self._look, is_under_way, is_waiting)) as sights:
            async for sight in sights:
                async with self:
                    introduce(await self.get_state(Visitor), sight[1].user if sight else None)
                    if sight is None or sight[0] == self._asked():
                        self._show(sight[1] if sight else None)
                    else:  # something else is looked for by now
                        await self._read(self._asked())

    @rx.event
    async def search(self, words: str) -> None:
        """Look for these words."""
        if isinstance(words, str):
            await self._want(replace(self.wanted, words=words[:200].strip()))

    @rx.event
    async def choose(self, name: object, value: object) -> None:
        """Look for videos of one view, kind, shape or time."""
        if name in CHOICES and isinstance(value, str):
            await self._want(replace(self.wanted, **{str(name): value[:40]}))

    @rx.event
    async def clear(self) -> None:
        """Look for nothing in particular."""
        await self._want(Wanted(view=DELETED) if self.wanted.view == DELETED else Wanted())

    @rx.event
    async def show_more(self) -> None:
        """Add the next tiles; a page that is full goes on with a fresh one."""
        if not self._next:
            return
        try:
            user = await asker(self)
            found = self.wanted.filter(zone_of(self.zone))
            page = await db.read(library.page, user_id=user.id, cursor=self._next, wanted=found)
        except AppError:
            return
        if len(self.tiles) >= MOST_TILES:
            self._begin, self.tiles = self._next, []
        known = {tile.id for tile in self.tiles}
        self.tiles = [*self.tiles, *(Tile.of(seen) for seen in page.rows if seen.video.id not in known)]
        self._turn(page.cursor)

    @rx.event
    async def open(self, video_id: object) -> None:
        """Open one video; anything that is none of one's own closes what is open."""
        self._open_id = video_id[: library.NAME_LIMIT] if isinstance(video_id, str) else ""
        await self._read(self._asked())

    async def _want(self, wanted: Wanted) -> None:
        """Look for something else, from its beginning; what cannot be meant changes nothing."""
        before = (self.wanted, self._begin)
        self.wanted, self._begin = wanted, ""
        if not await self._read(replace(self._asked(), size=library.PAGE)):
            self.wanted, self._begin = before

    async def _read(self, asked: Asked) -> bool:
        """Read and show what is asked for, and tell whether that was possible."""
        try:
            self._show(await self._look_for(asked))
        except AppError:
            return False
        return True

    async def _look(self) -> tuple[Asked, Gallery] | None:
        async with self:  # pyright: ignore[reportGeneralTypeIssues] - a background event's self is one
            asked = self._asked()
        sight = await self._look_for(asked)
        return None if sight is None else (asked, sight)

    async def _look_for(self, asked: Asked) -> Gallery | None:
        return await db.read(
            gallery.look_around,
            owner=owner_of(self),
            wanted=asked.wanted.filter(zone_of(asked.zone)),
            cursor=asked.begin,
            size=asked.size,
            opened=asked.opened,
        )

    def _asked(self) -> Asked:
        size = max(library.PAGE, len(self.tiles))
        return Asked(self.wanted, self.zone, self._begin, size, self._open_id)

    def _show(self, sight: Gallery | None) -> None:
        """Show a sight; what has not changed is not sent again."""
        opened = [Card.of(sight.opened, sight.retried)] if sight and sight.opened else []
        seen = {
            "tiles": [Tile.of(one) for one in sight.videos.rows] if sight else [],
            "opened": unmoved(opened, self.opened),
            "counts": Counts.of(sight) if sight else Counts(),
            "is_loaded": True,
        }
        for name, value in seen.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        if not opened:
            self._open_id = ""
        self._turn(sight.videos.cursor if sight else "")

    def _turn(self, cursor: str) -> None:
        self._next = cursor
        self.has_more, self.has_newer = bool(cursor), bool(self._begin)


def is_under_way(sight: tuple[Asked, Gallery]) -> bool:
    """Whether anything that is shown is still being made, be it a video or a 1080p version."""
    shown = [*sight[1].videos.rows, *([sight[1].opened] if sight[1].opened else [])]
    return any(seen.video.completed_at is None or seen.video.hd_state == "asked" for seen in shown)


def is_waiting(sight: tuple[Asked, Gallery]) -> bool:
    """Whether any video's place in the queue is shown, which changes with other people's videos."""
    shown = [*sight[1].videos.rows, *([sight[1].opened] if sight[1].opened else [])]
    return any(seen.before for seen in shown)


def zone_of(name: str) -> tzinfo:
    """Find a time zone by what a browser calls it; an unknown one is UTC."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, OSError, KeyError):
        return UTC


def counted(videos: int) -> str:
    """Say how many videos that is."""
    return "1 video" if videos == 1 else f"{videos:,} videos"
