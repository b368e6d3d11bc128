# pyright: reportUnknownMemberType=false
# (obstore types its lists in Arrow's words as well)
"""Where videos and posters are kept: a folder, or an S3-like store, as `STORAGE_URL` says.

Keys are ours and never come from a visitor. A file is either whole or not there.
"""

from __future__ import annotations

import asyncio
import heapq
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import unquote

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store, from_url

from cuttingasmr.errors import Unavailable
from cuttingasmr.settings import get_settings
from cuttingasmr.storage.names import NAMELESS, disposition

if TYPE_CHECKING:
    from obstore import ObjectMeta, SignCapableStore
    from obstore.store import ObjectStore

LINK_LIFE = timedelta(minutes=15)
BLOCK = 256 * 1024
PARTS_AT_ONCE = 4
"""A large file goes in parts of 5 MB, so many of them in memory at a time."""

TYPES = {
    ".mp4": "video/mp4",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".zip": "application/zip",
}
"""What kind of file each of our keys names by its ending."""

UNFINISHED = re.compile(rf"[^#]+(?:{'|'.join(map(re.escape, TYPES))})#\d+")
"""What a file of ours is called in a folder until it is whole."""


class StorageUnavailable(Unavailable):
    """The storage is full or cannot be reached. Please try again in a moment."""

    def __init__(self, detail: str = "") -> None:
        """Keep what the storage said for the log: it may tell of places that are no visitor's business."""
        self.detail = detail
        super().__init__()

    def __str__(self) -> str:
        """Give what the storage said."""
        return self.detail or self.message


@dataclass(frozen=True, order=True)
class Kept:
    """A file that is kept, its size in bytes, when it was written, and the mark of this version of it (RFC 9110 §8.8.3)."""

    key: str
    size: int
    changed_at: datetime
    mark: str = field(default="", compare=False)


def type_of(key: str) -> str:
    """Give the media type of one of our files."""
    return TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")


class Store:
    """One place for files."""

    def __init__(self, url: str) -> None:
        """Open the place; a local folder is made if it is not there. Raises `StorageUnavailable` if that cannot be."""
        if url.startswith("file:"):
            root = Path(unquote(url.removeprefix("file://")))
            try:
                root.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageUnavailable(str(error)) from error
            self._store: ObjectStore = LocalStore(root)
            self._root: Path | None = root
        else:
            self._store, self._root = from_url(url), None

    @property
    def makes_links(self) -> bool:
        """Whether the store itself can be given to a browser, by a link that expires."""
        return isinstance(self._store, (S3Store, GCSStore, AzureStore))

    async def put(self, key: str, content: Path | bytes) -> None:
        """Keep a file, whole, in place of any older one; or raise `StorageUnavailable`."""
        told = None if self._root else _told_of(key)  # a folder keeps none of it
        try:
            await obstore.put_async(self._store, key, content, attributes=told, max_concurrency=PARTS_AT_ONCE)  # pyright: ignore[reportArgumentType] - its keys are words
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    def clear_unfinished(self, *, older_than: timedelta) -> int:
        """Remove what killed processes left of files that they were writing, and tell how many; nothing else is touched.

        A folder alone has such: obstore writes into `KEY#1`, which no list of it shows. Stores elsewhere drop the parts of what
        was never finished by a rule of their own, which an operator sets (.env.example). Raises `StorageUnavailable`.
        """
        if self._root is None:
            return 0
        limit, removed = time.time() - older_than.total_seconds(), 0
        try:
            for file in self._root.glob("*/*#*"):
                if UNFINISHED.fullmatch(file.name) and file.stat().st_mtime < limit:
                    file.unlink(missing_ok=True)
                    removed += 1
        except OSError as error:
            raise StorageUnavailable(str(error)) from error
        return removed

    async def delete(self, key: str) -> None:
        """Let a file go; one that is gone already is no error."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def find(self, key: str) -> Kept | None:
        """Look a file up; `None` when there is none, and `StorageUnavailable` when that cannot be told."""
        try:
            found = await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error
        return _kept(found)

    async def fetch(self, key: str, path: Path) -> None:
        """Copy a file to this machine; raises `FileNotFoundError`, or `StorageUnavailable`."""
        with path.open("wb") as file:
            async for block in self.blocks(key):
                await asyncio.to_thread(file.write, block)

    async def blocks(self, key: str, part: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """Give a file, or what lies from one of its bytes up to another, piece by piece.

        Raises `FileNotFoundError`, or `StorageUnavailable`.
        """
        try:
            found = await obstore.get_async(self._store, key, options={"range": part} if part else None)
            async for block in found.stream(min_chunk_size=BLOCK):
                yield bytes(block)
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    def read(self, key: str) -> Iterator[bytes]:
        """Do `blocks` in a thread that may wait."""
        try:
            for block in obstore.get(self._store, key).stream(min_chunk_size=BLOCK):
                yield bytes(block)
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def names(self, folder: str, *, after: str, size: int) -> list[Kept]:
        """List at most so many files of a folder whose keys come after this one, in the order of their keys.

        Stores elsewhere list in that order; a folder of this machine is read whole, and keeps only what is asked for.
        """
        return await asyncio.to_thread(self._names, folder, after, size)

    def _names(self, folder: str, after: str, size: int) -> list[Kept]:
        try:
            pages = obstore.list(self._store, folder, offset=after or None, chunk_size=size)
            found = (_kept(each) for page in pages for each in page)
            if self._root is None:
                return [kept for kept, _ in zip(found, range(size), strict=False)]
            return heapq.nsmallest(size, (kept for kept in found if kept.key > after))
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    def path_of(self, key: str) -> Path | None:
        """Tell where a file is on this machine; `None` when the store is elsewhere."""
        return None if self._root is None else self._root / key

    async def link_to(self, key: str, method: Literal["GET", "HEAD"] = "GET") -> str:
        """Make a link to a file of a store that `makes_links`, which opens it for `LINK_LIFE`.

        obstore signs a key and a time and nothing else, so the link cannot say what the file is called: the file does (`put`).
        """
        try:
            return await obstore.sign_async(cast("SignCapableStore", self._store), method, key, LINK_LIFE)
        except BaseError as error:
            raise StorageUnavailable(str(error)) from error

    async def check(self) -> None:
        """Write and remove a small file, or raise `StorageUnavailable`."""
        await self.put("health/probe", b"ok")
        await self.delete("health/probe")


def _told_of(key: str) -> dict[str, str]:
    """Say what a store elsewhere answers about a file: what it is, and a name that tells nothing of what is in it.

    What people call a video may change, and may be nobody else's business, so it is not left with a file that outlives it.
    """
    name = f"{NAMELESS}-{PurePosixPath(key).name}"
    return {"Content-Type": type_of(key), "Content-Disposition": disposition(name, attachment=False)}


def _kept(found: ObjectMeta) -> Kept:
    size, changed_at = found["size"], found["last_modified"]
    mark = found["e_tag"] or f'"{changed_at.timestamp()}-{size}"'
    return Kept(found["path"], size, changed_at, mark)


@cache
def get_store() -> Store:
    """Give the one store of this process."""
    return Store(get_settings().storage_url)
