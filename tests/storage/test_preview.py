"""The clip of a video: short, small, silent, and playable everywhere."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from cuttingasmr.storage.media import NotAVideo
from cuttingasmr.storage.preview import cut
from cuttingasmr.storage.store import StorageUnavailable
from tests.support.films import picture_alone, small_film


def test_a_clip_is_short_small_silent_and_begins_with_its_index(tmp_path: Path, film: bytes) -> None:
    (tmp_path / "film").write_bytes(film)

    cut(tmp_path / "film", tmp_path / "clip")

    content = (tmp_path / "clip").read_bytes()
    assert len(content) < 150_000
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(tmp_path / "clip") as clip:
        (stream,) = clip.streams.video
        assert clip.streams.audio == ()
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 320, 180)
        assert clip.duration == pytest.approx(3_000_000, abs=100_000)
        assert len(list(clip.decode(video=0))) == 36


def test_a_disk_without_room_says_nothing_against_the_film(tmp_path: Path, film: bytes) -> None:
    (tmp_path / "film").write_bytes(film)

    with pytest.raises(StorageUnavailable):
        cut(tmp_path / "film", Path("/dev/full"))


def test_a_tall_film_has_a_tall_clip(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(small_film(seconds=4, size=(90, 160)))

    cut(tmp_path / "film", tmp_path / "clip")

    with av.open(tmp_path / "clip") as clip:
        assert (clip.streams.video[0].width, clip.streams.video[0].height) == (240, 426)


def test_of_a_short_film_there_is_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(picture_alone(frames=6))

    cut(tmp_path / "film", tmp_path / "clip")

    with av.open(tmp_path / "clip") as clip:
        assert 0 < len(list(clip.decode(video=0))) <= 6


@pytest.mark.parametrize(
    "content", [b"", b"no film", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" * 90]
)
def test_of_what_is_no_film_no_clip_is_cut(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "film").write_bytes(content)

    with pytest.raises(NotAVideo):
        cut(tmp_path / "film", tmp_path / "clip")
