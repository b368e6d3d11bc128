"""What every video engine promises, held against each: kie.ai's two APIs at the sandbox, and a third one that is a file of the tests."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.generation import steps, submitting
from cuttingasmr.providers.kie import KieJobs, KieVeo
from cuttingasmr.providers.video import (
    Busy,
    Key,
    KeyRefused,
    Order,
    RefusedRequest,
    Task,
    TaskState,
    Uncertain,
    VideoProvider,
    get_video_provider,
)
from tests.support.api import broken
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.films import PROMPT
from tests.support.making import begin, row
from tests.support.site import Sandbox
from tests.support.third_engine import ThirdEngine

pytestmark = pytest.mark.usefixtures("line")

KEY = Key("a-key-of-the-contract", "print")
ENGINES = [
    pytest.param(("cuttingasmr.providers.kie", "veo", KieVeo), id="veo"),
    pytest.param(("cuttingasmr.providers.kie", "jobs", KieJobs), id="jobs"),
    pytest.param(("tests.support.third_engine", "veo", ThirdEngine), id="third"),
]


@dataclass(frozen=True)
class Engine:
    """An engine as the settings have chosen it, and its strangers."""

    provider: VideoProvider
    sandbox: Sandbox

    async def make(self, prompt: str, key: Key = KEY) -> str:
        """Order a video."""
        return await self.provider.create(
            Order(prompt, "16:9", 8, "veo3_fast", "http://127.0.0.1:9/told"), key
        )

    async def over(self, ask: Callable[[str, Key], Awaitable[Task]], task_id: str) -> Task:
        """Ask until it is over."""
        deadline = time.monotonic() + 60
        while (task := await ask(task_id, KEY)).state is TaskState.PENDING:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        return task

    @contextlib.contextmanager
    def losing_answers(self) -> Iterator[None]:
        """Let no answer to an order arrive."""
        if isinstance(self.provider, ThirdEngine):
            self.provider.loses_answers = True
            yield
            self.provider.loses_answers = False
        else:
            with broken(self.sandbox, "down", only="create"):
                yield

    def fetch(self, address: str) -> bytes:
        """Fetch a picture as the provider would."""
        if isinstance(self.provider, ThirdEngine):
            return self.provider.pictures[address]
        return httpx.get(address, trust_env=False).content


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest, shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Engine]:
    file, flavour, kind = request.param
    here = {"sandbox_url": shared_sandbox.url, "video_engine": file, "veo3_api_flavor": flavour}
    bind(monkeypatch, tmp_path, **here)
    provider = get_video_provider()
    assert isinstance(provider, kind), "the settings choose"
    yield Engine(provider, shared_sandbox)
    let_go()


async def test_a_video_is_ordered_and_comes_and_then_in_1080p(engine: Engine) -> None:
    task_id = await engine.make(PROMPT)

    done = await engine.over(engine.provider.look_up, task_id)
    handle = await engine.provider.ask_hd(task_id, KEY)
    large = await engine.over(engine.provider.look_up_hd, handle)

    assert (done.state, large.state) == (TaskState.DONE, TaskState.DONE)
    assert [len(task.urls) for task in (done, large)] == [1, 1]
    assert all(task.urls[0].endswith(".mp4") for task in (done, large))
    assert large.urls != done.urls


async def test_there_is_no_1080p_of_what_is_not_finished_or_never_will_be(engine: Engine) -> None:
    unfinished = await engine.make("sandbox:never")
    small = await engine.make(f"{PROMPT} sandbox:no-1080p")
    await engine.over(engine.provider.look_up, small)

    with pytest.raises(RefusedRequest):
        await engine.provider.ask_hd(small, KEY)
    with contextlib.suppress(RefusedRequest):  # or else it is never more than pending
        handle = await engine.provider.ask_hd(unfinished, KEY)
        assert (await engine.provider.look_up_hd(handle, KEY)).state is TaskState.PENDING


async def test_a_video_on_its_way_is_pending_and_its_record_tells_what_was_asked(engine: Engine) -> None:
    task = await engine.provider.look_up(await engine.make("soap sandbox:never"), KEY)

    assert task == Task(TaskState.PENDING)
    assert task.prompt == "soap sandbox:never"
    assert task.callback_url in {"", "http://127.0.0.1:9/told"}


@pytest.mark.parametrize(
    ("fate", "code", "words"),
    [
        pytest.param("sandbox:policy", "400", "flagged", id="against the rules"),
        pytest.param("sandbox:fail", "501", "", id="failed"),
    ],
)
async def test_a_video_that_fails_says_why(engine: Engine, fate: str, code: str, words: str) -> None:
    task = await engine.over(engine.provider.look_up, await engine.make(fate))

    assert (task.state, task.code, task.urls) == (TaskState.FAILED, code, ())
    assert words in task.text


async def test_a_task_that_there_is_not_or_of_another_key_is_unknown(engine: Engine) -> None:
    task_id = await engine.make("sandbox:never")

    found = [
        await engine.provider.look_up("nothing", KEY),
        await engine.provider.look_up(task_id, Key("another", "print")),
        await engine.provider.look_up_hd("nothing", KEY),
    ]

    assert [task.state for task in found] == [TaskState.UNKNOWN] * 3


@pytest.mark.parametrize(
    ("secret", "prompt", "refusal", "code"),
    [
        pytest.param("bad", PROMPT, KeyRefused, "401", id="a key that is not one"),
        pytest.param("poor", PROMPT, KeyRefused, "402", id="a key without credit"),
        pytest.param("busy", PROMPT, Busy, "429", id="a key over its limit"),
        pytest.param("broken", PROMPT, ProviderUnavailable, "500", id="a server error"),
        pytest.param("good", "sandbox:submit-429", Busy, "429", id="too much work"),
        pytest.param("good", "sandbox:submit-500", ProviderUnavailable, "500", id="an error inside"),
        pytest.param("good", "sandbox:reject", RefusedRequest, "422", id="a refused prompt"),
    ],
)
async def test_a_refused_order_is_sorted_and_starts_nothing(
    engine: Engine, secret: str, prompt: str, refusal: type[ProviderUnavailable | RefusedRequest], code: str
) -> None:
    before = engine.sandbox.counts().get("create", 0)

    with pytest.raises(refusal) as told:
        await engine.make(prompt, Key(secret, "print"))

    assert (type(told.value), told.value.provider_code) == (refusal, code)
    assert engine.sandbox.counts().get("create", 0) == before


async def test_an_order_whose_answer_is_lost_may_have_arrived(engine: Engine) -> None:
    with engine.losing_answers(), pytest.raises(Uncertain):
        await engine.make(PROMPT)


@pytest.mark.parametrize("secret", ["bad", "broken"])
async def test_a_question_that_is_not_answered_is_no_failed_video(engine: Engine, secret: str) -> None:
    for ask in (engine.provider.look_up, engine.provider.look_up_hd):
        with pytest.raises(ProviderUnavailable):
            await ask("some-task", Key(secret, "print"))


async def test_what_is_left_is_told_for_each_key(engine: Engine) -> None:
    assert await engine.provider.credit(KEY) > 0
    assert await engine.provider.credit(Key("poor", "print")) == 0
    with pytest.raises(KeyRefused):
        await engine.provider.credit(Key("bad", "print"))
    with pytest.raises(ProviderUnavailable):
        await engine.provider.credit(Key("broken", "print"))


async def test_a_picture_is_kept_where_the_provider_can_fetch_it(engine: Engine) -> None:
    address = await engine.provider.keep_picture("one.png", b"a picture", "image/png", KEY)

    assert engine.fetch(address) == b"a picture"
    with pytest.raises(KeyRefused):
        await engine.provider.keep_picture("one.png", b"a picture", "image/png", Key("bad", "print"))


async def test_an_engine_that_is_a_new_file_makes_a_video(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bind(
        monkeypatch,
        tmp_path,
        database_url=databases.make("sqlite"),
        video_engine="tests.support.third_engine",
    )
    try:
        video_id = begin(PROMPT)

        assert await submitting.submit(video_id) == {"state": "sent"}

        assert (row(video_id).provider_task_id or "").startswith("third-")
        task = await steps.ask(row(video_id))
        assert task is not None
        assert task.state in {"pending", "done"}
    finally:
        let_go()
