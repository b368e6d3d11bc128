"""Fetching a result: the whole file, or an error that tells whose fault it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.download import WrongAnswer, download
from tests.support.liar import Liar
from tests.support.ports import free_port

pytestmark = pytest.mark.usefixtures("line")


async def test_a_file_comes_whole_and_its_size_is_told(liar: Liar, tmp_path: Path) -> None:
    liar.says = bytes(range(256)) * 5000

    assert await download(f"{liar.url}/film.mp4", tmp_path / "film") == len(liar.says)

    assert (tmp_path / "film").read_bytes() == liar.says


async def test_no_key_goes_to_the_place_where_results_lie(liar: Liar, tmp_path: Path) -> None:
    await download(f"{liar.url}/film.mp4", tmp_path / "film")

    assert "authorization" not in liar.asked[0].headers


@pytest.mark.parametrize(
    "status", [pytest.param(code, id=str(code)) for code in (204, 302, 403, 404, 410, 500)]
)
async def test_a_link_that_gives_no_file_is_a_wrong_answer(liar: Liar, tmp_path: Path, status: int) -> None:
    liar.status = status

    with pytest.raises(WrongAnswer):
        await download(liar.url, tmp_path / "film")


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
async def test_an_address_that_is_none_is_the_providers_fault(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProviderUnavailable):
        await download(url, tmp_path / "film")


async def test_nobody_there_is_the_providers_fault(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailable):
        await download(f"http://127.0.0.1:{free_port()}/film.mp4", tmp_path / "film")


async def test_a_place_where_nothing_can_be_written_is_not(liar: Liar, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        await download(liar.url, tmp_path / "no" / "folder")
