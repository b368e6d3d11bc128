"""Sending a video, once: what each answer of the strangers' means, for the video and for the key it went with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from cuttingasmr import db
from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import callbacks, steps, submitting
from cuttingasmr.generation.workflow import Maker
from cuttingasmr.models import ProviderCall, Status
from cuttingasmr.models.columns import new_id
from cuttingasmr.providers.http import LARGEST_ANSWER
from cuttingasmr.settings import SANDBOX_KEY
from tests.support.api import broken
from tests.support.binding import bind
from tests.support.films import PROMPT
from tests.support.liar import Liar
from tests.support.making import begin, change, key_row, never, row
from tests.support.ports import free_port
from tests.support.site import Sandbox, wait_until

pytestmark = pytest.mark.usefixtures("line")

Rebind = Callable[..., None]


@pytest.fixture
def rebind(strangers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rebind:
    """Work with other settings from here on, on the same database."""

    def rebind(**environment: str) -> None:
        here = {"veo3_api_base_url": f"{strangers.url}/kie", "veo3_api_keys": "a-key", **environment}
        bind(monkeypatch, tmp_path, **here)

    return rebind


async def test_a_submit_is_sent_and_written_down(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)

    outcome = await submitting.submit(video_id)

    (task,) = strangers.tasks(words)
    written = row(video_id)
    assert outcome == {"state": "sent"}
    assert (written.provider_task_id, written.status) == (task["taskId"], Status.RENDERING)
    assert task["callBackUrl"] == callbacks.address_of(video_id)
    assert written.provider_key
    assert written.submit_began_at is not None
    assert written.rendering_at is not None
    assert (key_row(SANDBOX_KEY).creates, key_row(SANDBOX_KEY).fingerprint) == (1, written.provider_key)


async def test_a_submit_that_is_repeated_makes_one_task(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)

    outcomes = [await submitting.submit(video_id) for _ in range(3)]

    assert outcomes == [{"state": "sent"}] * 3
    assert len(strangers.tasks(words)) == 1


async def test_submits_at_the_same_moment_make_one_task(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)

    outcomes = await asyncio.gather(*(submitting.submit(video_id) for _ in range(5)))

    assert {outcome["state"] for outcome in outcomes} <= {"sent", "doubt"}
    assert len(strangers.tasks(words)) == 1


@pytest.mark.parametrize(
    ("fate", "outcome"),
    [
        pytest.param("sandbox:submit-429", {"state": "busy"}, id="too much work"),
        pytest.param("sandbox:submit-500", {"state": "unreachable"}, id="an error inside"),
        pytest.param("sandbox:reject", {"state": "refused", "code": "422"}, id="a refused prompt"),
    ],
)
async def test_a_submit_that_surely_was_not_taken_is_told_and_not_in_doubt(
    fate: str, outcome: dict[str, str], rebind: Rebind
) -> None:
    rebind(veo3_api_keys="one,two")
    video_id = begin(fate)

    found = await submitting.submit(video_id)
    first = row(video_id).provider_key

    assert outcome.items() <= found.items()
    assert row(video_id).submit_began_at is None
    assert row(video_id).provider_task_id is None
    assert (await submitting.submit(video_id))["state"] == outcome["state"], "it is tried again"
    assert row(video_id).provider_key != first, "with another key"


async def test_a_provider_that_is_not_there_is_unreachable(rebind: Rebind) -> None:
    rebind(veo3_api_base_url=f"http://127.0.0.1:{free_port()}")
    video_id = begin()

    assert await submitting.submit(video_id) == {"state": "unreachable", "code": ""}
    assert row(video_id).submit_began_at is None


@pytest.mark.parametrize(
    ("key", "code"),
    [
        pytest.param("bad-secret", "401", id="refused"),
        pytest.param("poor-secret", "402", id="without credit"),
    ],
)
async def test_a_key_that_is_refused_is_retired_and_told_by_its_fingerprint(
    rebind: Rebind, key: str, code: str
) -> None:
    rebind(veo3_api_keys=key)
    video_id = begin()

    with capture_logs() as said:
        assert await submitting.submit(video_id) == {"state": "unreachable", "code": code}
        assert await submitting.submit(video_id) == {"state": "later", "seconds": 60, "code": "retired"}

    assert {"provider.key-refused"} <= {line["event"] for line in said}
    assert key not in repr(said)
    assert PROMPT not in repr(said)
    assert (key_row(key).retired_why, key_row(key).credits_left) == (code, None if code == "401" else 0)


async def test_a_key_over_its_limit_rests_and_the_video_is_told_how_long(rebind: Rebind) -> None:
    rebind(veo3_api_keys="busy-secret")
    video_id = begin()

    first = await submitting.submit(video_id)
    later = await submitting.submit(video_id)

    assert first["state"] == "busy"
    assert 5 < first.get("seconds", 0) <= 10
    assert (later["state"], later.get("code")) == ("later", "resting")
    assert 5 < later.get("seconds", 0) <= 10
    assert row(video_id).submit_began_at is None, "it is no doubtful submit"


async def test_no_more_is_sent_than_the_provider_takes_at_once(rebind: Rebind) -> None:
    rebind(veo3_creates_per_window="3")
    videos = [begin(never()) for _ in range(5)]

    outcomes = await asyncio.gather(*(submitting.submit(video) for video in videos))

    assert sorted(outcome["state"] for outcome in outcomes) == ["later"] * 2 + ["sent"] * 3
    seconds = [outcome.get("seconds", 0) for outcome in outcomes if outcome["state"] == "later"]
    assert all(0 < wait <= 10 for wait in seconds)


async def test_a_provider_that_is_left_in_peace_costs_no_key_its_good_name(rebind: Rebind) -> None:
    rebind(veo3_api_base_url=f"http://127.0.0.1:{free_port()}", veo3_api_keys="one,two,three,four,five")
    videos = [begin() for _ in range(12)]

    for video in videos:
        assert await submitting.submit(video) == {"state": "unreachable", "code": ""}

    failures = [key_row(key).failures for key in ("one", "two", "three", "four", "five")]
    assert sum(failures) == 8, "the breaker's eight; what was not sent is nobody's fault"
    assert len(db.look(lambda session: session.exec(select(ProviderCall)).all())) == 8


async def test_a_submit_whose_answer_is_lost_is_in_doubt_until_its_task_claims_it(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)
    await lose(strangers, video_id)
    again = await submitting.submit(video_id)
    task_id = await made_elsewhere(strangers, words, callbacks.address_of(video_id))

    claimed = await submitting.adopt(video_id, task_id)

    assert again == {"state": "doubt"}
    assert claimed
    assert await submitting.submit(video_id) == {"state": "sent"}
    assert row(video_id).provider_task_id == task_id
    assert len(strangers.tasks(words)) == 1, "it was not sent again while in doubt"


async def lose(strangers: Sandbox, video_id: str) -> None:
    """Send a video whose answer does not arrive."""
    with broken(strangers, "down", only="create"):
        assert await submitting.submit(video_id) == {"state": "doubt"}


async def made_anew(strangers: Sandbox) -> tuple[str, str, str]:
    """Begin a video anew that has failed, and lose the answer; gives its words, its id, and the task that failed."""
    words = f"{new_id()} sandbox:fail"
    video_id = begin(words)
    await submitting.submit(video_id)
    failed = row(video_id).provider_task_id or ""
    await asyncio.to_thread(wait_until, lambda: strangers.tasks(words)[0]["finished"])
    await submitting.start_over(video_id, failed)
    await lose(strangers, video_id)
    return words, video_id, failed


async def made_elsewhere(strangers: Sandbox, prompt: str, callback_url: str, flavour: str = "veo") -> str:
    """Order a video behind the site's back, with its key."""
    return strangers.order(prompt, callback_url, key=SANDBOX_KEY, flavour=flavour)


