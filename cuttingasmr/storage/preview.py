# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (PyAV types little of what it makes)
"""A small, silent clip of a video, for a card that is pointed at: a few seconds, few pixels, few bytes."""

from __future__ import annotations

import errno
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

from cuttingasmr.storage.media import NotAVideo, frames_from, open_carefully
from cuttingasmr.storage.store import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.video.frame import VideoFrame

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
SECONDS: Final = 3.0
FRAMES_A_SECOND: Final = 12
WIDE, TALL = 320, 240
"""Its width in pixels, of a wide and of a tall video."""

MOST_BITS_A_SECOND: Final = 300_000
ENCODER: Final = {
    "preset": "veryfast",
    "crf": "27",
    "threads": "1",
    "maxrate": str(MOST_BITS_A_SECOND),
    "bufsize": str(MOST_BITS_A_SECOND),
}


def cut(source: Path, target: Path) -> None:
    """Write the clip of one file into another (MP4, H.264, its index first).

    Raises `NotAVideo`, or `StorageUnavailable` where there is no room for it.
    """
    try:
        with (
            open_carefully(source) as container,
            av.open(target, "w", format="mp4", options={"movflags": "+faststart"}) as clip,
        ):
            stream = clip.add_stream("libx264", FRAMES_A_SECOND, options=ENCODER)
            stream.pix_fmt = "yuv420p"
            for frame in _frames(container):
                if frame.pts == 0:  # what it was opened with stays
                    stream.width, stream.height = frame.width, frame.height
                clip.mux(stream.encode(frame))
            clip.mux(stream.encode(None))
    except (FFmpegError, OSError, ValueError, IndexError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise StorageUnavailable(str(error)) from error
        raise NotAVideo(type(error).__name__) from error


def _frames(container: InputContainer) -> Iterator[VideoFrame]:
    """Take one picture for each moment of the clip, small."""
    number = 0
    for frame in frames_from(container, container.streams.video[0], 0):
        if number >= SECONDS * FRAMES_A_SECOND:
            return
        if frame.time >= number / FRAMES_A_SECOND:
            small = _small(frame)
            small.pts, small.time_base = number, Fraction(1, FRAMES_A_SECOND)
            number += 1
            yield small
    if number == 0:
        raise NotAVideo("no frames")


def _small(frame: VideoFrame) -> VideoFrame:
    """Scale a picture down to even sides, as the encoder wants them."""
    width = WIDE if frame.width >= frame.height else TALL
    height = round(frame.height * width / frame.width / 2) * 2
    small = frame.reformat(width=width, height=height, format="yuv420p")
    small.pict_type = 0  # the encoder decides anew which pictures are key frames
    return small
