"""Many files as one ZIP that is written while it is sent: a block in memory at a time, however many and large they are.

Videos are packed already, so they are stored as they are. Sizes may go beyond 4 GB (ZIP64).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cuttingasmr.storage.store import Store


@dataclass(frozen=True)
class Entry:
    """One file of a ZIP: its name in there, its key in the store, and its date."""

    name: str
    key: str
    made_at: datetime


@dataclass(frozen=True)
class Written:
    """One file of a ZIP that comes from elsewhere than the store, block by block. What `is_packed` is stored as it is."""

    name: str
    made_at: datetime
    blocks: Iterable[bytes]
    is_packed: bool = False


Bundled = Entry | Written


class _Pipe:
    """Takes what `zipfile` writes, for somebody else to take out. It cannot go back, so `zipfile` never asks it to."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Have nothing to do."""

    def take(self) -> bytes:
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)


def bundle(store: Store, entries: Iterable[Bundled]) -> Iterator[bytes]:
    """Give a ZIP of these files, block by block. Raises in the middle when one of them cannot be read: half a ZIP is none."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:  # pyright: ignore[reportArgumentType, reportCallIssue] - it is file enough
        for entry in entries:
            facts = zipfile.ZipInfo(entry.name, entry.made_at.timetuple()[:6])
            facts.external_attr = 0o644 << 16
            if isinstance(entry, Written) and not entry.is_packed:
                facts.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(facts, "w", force_zip64=True) as member:
                for block in entry.blocks if isinstance(entry, Written) else store.read(entry.key):
                    member.write(block)
                    yield pipe.take()
    yield pipe.take()
