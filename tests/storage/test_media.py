"""Looking into files: a film is told by its picture and its sound, never by its name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cuttingasmr.storage.media import NotAVideo, inspect
from tests.support.films import order_film, picture_alone, sound_alone
from tests.support.site import Sandbox


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


def test_a_tall_film_has_a_tall_poster(tmp_path: Path, shared_sandbox: Sandbox) -> None:
    (tmp_path / "film").write_bytes(order_film(shared_sandbox, ratio="9:16"))

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
        pytest.param(lambda film: film[: len(film) // 50], ".", id="the beginning of a film"),
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
