"""How a stored file is given: whole or in parts, with its mark, its name and its type, from here or from a store elsewhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Literal

import anyio.to_thread
from fastapi import Request, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse

from cuttingasmr.errors import NotFound
from cuttingasmr.storage.names import disposition
from cuttingasmr.storage.store import Kept, get_store, type_of

PARTS = re.compile(
    r"bytes=(?:\d{1,18}-(?:\d{1,18})?|-\d{1,18})(?:\s*,\s*(?:\d{1,18}-(?:\d{1,18})?|-\d{1,18}))*"
)
BACKWARDS = re.compile(r"(\d+)-(\d+)")
PART = re.compile(r"bytes=(\d*)-(\d*)")
COMMON = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
FLEETING = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Given:
    """A file to give: its key, what a person calls it, and whether it is to be saved rather than shown."""

    key: str
    name: str
    attachment: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """Say what it is called and how it is to be treated."""
        return {"Content-Disposition": disposition(self.name, attachment=self.attachment)}


async def give(file: Given, request: Request) -> Response:
    """Give a file, or the parts of it that are asked for; raise `NotFound` when it is not there.

    A store elsewhere gives it itself, behind a link that expires, unless it is to be saved: its name is known here alone.
    """
    path = get_store().path_of(file.key)
    if path is not None:
        return await _from_here(path, file, request)
    if get_store().makes_links and not file.attachment:
        method: Literal["GET", "HEAD"] = "HEAD" if request.method == "HEAD" else "GET"
        return RedirectResponse(await get_store().link_to(file.key, method), headers=FLEETING)
    return await _through_here(file, request)


async def _from_here(path: Path, file: Given, request: Request) -> Response:
    try:
        facts = await anyio.to_thread.run_sync(os.stat, path)
    except OSError as error:
        raise NotFound from error
    if not _can_be_read(request.headers.get("range", "bytes=0-")):
        return _no_such_part(facts.st_size)
    answer = FileResponse(
        path, media_type=type_of(file.key), headers=COMMON | file.headers, stat_result=facts
    )
    if _is_known(request.headers.get("if-none-match", ""), answer.headers["etag"]):
        return Response(status_code=304, headers={"ETag": answer.headers["etag"], **COMMON})
    return answer


async def _through_here(file: Given, request: Request) -> Response:
    """Pass a file on from a store elsewhere, block by block, or one part of it; who asks for several gets the whole."""
    kept = await get_store().find(file.key)
    if kept is None:
        raise NotFound
    if not _can_be_read(request.headers.get("range", "bytes=0-")):
        return _no_such_part(kept.size)
    if _is_known(request.headers.get("if-none-match", ""), kept.mark):
        return Response(status_code=304, headers={"ETag": kept.mark, **COMMON})
    part = _part_wanted(request, kept)
    if part and part[0] >= part[1]:
        return _no_such_part(kept.size)
    headers = COMMON | file.headers | _facts_of(kept, part)
    blocks = () if request.method == "HEAD" else get_store().blocks(file.key, part)
    return StreamingResponse(blocks, 206 if part else 200, headers, type_of(file.key))


def _facts_of(kept: Kept, part: tuple[int, int] | None) -> dict[str, str]:
    begin, end = part or (0, kept.size)
    place = {"Content-Range": f"bytes {begin}-{end - 1}/{kept.size}"} if part else {}
    facts = {"ETag": kept.mark, "Last-Modified": _written_at(kept), "Accept-Ranges": "bytes"}
    return {**facts, **place, "Content-Length": str(end - begin)}


def _written_at(kept: Kept) -> str:
    return formatdate(kept.changed_at.timestamp(), usegmt=True)


def _part_wanted(request: Request, kept: Kept) -> tuple[int, int] | None:
    """Tell from which byte up to which one a file is wanted; `None` for all of it, as where `If-Range` names another version."""
    part, told = PART.fullmatch(request.headers.get("range", "").strip()), request.headers.get("if-range")
    if part is None or (told is not None and not _is_same(told, kept)):
        return None
    begin, last = part.groups()
    if not begin:
        return max(0, kept.size - int(last)), kept.size
    return int(begin), min(int(last or kept.size) + 1, kept.size)


def _is_same(told: str, kept: Kept) -> bool:
    """Tell whether this is the very version: a weak mark promises nothing about the bytes (RFC 9110 §13.1.5)."""
    return told in {kept.mark, _written_at(kept)} and not told.startswith("W/")


def _no_such_part(size: int) -> Response:
    return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})


def _can_be_read(parts: str) -> bool:
    """Tell whether a `Range` names parts, none of which runs backwards."""
    if not PARTS.fullmatch(parts.strip()):
        return False
    return all(int(begin) <= int(end) for begin, end in BACKWARDS.findall(parts))


def _is_known(told: str, mark: str) -> bool:
    """Tell whether a browser has this very version already (RFC 9110 §13.1.2)."""
    marks = [each.strip().removeprefix("W/") for each in told.split(",")]
    return mark in marks or told.strip() == "*"
