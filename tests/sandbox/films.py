"""Watching and listening to a film, for tests."""

from __future__ import annotations

import array
import io
from typing import NamedTuple

import av


class Watched(NamedTuple):
    """What a viewer notices."""

    codecs: tuple[str, str]
    size: tuple[int, int]
    seconds: float
    frames_per_second: float
    loudest: float
    loudness: float
    movement: float


def watch(film: bytes) -> Watched:
    """Decode all of it: levels are 0 to 1, movement is the mean change of brightness (0 to 255) over a second."""
    with av.open(io.BytesIO(film), "r") as container:
        video, voice = container.streams.video[0], container.streams.audio[0]
        codecs = (video.codec_context.name, voice.codec_context.name)
        size, rate = (video.codec_context.width, video.codec_context.height), float(video.average_rate or 0)
        seconds = float((container.duration or 0) / av.time_base)
        pictures = [bytes(frame.planes[0])[::97] for frame in container.decode(video=0)]
        assert len(pictures) == round(seconds * rate)
    loudest, loudness = _levels(film)
    changes = [abs(one - other) for one, other in zip(pictures[24], pictures[48], strict=True)]
    return Watched(codecs, size, seconds, rate, loudest, loudness, sum(changes) / len(changes))


def _levels(film: bytes) -> tuple[float, float]:
    samples = array.array("f")
    with av.open(io.BytesIO(film), "r") as container:
        for frame in container.decode(audio=0):
            samples.frombytes(bytes(frame.planes[0])[: frame.samples * 4])
    heard = samples[::7]
    return max(map(abs, heard)), (sum(sample * sample for sample in heard) / len(heard)) ** 0.5


def size_of(film: bytes) -> tuple[int, int]:
    """Width and height of the first picture, without watching the rest."""
    with av.open(io.BytesIO(film), "r") as container:
        first = next(container.decode(video=0))
    return first.width, first.height


def streams_at_once(film: bytes) -> bool:
    """Whether the index comes before the pictures, so that a player need not fetch the end first."""
    return 0 < film.find(b"moov") < film.find(b"mdat")
