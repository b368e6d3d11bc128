"""From an order to a film that plays, by both APIs of kie.ai (providers.md 2.3 to 2.9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import PROMPT, Sandbox, wait_until
from .films import streams_at_once, watch


def test_the_old_api_makes_a_film_that_plays(sandbox: Sandbox) -> None:
    answer = sandbox.create(PROMPT, aspect_ratio="16:9", duration=8)
    pending = sandbox.record(answer["data"]["taskId"])

    done = sandbox.ended(answer["data"]["taskId"])

    assert answer["code"] == 200
    assert (pending["successFlag"], pending["response"]) == (0, None)
    assert (done["successFlag"], done["errorCode"], done["response"]["resolution"]) == (1, None, "720p")
    assert "originUrls" not in done["response"]
    assert json.loads(done["paramJson"])["prompt"] == PROMPT
    film = sandbox.http.get(done["response"]["resultUrls"][0])
    assert film.headers["content-type"] == "video/mp4"
    assert_a_good_film(film.content, size=(1280, 720), seconds=8)


def test_the_unified_api_makes_an_upright_film(sandbox: Sandbox) -> None:
    task_id = sandbox.create_job("Honeycomb, sliced", aspect_ratio="9:16", duration=4)["data"]["taskId"]
    first = sandbox.job(task_id)

    done = sandbox.ended_job(task_id)

    assert first["state"] in {"waiting", "generating"}
    assert (first["resultJson"], first["creditsConsumed"]) == ("", 0)
    assert first["progress"] < done["progress"] == 100
    assert (done["creditsConsumed"], done["failCode"], done["model"]) == (60, "", "veo-3-1")
    film = sandbox.http.get(json.loads(done["resultJson"])["resultUrls"][0]).content
    assert_a_good_film(film, size=(720, 1280), seconds=4)


def assert_a_good_film(film: bytes, *, size: tuple[int, int], seconds: float) -> None:
    seen = watch(film)
    assert seen.codecs == ("h264", "aac")
    assert seen.size == size
    assert seen.seconds == pytest.approx(seconds, abs=0.1)
    assert seen.frames_per_second == 24
    assert seen.movement > 0.2
    assert 0.005 < seen.loudness < seen.loudest < 0.8
    assert streams_at_once(film)
    assert len(film) < 2_200_000


def test_the_same_prompt_gives_the_same_film_and_another_prompt_another(sandbox: Sandbox) -> None:
    prompts = ["Soap", "Soap", "Slime"]

    done = [sandbox.ended(sandbox.create(prompt, duration=4)["data"]["taskId"]) for prompt in prompts]

    one, same, other = (sandbox.http.get(record["response"]["resultUrls"][0]).content for record in done)
    assert one == same
    assert one != other


def test_a_film_can_be_fetched_in_parts(sandbox: Sandbox) -> None:
    task_id = sandbox.create("Soap", duration=4)["data"]["taskId"]
    url = sandbox.ended(task_id)["response"]["resultUrls"][0]

    part = sandbox.http.get(url, headers={"range": "bytes=100-199"})

    assert part.status_code == 206
    assert part.content == sandbox.http.get(url).content[100:200]


def test_1080p_is_processing_first_and_really_larger_then(sandbox: Sandbox) -> None:
    task_id = sandbox.create("Soap", duration=4)["data"]["taskId"]
    question = f"/api/v1/veo/get-1080p-video?taskId={task_id}&index=0"
    too_early = sandbox.kie("GET", question).json()
    sandbox.ended(task_id)

    first = sandbox.kie("GET", question).json()
    ready = wait_until(lambda: (answer := sandbox.kie("GET", question).json())["code"] == 200 and answer)

    assert (too_early["code"], too_early["msg"]) == (422, "record status is not success")
    assert first["code"] == 400
    assert first["msg"].startswith("1080P is processing")
    assert watch(sandbox.http.get(ready["data"]["resultUrl"]).content).size == (1920, 1080)


def test_the_unified_api_upgrades_and_says_so_in_another_field(sandbox: Sandbox) -> None:
    source = sandbox.create_job("Soap", duration=4)["data"]["taskId"]
    sandbox.ended_job(source)
    order = {"model": "veo/get-1080p-video", "input": {"task_id": source}}

    upgrade = sandbox.kie("POST", "/api/v1/jobs/createTask", json=order).json()["data"]["taskId"]

    result = json.loads(sandbox.ended_job(upgrade)["resultJson"])
    assert "resultUrls" not in result
    assert sandbox.http.head(result["data"]["result_urls"][0]).status_code in {200, 405}


def test_a_film_that_lies_ready_is_delivered_at_once_when_rendering_takes_no_time(
    own_sandbox: Callable[..., Sandbox], tmp_path: Path
) -> None:
    sandbox = own_sandbox(SANDBOX_RENDER_SECONDS="0")
    sandbox.ended(sandbox.create("Soap", duration=4)["data"]["taskId"])

    task_id = sandbox.create("Soap", duration=4)["data"]["taskId"]

    assert sandbox.record(task_id)["successFlag"] == 1
    assert not list(tmp_path.rglob("*.part"))
