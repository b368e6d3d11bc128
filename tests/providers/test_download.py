"""Fetching a result: the whole file, or an error that tells whose fault it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.download import UnsafeLink, WrongAnswer, download
from tests.support.binding import bind, let_go
from tests.support.liar import Liar, lying
from tests.support.ports import free_port
from tests.support.shelf import Shelf, shelving


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Retries stay, and waiting goes."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Liar]:
    """A server that is the configured provider's."""
    with lying() as liar:
        bind(monkeypatch, tmp_path, veo3_api_base_url=liar.url, veo3_api_keys="some")
        yield liar
        let_go()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shelf]:
    """The place where the configured provider's results lie."""
    with shelving() as shelf:
        shelf.content = os.urandom(3_000_000)
        bind(monkeypatch, tmp_path, veo3_api_base_url=shelf.url, veo3_api_keys="some")
        yield shelf
        let_go()


async def test_a_file_comes_whole_and_its_size_is_told(liar: Liar, tmp_path: Path) -> None:
    liar.says = bytes(range(256)) * 5000

    assert await download(f"{liar.url}/film.mp4", tmp_path / "film") == len(liar.says)

    assert (tmp_path / "film").read_bytes() == liar.says


async def test_no_key_goes_to_the_place_where_results_lie(liar: Liar, tmp_path: Path) -> None:
    await download(f"{liar.url}/film.mp4", tmp_path / "film")

    assert "authorization" not in liar.asked[0].headers


@pytest.mark.parametrize(
    "status", [pytest.param(code, id=str(code)) for code in (204, 206, 302, 403, 404, 410)]
)
async def test_a_link_that_gives_no_file_is_a_wrong_answer(liar: Liar, tmp_path: Path, status: int) -> None:
    liar.status = status

    with pytest.raises(WrongAnswer):
        await download(liar.url, tmp_path / "film")


@pytest.mark.parametrize("status", [pytest.param(code, id=str(code)) for code in (408, 429, 500, 502, 503)])
async def test_a_place_that_cannot_now_is_tried_again_later(liar: Liar, tmp_path: Path, status: int) -> None:
    liar.status = status

    with pytest.raises(ProviderUnavailable) as told:
        await download(liar.url, tmp_path / "film")

    assert not isinstance(told.value, WrongAnswer)


async def test_a_file_that_is_cut_off_is_not_taken_for_whole(liar: Liar, tmp_path: Path) -> None:
    liar.says, liar.promises = b"half", 8

    with pytest.raises(ProviderUnavailable):
        await download(liar.url, tmp_path / "film")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///etc/passwd", id="a file of ours"),
        pytest.param("ftp://127.0.0.1/film.mp4", id="another protocol"),
        pytest.param("", id="nothing"),
        pytest.param("film.mp4", id="no host"),
        pytest.param("http://[", id="half an address"),
        pytest.param("http://\x00/", id="NUL"),
        pytest.param("http://xn--\udcff/", id="a broken name"),
        pytest.param(f"http://{'a' * 70}.example/", id="a name too long"),
    ],
)
@pytest.mark.usefixtures("liar")
async def test_an_address_that_is_none_is_the_providers_fault(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProviderUnavailable):
        await download(url, tmp_path / "film")


async def test_nobody_there_is_the_providers_fault(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailable):
        await download(f"http://127.0.0.1:{free_port()}/film.mp4", tmp_path / "film")


