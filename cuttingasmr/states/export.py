"""The archive of one's data, live: how far it is, and asking for one. The person may be leaving."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Self

import reflex as rx

from cuttingasmr import db
from cuttingasmr.errors import AppError, SignInRequired
from cuttingasmr.models import Export, ExportState
from cuttingasmr.people import exports
from cuttingasmr.states.asking import holder, is_page_load
from cuttingasmr.states.watching import follow

NONE = "none"


@dataclass(frozen=True)
class Archive:
    """An archive, in words. `state` is `none`, `queued`, `making`, `ready` or `failed`; `share` is its progress in percent."""

    state: str = NONE
    said: str = ""
    share: int = 0
    size: str = ""
    kept_until: str = ""
    again_from: str = ""
    error: str = ""

    @classmethod
    def of(cls, export: Export | None) -> Self:
        """Show an archive to its owner."""
        if export is None:
            return cls()
        done, waits = min(export.done, export.total), exports.seconds_until_next(export)
        return cls(
            state=export.state,
            said=_said(export.state, done, export.total),
            share=round(100 * done / max(1, export.total)),
            size=_size(export.size_bytes),
            kept_until=export.expires_at.isoformat() if export.expires_at else "",
            again_from=(export.asked_at + exports.AGAIN).isoformat() if waits else "",
            error=export.error,
        )


def _said(state: str, done: int, total: int) -> str:
    if state == ExportState.QUEUED:
        return "Waiting for its turn…"
    files = f"{total:,} {'file' if total == 1 else 'files'}"
    return f"{done:,} of {files}" if total and done < total else "Putting it away…"


def _size(size_bytes: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{max(1, round(size_bytes / 1e3))} KB"


class Takeout(rx.State):
    """The archive of the person in front of this page, and what became of the last press."""

    archive: rx.Field[Archive] = rx.field(default_factory=Archive)
    error: rx.Field[str] = rx.field("")

    @rx.event(background=True)
    async def watch(self) -> None:
        """Keep it true until the page closes. Reflex ends this with the page that began it."""
        if not is_page_load():
            return
        async with aclosing(follow(partial(holder, self), self._look, _is_under_way)) as sights:
            async for sight in sights:
                async with self:
                    if sight != self.archive:
                        self.archive = sight or Archive()

    async def _look(self) -> Archive | None:
        try:
            user = await holder(self)
        except SignInRequired:
            return None
        return Archive.of(await db.read(exports.latest, user_id=user.id))

    @rx.event
    async def start(self) -> None:
        """Have an archive made."""
        self.error = ""
        try:
            user = await holder(self)
            self.archive = Archive.of(await exports.start(user_id=user.id))
        except AppError as error:
            self.error = error.message


def _is_under_way(archive: Archive) -> bool:
    return archive.state in exports.LIVE
