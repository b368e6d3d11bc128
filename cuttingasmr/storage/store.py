"""Where videos and posters are kept: a folder, or an S3-like store, as `STORAGE_URL` says.

Keys are ours and never come from a visitor. A file is either whole or not there.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from cuttingasmr.errors import Unavailable
from cuttingasmr.settings import get_settings

if TYPE_CHECKING:
    from obstore import SignCapableStore
    from obstore.store import ObjectStore

LINK_LIFE = timedelta(minutes=15)


class StorageUnavailable(Unavailable):
    """The storage is full or cannot be reached."""


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

    async def put(self, key: str, content: Path | bytes) -> None:
        """Keep a file, whole, in place of any older one; or raise `StorageUnavailable`."""
        try:
            await obstore.put_async(self._store, key, content)
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def delete(self, key: str) -> None:
        """Let a file go; one that is gone already is no error."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    def path_of(self, key: str) -> Path | None:
        """Tell where a file is on this machine; `None` when the store is elsewhere."""
        return None if self._root is None else self._root / key

    async def link_to(self, key: str) -> str:
        """Make a link to a file of a store elsewhere that opens it for `LINK_LIFE`."""
        try:
            store = cast("SignCapableStore", self._store)  # the local one, which cannot sign, has paths
            return await obstore.sign_async(store, "GET", key, LINK_LIFE)
        except BaseError as error:
            raise StorageUnavailable(str(error)) from error

    async def check(self) -> None:
        """Write and remove a small file, or raise `StorageUnavailable`."""
        await self.put("health/probe", b"ok")
        await self.delete("health/probe")


@cache
def get_store() -> Store:
    """Give the one store of this process."""
    return Store(get_settings().storage_url)
