"""From graphs to a file: H.264 and AAC in an MP4 whose index comes first.

One rule: what the vendor delivers is what comes out: yuv420p, 24 frames a second, 48 kHz, ready to stream.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame

from .picture import picture, set_stage
from .rhythm import choose_rhythm
from .sound import SAMPLE_RATE, sound
from .spec import FRAMES_PER_SECOND, FilmSpec

_X264 = {"preset": "ultrafast", "crf": "25", "threads": "1", "x264-params": "cabac=1:keyint=96"}
_MOST_BITS_A_SECOND = {720: 1_700_000, 1080: 3_600_000}


def write_film(spec: FilmSpec, path: Path) -> None:
    """Make the film beside its place, then move it there in one step."""
    draft = path.with_suffix(f".{os.getpid()}.part")
    with av.open(str(draft), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        _write_streams(container, spec)
    draft.replace(path)


def _write_streams(container: OutputContainer, spec: FilmSpec) -> None:
    most = str(_MOST_BITS_A_SECOND[min(spec.width, spec.height)])
    video = container.add_stream(
        "libx264", FRAMES_PER_SECOND, options=_X264 | {"maxrate": most, "bufsize": most}
    )
    video.width, video.height, video.pix_fmt = spec.width, spec.height, "yuv420p"
    video.time_base = video.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
    voice = container.add_stream("aac", SAMPLE_RATE, layout="stereo")
    voice.bit_rate = 96_000
    for number, frame in enumerate(_frames(spec)):
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
        container.mux(video.encode(frame))
    for samples in _samples(spec):
        container.mux(voice.encode(samples))
    container.mux(video.encode(None))
    container.mux(voice.encode(None))


def _pull(graph: Graph, last: FilterContext, sink: str) -> FilterContext:
    end = graph.add(sink)
    last.link_to(end)
    return end


def _frames(spec: FilmSpec) -> Iterator[VideoFrame]:
    graph = Graph()
    graph.threads = 1
    _pull(graph, picture(graph, set_stage(spec, choose_rhythm(spec))), "buffersink")
    graph.configure()
    for _ in range(spec.seconds * FRAMES_PER_SECOND):
        yield graph.vpull()


def _samples(spec: FilmSpec) -> Iterator[AudioFrame]:
    graph = Graph()
    graph.threads = 1
    last = sound(graph, spec, choose_rhythm(spec))
    _pull(graph, last, "abuffersink")
    graph.configure()
    with suppress(EOFError):
        while isinstance(frame := graph.pull(), AudioFrame):
            yield frame
