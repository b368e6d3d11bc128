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
