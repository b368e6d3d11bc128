"""Keeping files: whole or not at all, and a storage that does not work says so in its own error."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from cuttingasmr.storage.store import StorageUnavailable, Store
from tests.support.site import wait_until

KEY = "videos/some.mp4"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store((tmp_path / "media").as_uri())


def kept(store: Store, key: str = KEY) -> bytes | None:
    path = store.path_of(key)
    assert path is not None
    return path.read_bytes() if path.exists() else None


async def test_bytes_are_kept(store: Store) -> None:
    await store.put(KEY, b"film")

    assert kept(store) == b"film"


async def test_a_file_is_kept_and_stays_where_it_was(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(20_000_000))

    await store.put(KEY, source)

    assert kept(store) == source.read_bytes()


async def test_a_later_file_takes_the_place_of_an_older_one_and_leaves_nothing_beside_it(
    store: Store,
) -> None:
    await store.put(KEY, b"a longer older film")
    await store.put(KEY, b"newer")

    path = store.path_of(KEY)
    assert kept(store) == b"newer"
    assert path is not None
    assert list(path.parent.iterdir()) == [path]


async def test_a_file_that_is_let_go_is_gone_and_letting_it_go_again_is_no_error(store: Store) -> None:
    await store.put(KEY, b"film")

    await store.delete(KEY)
    await store.delete(KEY)

    assert kept(store) is None


async def test_a_working_storage_passes_its_check_and_keeps_nothing_of_it(store: Store) -> None:
    await store.check()

    assert kept(store, "health/probe") is None


async def test_a_folder_may_be_called_anything(tmp_path: Path) -> None:
    folder = tmp_path / "meine größten Filme, 100%"

    await Store(folder.as_uri()).put(KEY, b"film")

    assert (folder / KEY).read_bytes() == b"film"


async def test_a_place_where_no_folder_can_be_is_a_storage_that_cannot_be_reached(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageUnavailable):
        await Store((tmp_path / "file" / "media").as_uri()).check()


async def test_a_folder_that_became_a_file_takes_nothing(store: Store) -> None:
    root = store.path_of("")
    assert root is not None
    root.rmdir()
    root.touch()

    with pytest.raises(StorageUnavailable):
        await store.put(KEY, b"film")
    with pytest.raises(StorageUnavailable):
        await store.check()


async def test_a_file_to_keep_that_is_not_there_is_told_and_keeps_nothing(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises((StorageUnavailable, FileNotFoundError)):
        await store.put(KEY, tmp_path / "nothing")

    assert kept(store) is None


WRITES_WITHOUT_END = """
import asyncio, sys, time
from cuttingasmr.storage.store import Store

def endless():
    while True:
        yield bytes(6_000_000)
        time.sleep(0.05)

asyncio.run(Store(sys.argv[1]).put("videos/some.mp4", endless()))
"""


async def test_what_a_killed_process_was_writing_goes_after_an_hour_and_nothing_else_does(
    store: Store, tmp_path: Path
) -> None:
    await store.put("videos/other.mp4", b"film")
    folder = tmp_path / "media" / "videos"
    theirs = folder / "holiday #1"
    theirs.touch()
    left = unfinished_by_a_killed(folder)

    young = store.clear_unfinished(older_than=timedelta(hours=1))
    long_ago = time.time() - 3700
    for file in (left, theirs, folder / "other.mp4"):
        os.utime(file, (long_ago, long_ago))
    old = store.clear_unfinished(older_than=timedelta(hours=1))

    assert (young, old) == (0, 1)
    assert sorted(folder.iterdir()) == [theirs, folder / "other.mp4"]


def unfinished_by_a_killed(folder: Path) -> Path:
    """Kill a process that is storing a file, and give what it left."""
    command = [sys.executable, "-c", WRITES_WITHOUT_END, folder.parent.as_uri()]
    with subprocess.Popen(command) as writing:
        try:
            wait_until(lambda: any(folder.glob("some*")))
        finally:
            writing.kill()
    (left,) = folder.glob("some*")
    return left
