# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (PyAV does not type what it hands to Pillow)
"""What is in a video file, by looking inside it. A name or a content type is never believed.

A file comes from outside, so it is read with care: by one demuxer, which opens nothing else; its measures are judged before
anything is decoded; and no more is decoded than one picture and one piece of sound.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

CONTAINER: Final = "mp4"
"""FFmpeg's demuxer of MP4 and MOV. Named, so that no playlist or script is ever taken for a video."""

CODECS: Final = frozenset({"h264", "hevc", "av1", "libdav1d", "vp9"})
SHORTEST_SIDE, LONGEST_SIDE = 64, 4096
SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 60.0
TOLERANCE_SECONDS: Final = 3.0
MOST_PACKETS: Final = 60_000
TRIES: Final = 50
"""So many packets may pass before the first picture, or the first sound, has come of them."""

POSTER_AT_SECONDS: Final = 1.0
POSTER_SIDE: Final = 640
HD: Final = frozenset({(1920, 1080), (1080, 1920)})

CAREFUL: Final = {"max_pixels": str(LONGEST_SIDE * LONGEST_SIDE), "threads": "1"}
"""For the decoders that look into a file while it is opened."""


class NotAVideo(Exception):
    """The file is not a playable video with picture and sound; the message says why."""


@dataclass(frozen=True)
class Media:
    """What a video file holds. Sizes in pixels, the length in milliseconds; the poster is a WebP."""

    width: int
    height: int
    duration_ms: int
    poster: bytes

    @property
    def is_hd(self) -> bool:
        """Whether it is truly 1080p, wide or tall."""
        return (self.width, self.height) in HD


def inspect(path: Path, *, seconds: float | None = None) -> Media:
    """Open a file, check its picture, sound and length (of about `seconds`), and cut a poster; or raise `NotAVideo`."""
    try:
        with open_carefully(path) as container:
            return _inspect(container, seconds)
    except (FFmpegError, OSError, ValueError, MemoryError) as error:
        raise NotAVideo(type(error).__name__) from error


def open_carefully(path: Path) -> InputContainer:
    """Open a file that came from outside."""
    container = av.open(path, format=CONTAINER, stream_options=[CAREFUL] * 4)  # pyright: ignore[reportArgumentType, reportCallIssue] - PyAV takes a dictionary for each stream
    for stream in container.streams.video:
        stream.codec_context.options = CAREFUL  # a picture may turn out larger than the index says
    return container


def _inspect(container: InputContainer, seconds: float | None) -> Media:
    if not container.streams.video or not container.streams.audio:
        raise NotAVideo("no picture" if not container.streams.video else "no sound")
    video, audio = container.streams.video[0], container.streams.audio[0]
    width, height = _measures(video)
    length = _length(container, seconds)
    _check_whole(container, video, audio, length)
    poster = _poster(container, video, min(POSTER_AT_SECONDS, length / 2))
    _hear(container, audio)
    return Media(width, height, round(length * 1000), poster)


def _measures(video: VideoStream) -> tuple[int, int]:
    codec = video.codec_context
    if codec.name not in CODECS:
        raise NotAVideo(f"the codec {codec.name}")
    sides = sorted((codec.width, codec.height))
    if sides[0] < SHORTEST_SIDE or sides[1] > LONGEST_SIDE:
        raise NotAVideo(f"{codec.width} by {codec.height} pixels")
    return codec.width, codec.height


def _length(container: InputContainer, asked: float | None) -> float:
    """Give the length in seconds, if it is one that was asked for."""
    length = (container.duration or 0) / av.time_base
    is_right = asked is None or abs(length - asked) <= TOLERANCE_SECONDS
    if not SHORTEST_SECONDS <= length <= LONGEST_SECONDS or not is_right:
        raise NotAVideo(f"a length of {length:.1f} s")
    return length


def _check_whole(container: InputContainer, video: VideoStream, audio: AudioStream, length: float) -> None:
    """Read the file to its end, without decoding: what its index promises has to be there."""
    ends = {video.index: 0, audio.index: 0}
    packets = container.demux(video, audio)
    for packet in itertools.islice(packets, MOST_PACKETS):
        if packet.is_corrupt:
            raise NotAVideo("cut off")
        if packet.pts is not None:  # the demuxer's own last word has none, and holds nothing
            ends[packet.stream_index] = max(ends[packet.stream_index], packet.pts + (packet.duration or 0))
    if next(packets, None) is not None:
        raise NotAVideo("too many packets")
    if _seconds(video, ends) < length - 1 or _seconds(audio, ends) < length / 2:
        raise NotAVideo("shorter than it says")


def _seconds(stream: VideoStream | AudioStream, ends: dict[int, int]) -> float:
    return float(ends[stream.index] * stream.time_base) if stream.time_base else 0.0


def _poster(container: InputContainer, video: VideoStream, moment: float) -> bytes:
    """Make a poster of the key frame at or before a moment: one frame is decoded, not all that lead to it."""
    image = _scaled(next(frames_from(container, video, moment), None))
    file = io.BytesIO()
    image.to_image().save(file, "WEBP", quality=80, method=2)
    return file.getvalue()


def frames_from(container: InputContainer, video: VideoStream, moment: float) -> Iterator[VideoFrame]:
    """Decode pictures from the last key frame before a moment (in seconds) on."""
    video.thread_type = "NONE"  # several threads would decode several pictures before the first is given
    container.seek(round(moment * av.time_base))
    for packet in itertools.islice(container.demux(video), MOST_PACKETS):
        yield from packet.decode()  # pyright: ignore[reportReturnType] - a video stream's packets hold pictures


def _scaled(frame: VideoFrame | None) -> VideoFrame:
    if frame is None:
        raise NotAVideo("no frames")
    share = min(1.0, POSTER_SIDE / frame.width)
    return frame.reformat(width=round(frame.width * share), height=round(frame.height * share))


def _hear(container: InputContainer, audio: AudioStream) -> None:
    """Decode one piece of the sound."""
    container.seek(0)
    for packet in itertools.islice(container.demux(audio), TRIES):
        if packet.decode():
            return
    raise NotAVideo("no sound")