@pytest.mark.parametrize("flavour", ["veo", "jobs"])
async def test_a_task_of_another_video_claims_nothing(
    flavour: str, strangers: Sandbox, rebind: Rebind
) -> None:
    rebind(veo3_api_keys=SANDBOX_KEY, veo3_api_flavor=flavour)
    words, others = never(), never()
    mine, theirs = begin(words), begin(others)
    await lose(strangers, mine)
    assert await submitting.submit(theirs) == {"state": "sent"}
    foreign = await made_elsewhere(strangers, others, callbacks.address_of(theirs), flavour)

    claims = [
        await submitting.adopt(mine, task)
        for task in ("made-up", foreign, row(theirs).provider_task_id or "")
    ]

    assert claims == [None, False, False]
    assert row(mine).provider_task_id is None
    assert await submitting.submit(mine) == {"state": "doubt"}


async def test_a_task_with_the_same_words_claims_nothing_where_its_address_tells_whose_it_is(
    strangers: Sandbox, rebind: Rebind
) -> None:
    rebind(veo3_api_keys=SANDBOX_KEY, veo3_api_flavor="jobs")
    words = never()
    mine, theirs = begin(words), begin(words)
    await lose(strangers, mine)
    task = await made_elsewhere(strangers, words, callbacks.address_of(theirs), "jobs")

    assert not await submitting.adopt(mine, task)

    same = await made_elsewhere(strangers, words, callbacks.address_of(mine), "jobs")
    assert await submitting.adopt(mine, same)


async def test_a_task_makes_one_video_only(strangers: Sandbox) -> None:
    words = never()
    mine, theirs = begin(words), begin(words)
    assert await submitting.submit(theirs) == {"state": "sent"}
    await lose(strangers, mine)

    assert not await submitting.adopt(mine, row(theirs).provider_task_id or "")


async def test_a_failed_task_that_calls_again_does_not_claim_the_video_that_is_made_anew(
    strangers: Sandbox,
) -> None:
    _, video_id, failed = await made_anew(strangers)

    assert not await submitting.adopt(video_id, failed)

    assert row(video_id).provider_task_id is None


