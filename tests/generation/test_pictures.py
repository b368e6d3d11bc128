"""The pictures of a video on their way to the provider: uploaded where the site is not public, and never a reason to pay twice."""

from __future__ import annotations

import pytest

from cuttingasmr.errors import InvalidPicture
from cuttingasmr.generation import pictures, submitting
from cuttingasmr.generation.pictures import Use
from cuttingasmr.models import Picture, VideoKind
from tests.support.api import broken
from tests.support.making import begin, change, never, row
from tests.support.pictures import encoded, quarters
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")


async def pictured(
    words: str, *, kind: VideoKind = VideoKind.FRAMES, ratio: str = "9:16"
) -> tuple[str, Picture]:
    """Begin a video that is made from a picture of its owner's."""
    video_id = begin(words)
    picture = await pictures.add(user_id=row(video_id).user_id, content=encoded(quarters(1600, 900)))
    change(video_id, kind=kind, aspect_ratio=ratio, picture_ids=[f"{picture.id}@0,50"])
    return video_id, picture


@pytest.mark.parametrize(
    ("kind", "size"), [(VideoKind.FRAMES, "JPEG 506x900"), (VideoKind.REFERENCES, "JPEG 1600x900")]
)
async def test_a_site_that_is_not_public_uploads_the_picture_as_it_is_cut(
    strangers: Sandbox, kind: VideoKind, size: str
) -> None:
    words = never()
    video_id, _ = await pictured(words, kind=kind)

    outcome = await submitting.submit(video_id)

    (task,) = strangers.tasks(words)
    assert outcome == {"state": "sent"}
    assert (task["kind"], task["pictures"]) == (kind, [size])


@pytest.mark.parametrize("mode", ["500", "down"])
async def test_an_upload_that_failed_surely_sent_nothing_and_can_be_repeated(
    strangers: Sandbox, mode: str
) -> None:
    words = never()
    video_id, _ = await pictured(words)

    with broken(strangers, mode, only="upload"):
        outcome = await submitting.submit(video_id)

    assert outcome["state"] == "unreachable"
    assert row(video_id).submit_began_at is None, "it is in no doubt"
    assert strangers.tasks(words) == []


async def test_somebody_elses_picture_is_not_sent_even_if_a_row_says_so(strangers: Sandbox) -> None:
    words = never()
    _, theirs = await pictured(never())
    video_id = begin(words)
    change(video_id, kind=VideoKind.FRAMES, picture_ids=[theirs.id])

    outcome = await submitting.submit(video_id)

    assert (outcome["state"], outcome.get("code")) == ("refused", "gone")
    assert strangers.tasks(words) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0" * 31,
        "0" * 32 + "@",
        "0" * 32 + "@1",
        "0" * 32 + "@101,1",
        "0" * 32 + "@1,-1",
        "0" * 32 + "\n",
    ],
)
async def test_what_is_no_picture_cannot_be_claimed(text: str) -> None:
    with pytest.raises(InvalidPicture):
        await pictures.claim(user_id="0" * 32, picture_ids=[text])


@pytest.mark.parametrize(
    ("use", "text"), [(Use("a" * 32), "a" * 32), (Use("b" * 32, 0, 100), "b" * 32 + "@0,100")]
)
def test_a_use_is_written_as_it_is_read(use: Use, text: str) -> None:
    assert str(use) == text
    assert Use.read(text) == use
