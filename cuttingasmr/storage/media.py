# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (PyAV does not type what it hands to Pillow)
"""What is in a video file, by looking inside it. A name or a content type is never believed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

POSTER_AT_SECONDS = 1.0
POSTER_WIDTH = 640


class NotAVideo(Exception):
    """The file is not a playable video with picture and sound; the message says why."""


@dataclass(frozen=True)
class Media:
    """What a video file holds. Sizes in pixels, the length in milliseconds."""

    width: int
    height: int
    duration_ms: int
    poster: bytes


def inspect(path: Path) -> Media:
    """Open a file, check its picture and sound, and cut a poster (WebP); or raise `NotAVideo`."""
    try:
        with av.open(path) as container:
            return _inspect(container)
    except (FFmpegError, OSError, ValueError) as error:
        raise NotAVideo(type(error).__name__) from error


def _inspect(container: InputContainer) -> Media:
    if not container.streams.video or not container.streams.audio:
        raise NotAVideo("no picture" if not container.streams.video else "no sound")
    stream = container.streams.video[0]
    duration_ms = round((container.duration or 0) / 1000)
    if duration_ms <= 0:
        raise NotAVideo("no length")
    return Media(
        stream.codec_context.width, stream.codec_context.height, duration_ms, _poster(container, duration_ms)
    )


def _poster(container: InputContainer, duration_ms: int) -> bytes:
    """Take the first frame at or after the poster's moment, scaled down."""
    moment = min(POSTER_AT_SECONDS, duration_ms / 2000)
    for frame in container.decode(video=0):
        if frame.time >= moment:
            image = frame.to_image()
            image.thumbnail((POSTER_WIDTH, POSTER_WIDTH * 2))
            file = io.BytesIO()
            image.save(file, "WEBP", quality=80)
            return file.getvalue()
    raise NotAVideo("no frames")
