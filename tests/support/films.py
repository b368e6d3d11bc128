"""Films for tests: a real one of the sandbox's, and files that only look like one."""

from __future__ import annotations

import io
from typing import Any

import av
import httpx

from tests.support.site import Sandbox, wait_until

PROMPT = "honeycomb"
"""What tests ask for that do not care: its film is made once."""


def order_film(sandbox: Sandbox, prompt: str = PROMPT, ratio: str = "16:9") -> bytes:
    """Have a film made, and fetch it."""
    headers = {"authorization": "Bearer the-tests"}
    with httpx.Client(base_url=f"{sandbox.url}/kie", headers=headers, trust_env=False, timeout=30) as kie:
        order = {"prompt": prompt, "aspect_ratio": ratio}
        task_id = kie.post("/api/v1/veo/generate", json=order).json()["data"]["taskId"]

        def record() -> dict[str, Any] | None:
            found = kie.get("/api/v1/veo/record-info", params={"taskId": task_id}).json()["data"]
            return found if found["successFlag"] else None

        url = wait_until(record)["response"]["resultUrls"][0]
        return kie.get(url).content


def sound_alone(seconds: float = 1) -> bytes:
    """Make an MP4 without a picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44_100)
        for number in range(round(seconds * 44_100 / 1024)):
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            frame.sample_rate, frame.pts = 44_100, number * 1024
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def picture_alone(frames: int = 24) -> bytes:
    """Make an MP4 without a sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"  # pyright: ignore[reportAttributeAccessIssue]
        for _ in range(frames):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            container.mux(stream.encode(frame))  # pyright: ignore[reportAttributeAccessIssue]
        container.mux(stream.encode())  # pyright: ignore[reportAttributeAccessIssue]
    return file.getvalue()


def small_film(
    *, seconds: float = 8, size: tuple[int, int] = (128, 72), kind: str = "mp4", codec: str = "libx264"
) -> bytes:
    """Make a film of one grey picture and silence, quickly: three pictures a second, each a key frame at most once a second."""
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        picture = container.add_stream(codec, 3, options={"preset": "ultrafast", "g": "3"})
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"  # pyright: ignore[reportAttributeAccessIssue]
        sound = container.add_stream("aac" if kind == "mp4" else "libopus", rate=48_000)
        for number in range(round(seconds * 3)):
            frame = av.VideoFrame(*size, "yuv420p")
            frame.pts = number
            for plane in frame.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            container.mux(picture.encode(frame))  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
        samples = 960 if kind != "mp4" else 1024
        for number in range(round(seconds * 48_000 / samples)):
            piece = av.AudioFrame(format="fltp" if kind == "mp4" else "flt", layout="stereo", samples=samples)
            piece.sample_rate, piece.pts = 48_000, number * samples
            for plane in piece.planes:
                plane.update(bytes(plane.buffer_size))
            container.mux(sound.encode(piece))
        container.mux(picture.encode())  # pyright: ignore[reportAttributeAccessIssue]
        container.mux(sound.encode())
    return file.getvalue()