async def test_a_place_where_nothing_can_be_written_is_not(liar: Liar, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        await download(liar.url, tmp_path / "no" / "folder")


async def test_a_file_that_says_that_it_is_too_large_is_not_begun(liar: Liar, tmp_path: Path) -> None:
    liar.says, liar.promises = b"film", 2_000_000_000

    with pytest.raises(WrongAnswer):
        await download(liar.url, tmp_path / "film")

    assert not (tmp_path / "film").exists()


async def test_a_file_that_does_not_say_how_large_it_is_ends_at_the_limit(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.length = False

    with pytest.raises(WrongAnswer):
        await download(shelf.url, tmp_path / "film", largest=1_000_000)

    assert (tmp_path / "film").stat().st_size <= 1_000_000


async def test_a_file_that_comes_by_the_byte_is_not_waited_for(liar: Liar, tmp_path: Path) -> None:
    liar.says, liar.pause = bytes(2000), 0.05

    with pytest.raises(ProviderUnavailable):
        await download(f"{liar.url}/film.mp4", tmp_path / "film.mp4", seconds=0.5)

    assert (tmp_path / "film.mp4").stat().st_size < 2000


async def test_what_is_packed_is_not_unpacked(liar: Liar, tmp_path: Path) -> None:
    liar.says, liar.more = b"film", {"content-encoding": "gzip"}

    with pytest.raises(WrongAnswer):
        await download(liar.url, tmp_path / "film")


async def test_a_line_that_breaks_is_taken_up_where_it_broke(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks, shelf.after = 2, 1_000_000

    assert await download(shelf.url, tmp_path / "film") == len(shelf.content)

    assert (tmp_path / "film").read_bytes() == shelf.content
    assert "range" not in shelf.asked[0]
    assert all(asked["range"] > "bytes=0-" for asked in shelf.asked[1:])
    assert all(asked["if-range"] == '"one"' for asked in shelf.asked[1:])


@pytest.mark.parametrize(
    ("mark", "ranges"),
    [
        pytest.param('"one"', False, id="no ranges"),
        pytest.param("", True, id="no mark"),
        pytest.param('W/"one"', True, id="a weak mark"),
    ],
)
async def test_a_server_without_ranges_gives_the_whole_again(
    shelf: Shelf, tmp_path: Path, mark: str, *, ranges: bool
) -> None:
    shelf.mark, shelf.ranges = mark, ranges
    shelf.breaks, shelf.after = 1, 1_000_000

    assert await download(shelf.url, tmp_path / "film") == len(shelf.content)

    assert (tmp_path / "film").read_bytes() == shelf.content


async def test_a_file_that_is_another_when_gone_on_with_comes_whole(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks, shelf.after = 1, 1_000_000
    older = shelf.content

    class Changing(dict[str, str]):
        def append(self, _: object) -> None:
            if shelf.breaks == 0:
                shelf.content, shelf.mark = older[::-1], '"two"'

    shelf.asked = Changing()  # pyright: ignore[reportAttributeAccessIssue]

    await download(shelf.url, tmp_path / "film")

    assert (tmp_path / "film").read_bytes() == older[::-1]


async def test_a_line_that_always_breaks_is_given_up(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks, shelf.after = 99, 1000

    with pytest.raises(ProviderUnavailable):
        await download(shelf.url, tmp_path / "film")

    assert len(shelf.asked) < 10


async def test_a_link_to_a_machine_of_ours_is_not_followed(liar: Liar, tmp_path: Path) -> None:
    with shelving() as inside, pytest.raises(UnsafeLink):
        await download(inside.url, tmp_path / "film")

    assert (inside.asked, liar.asked) == ([], [])


async def test_a_way_round_to_a_machine_of_ours_is_not_followed_either(shelf: Shelf, tmp_path: Path) -> None:
    with shelving() as inside:
        shelf.leads_to = inside.url
        with pytest.raises(UnsafeLink):
            await download(shelf.url, tmp_path / "film")

        shelf.leads_to = "file:///etc/passwd"
        with pytest.raises(ProviderUnavailable):
            await download(shelf.url, tmp_path / "film")

    assert inside.asked == []


async def test_a_link_that_leads_round_in_a_circle_is_left(shelf: Shelf, tmp_path: Path) -> None:
    shelf.leads_to = shelf.url

    with pytest.raises(WrongAnswer):
        await download(shelf.url, tmp_path / "film")

    assert len(shelf.asked) <= 4