async def test_the_second_task_claims_the_video_that_is_made_anew_though_it_has_failed_too(
    strangers: Sandbox,
) -> None:
    words, video_id, _ = await made_anew(strangers)
    second = await made_elsewhere(strangers, words, callbacks.address_of(video_id))
    await asyncio.to_thread(wait_until, lambda: all(task["finished"] for task in strangers.tasks(words)))

    assert await submitting.adopt(video_id, second)
    await Maker("an-engine").ask(row(video_id))

    assert (row(video_id).status, row(video_id).error_code) == (Status.FAILED, "RenderFailed")
    assert row(video_id).credits_returned == row(video_id).credits_used
    assert len(strangers.tasks(words)) == 2, "no third one is ordered"


async def test_a_claim_that_cannot_be_checked_now_is_checked_later(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)
    await lose(strangers, video_id)
    task_id = await made_elsewhere(strangers, words, "")

    with broken(strangers, "500", only="record-info"), pytest.raises(ProviderUnavailable):
        await submitting.adopt(video_id, task_id)

    assert await submitting.adopt(video_id, task_id)


@pytest.mark.usefixtures("strangers")
async def test_a_claim_that_comes_while_a_forged_one_is_looked_at_is_not_lost() -> None:
    video_id = begin()
    change(video_id, submit_began_at=db.utc_now(), claim="genuine")

    db.run(steps.forget_claim, video_id=video_id, claim="forged")
    assert row(video_id).claim == "genuine"

    db.run(steps.forget_claim, video_id=video_id, claim="genuine")
    assert row(video_id).claim == ""


async def test_a_doubtful_submit_that_is_forgotten_is_sent_again(strangers: Sandbox) -> None:
    words = never()
    video_id = begin(words)
    await lose(strangers, video_id)

    began_at = row(video_id).submit_began_at
    assert began_at is not None
    assert db.run(steps.forget_doubt, video_id=video_id, began_at=began_at)

    assert await submitting.submit(video_id) == {"state": "sent"}
    assert len(strangers.tasks(words)) == 1


@pytest.mark.usefixtures("strangers")
async def test_the_first_task_that_is_written_down_stays() -> None:
    video_id = begin(never())
    await submitting.submit(video_id)
    task = row(video_id).provider_task_id

    assert await submitting.adopt(video_id, "another")

    assert row(video_id).provider_task_id == task


async def test_a_failed_render_is_begun_anew_once_with_another_key(
    strangers: Sandbox, rebind: Rebind
) -> None:
    rebind(veo3_api_keys="one,two")
    words = never()
    video_id = begin(words)
    await submitting.submit(video_id)
    first = row(video_id)

    for _ in range(2):
        await submitting.start_over(video_id, first.provider_task_id or "")
    outcome = await submitting.submit(video_id)
    await submitting.start_over(video_id, first.provider_task_id or "")

    second = row(video_id)
    assert outcome == {"state": "sent"}
    assert second.provider_task_id not in {None, first.provider_task_id}
    assert second.provider_key != first.provider_key
    assert len(strangers.tasks(words)) == 2


@pytest.mark.usefixtures("strangers")
async def test_a_video_that_has_ended_or_is_not_there_is_not_sent() -> None:
    video_id = begin()
    await steps.give_up(video_id, "TooSlow", "It took too long.")

    assert [(await submitting.submit(name))["state"] for name in (video_id, "0" * 32)] == ["ended"] * 2
    assert await submitting.adopt(video_id, "late")
    assert row(video_id).provider_task_id is None


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>502 Bad Gateway</html>", id="HTML"),
        pytest.param(b"[" * LARGEST_ANSWER + b"]", id="huge"),
        pytest.param(b'{"code": "many", "data": 7}', id="wrongly typed"),
        pytest.param(b'{"code": 777, "msg": "?", "data": null, "more": {}}', id="unknown"),
    ],
)
async def test_an_answer_that_tells_nothing_leaves_a_video_in_doubt_and_asking_tells_nothing(
    says: bytes, liar: Liar, rebind: Rebind
) -> None:
    rebind(veo3_api_base_url=liar.url)
    liar.says = says
    video_id = begin()

    assert await submitting.submit(video_id) == {"state": "doubt"}
    change(video_id, provider_task_id="some-task")
    assert await steps.ask(row(video_id)) is None
    assert key_row("a-key").failures == 1


async def test_a_video_whose_picture_is_gone_is_refused_and_no_key_is_used_up(
    strangers: Sandbox, rebind: Rebind
) -> None:
    rebind(veo3_creates_per_window="1")
    words = never()
    video_id = begin(words)
    change(video_id, kind="FIRST_AND_LAST_FRAMES_2_VIDEO", picture_ids=["0" * 32])

    gone = await submitting.submit(video_id)

    assert (gone["state"], gone.get("code")) == ("refused", "gone")
    assert strangers.tasks(words) == []
    assert await submitting.submit(begin(never())) == {"state": "sent"}
