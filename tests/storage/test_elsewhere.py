"""A store elsewhere, over HTTP: what is kept there comes back, is listed in order, and opens by links that expire."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cuttingasmr.storage.store import StorageUnavailable, Store
from tests.support.bucket import Bucket, holding

KEY = "videos/some.mp4"
FILM = os.urandom(100_000)


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with holding() as bucket:
        yield bucket


@pytest.fixture
def store(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name.upper(), value)
    bucket.things.clear()
    yield Store(bucket.environment["storage_url"])
    bucket.refuses = False


async def test_a_file_is_kept_with_its_type_and_comes_back(
    store: Store, bucket: Bucket, tmp_path: Path
) -> None:
    await store.put(KEY, FILM)

    await store.fetch(KEY, tmp_path / "film")

    kept = bucket.things[KEY]
    assert (kept.content, kept.kind) == (FILM, "video/mp4")
    assert kept.treatment.startswith('inline; filename="cuttingasmr-some.mp4"'), "and a link cannot tell it"
    assert (tmp_path / "film").read_bytes() == FILM
    assert b"".join(store.read(KEY)) == FILM
    assert store.path_of(KEY) is None


async def test_a_large_file_goes_in_parts_and_is_whole(store: Store, bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(os.urandom(13_000_000))

    await store.put(KEY, tmp_path / "large")

    assert bucket.things[KEY].content == (tmp_path / "large").read_bytes()
    assert bucket.things[KEY].kind == "video/mp4"


async def test_a_file_is_found_with_its_size_and_one_that_is_gone_is_not(store: Store) -> None:
    await store.put(KEY, FILM)
    found = await store.find(KEY)

    await store.delete(KEY)
    await store.delete(KEY)

    assert found is not None
    assert (found.key, found.size) == (KEY, len(FILM))
    assert await store.find(KEY) is None
    with pytest.raises(FileNotFoundError):
        list(store.read(KEY))


async def test_files_are_listed_in_order_a_page_at_a_time(store: Store) -> None:
    for number in reversed(range(7)):
        await store.put(f"videos/{number}.mp4", b"film")
    await store.put("posters/0.webp", b"poster")

    pages = [
        await store.names("videos", after=after, size=3) for after in ("", "videos/2.mp4", "videos/5.mp4")
    ]

    assert [[kept.key[7] for kept in page] for page in pages] == [list("012"), list("345"), list("6")]


async def test_a_link_opens_a_file_for_a_while_without_a_key(store: Store, bucket: Bucket) -> None:
    await store.put(KEY, FILM)
    link = await store.link_to(KEY)

    async with httpx.AsyncClient(trust_env=False) as anybody:
        assert (await anybody.get(link)).content == FILM
        assert (await anybody.get(link, headers={"range": "bytes=0-9"})).content == FILM[:10]
        assert (await anybody.get(f"{bucket.url}/films/{KEY}")).status_code == 403
        assert (await anybody.get(link.replace("Expires=900", "Expires=0"))).status_code == 403


async def test_a_store_that_refuses_says_so_in_its_own_error_and_tells_a_visitor_nothing_of_it(
    store: Store, bucket: Bucket
) -> None:
    bucket.refuses = True

    with pytest.raises(StorageUnavailable) as told:
        await store.put(KEY, FILM)
    with pytest.raises(StorageUnavailable):
        await store.find(KEY)
    with pytest.raises(StorageUnavailable):
        list(store.read(KEY))
    with pytest.raises(StorageUnavailable):
        await store.names("videos", after="", size=10)

    assert "AccessDenied" in str(told.value)
    assert "AccessDenied" not in told.value.message


async def test_a_working_store_passes_its_check(store: Store, bucket: Bucket) -> None:
    await store.check()

    assert bucket.things == {}
