"""Looking into files: a film is told by its picture and its sound, never by its name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cuttingasmr.storage.media import NotAVideo, inspect, open_carefully
from tests.support.films import picture_alone, small_film, sound_alone
from tests.support.liar import Liar


def look(folder: Path, content: bytes, name: str = "film.mp4") -> object:
    path = folder / name
    path.write_bytes(content)
    return inspect(path)


def test_a_film_is_measured_and_its_poster_is_a_small_webp(tmp_path: Path, film: bytes) -> None:
    (tmp_path / "film").write_bytes(film)

    found = inspect(tmp_path / "film")

    assert (found.width, found.height) == (1280, 720)
    assert abs(found.duration_ms - 8000) < 150
    with Image.open(io.BytesIO(found.poster)) as poster:
        assert poster.format == "WEBP"
        assert poster.size == (640, 360)
        assert len(set(poster.convert("L").resize((32, 18)).tobytes())) > 8, "a picture, not one colour"


def test_a_tall_film_has_a_tall_poster(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(small_film(size=(720, 1280)))

    found = inspect(tmp_path / "film")

    assert (found.width, found.height) == (720, 1280)
    with Image.open(io.BytesIO(found.poster)) as poster:
        assert poster.size == (640, 1138)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda _: b"", ".", id="empty"),
        pytest.param(lambda _: b"just a text", ".", id="text renamed"),
        pytest.param(
            lambda _: b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" * 900,
            ".",
            id="garbage that begins well",
        ),
        pytest.param(lambda _: b"<!doctype html><title>Gone</title>" * 100, ".", id="a page"),
        pytest.param(lambda film: film[: len(film) // 50], ".", id="the beginning of a film"),
        pytest.param(lambda film: film[: len(film) // 2], "cut off", id="half a film"),
        pytest.param(lambda film: film[:-1000], "cut off", id="a film without its end"),
        pytest.param(lambda _: small_film(size=(4098, 64)), "4098 by 64", id="wider than any screen"),
        pytest.param(lambda _: small_film(size=(32, 18)), "32 by 18", id="a dot"),
        pytest.param(lambda _: small_film(seconds=0.7), "length of 0", id="a blink"),
        pytest.param(lambda _: small_film(seconds=70), "length of 7", id="more than a minute"),
        pytest.param(lambda _: small_film(kind="webm", codec="libvpx-vp9"), ".", id="another container"),
        pytest.param(lambda _: small_film(codec="mpeg4"), "codec mpeg4", id="another codec"),
        pytest.param(lambda _: sound_alone(), "no picture", id="sound alone"),
        pytest.param(lambda _: picture_alone(), "no sound", id="picture alone"),
    ],
)
def test_what_is_no_film_is_refused(
    tmp_path: Path, film: bytes, make: Callable[[bytes], bytes], why: str
) -> None:
    with pytest.raises(NotAVideo, match=why):
        look(tmp_path, make(film))


def test_a_picture_is_no_film_whatever_its_name(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "PNG")

    with pytest.raises(NotAVideo):
        look(tmp_path, file.getvalue())


def test_a_file_that_is_not_there_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(NotAVideo):
        inspect(tmp_path / "nothing.mp4")


def test_a_film_of_another_length_than_was_asked_for_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(small_film(seconds=4))

    assert inspect(tmp_path / "film", seconds=4).duration_ms == pytest.approx(4000, abs=400)
    with pytest.raises(NotAVideo, match="length"):
        inspect(tmp_path / "film", seconds=8)


@pytest.mark.parametrize(
    ("size", "is_hd"),
    [
        pytest.param((1920, 1080), True, id="wide"),
        pytest.param((1080, 1920), True, id="tall"),
        pytest.param((1920, 1088), False, id="almost"),
        pytest.param((1280, 720), False, id="smaller"),
    ],
)
def test_only_what_is_1080p_is_called_so(tmp_path: Path, size: tuple[int, int], *, is_hd: bool) -> None:
    (tmp_path / "film").write_bytes(small_film(seconds=2, size=size))

    assert inspect(tmp_path / "film").is_hd == is_hd


def test_a_list_of_other_places_is_not_gone_through(tmp_path: Path, liar: Liar) -> None:
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\n{liar.url}/secret.ts\n#EXT-X-ENDLIST\n"

    with pytest.raises(NotAVideo):
        look(tmp_path, playlist.encode(), "film.m3u8")

    assert liar.asked == []


def test_a_picture_larger_than_allowed_is_not_decoded_whatever_the_index_says(tmp_path: Path) -> None:
    """The decoder itself holds the limit: 4096 by 4096 pixels."""
    (tmp_path / "film").write_bytes(small_film(seconds=0.4, size=(4098, 4098)))

    with open_carefully(tmp_path / "film") as container, pytest.raises(ValueError, match="max_pixels"):
        next(container.decode(video=0))
