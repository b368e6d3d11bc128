"""Many files in one ZIP: whole, as they were, and with no more memory than a block takes."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cuttingasmr.storage.bundle import Entry, bundle
from cuttingasmr.storage.store import Store

MADE_AT = datetime(2026, 5, 4, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store((tmp_path / "media").as_uri())


async def test_every_file_is_in_there_as_it_was(store: Store) -> None:
    files = {"ice.mp4": os.urandom(700_000), "\u4e2d\u6587 (2).mp4": os.urandom(10), "empty.mp4": b""}
    for number, content in enumerate(files.values()):
        await store.put(f"videos/{number}.mp4", content)
    entries = [Entry(name, f"videos/{number}.mp4", MADE_AT) for number, name in enumerate(files)]

    content = b"".join(bundle(store, entries))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert {facts.compress_type for facts in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {facts.date_time for facts in archive.infolist()} == {(2026, 5, 4, 3, 2, 2)}


async def test_many_large_files_take_no_more_memory_than_one_block(store: Store) -> None:
    await store.put("videos/large.mp4", os.urandom(8_000_000))
    entries = [Entry(f"{number}.mp4", "videos/large.mp4", MADE_AT) for number in range(20)]

    tracemalloc.start()
    size = sum(len(block) for block in bundle(store, entries))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 160_000_000
    assert most < 4_000_000


async def test_a_file_that_cannot_be_read_breaks_the_zip_off(store: Store) -> None:
    await store.put("videos/0.mp4", b"film")
    entries = [Entry("0.mp4", "videos/0.mp4", MADE_AT), Entry("1.mp4", "videos/gone.mp4", MADE_AT)]
    blocks = bundle(store, entries)

    with pytest.raises(FileNotFoundError):
        list(blocks)
