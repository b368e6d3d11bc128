"""How kie.ai's APIs are spoken to, and what is made of answers that are not as they should be."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from cuttingasmr.errors import ProviderUnavailable
from cuttingasmr.providers.http import BREAKER_FAILURES, LARGEST_ANSWER, AnswerLost, Provider
from cuttingasmr.providers.kie import Kie, KieJobs, KieVeo
from cuttingasmr.providers.video import (
    Busy,
    Key,
    KeyRefused,
    Order,
    RefusedRequest,
    Task,
    TaskState,
    Uncertain,
)
from tests.support.films import PROMPT
from tests.support.liar import Liar
from tests.support.ports import free_port
from tests.support.site import Sandbox

pytestmark = pytest.mark.usefixtures("line")

KEY = Key("a-key-of-the-tests", "print")
FLAVOURS = [pytest.param(KieVeo, id="veo"), pytest.param(KieJobs, id="jobs")]
Make = Callable[[str], Kie]


def order(prompt: str = PROMPT, ratio: str = "16:9") -> Order:
    return Order(prompt, ratio, 8, "veo3_fast", "http://127.0.0.1:9/told")


def key(secret: str) -> Key:
    return Key(secret, "print")


@pytest.fixture(params=FLAVOURS)
def kie(request: pytest.FixtureRequest, shared_sandbox: Sandbox) -> Kie:
    return request.param(f"{shared_sandbox.url}/kie")


@pytest.fixture(params=FLAVOURS)
def lied_to(request: pytest.FixtureRequest, liar: Liar) -> Kie:
    return request.param(liar.url)


async def test_what_is_ordered_arrives_as_it_was_asked(kie: Kie, shared_sandbox: Sandbox) -> None:
    words = f"tall “ice” — 氷 sandbox:never {kie.create_path}"

    await kie.create(order(words, "9:16"), KEY)

    (task,) = shared_sandbox.tasks(words)
    assert task["callBackUrl"] == "http://127.0.0.1:9/told"
    assert task["prompt"] == words


async def test_a_refused_prompt_keeps_what_was_said(kie: Kie) -> None:
    with pytest.raises(RefusedRequest, match="rejected by Flow") as told:
        await kie.create(order("sandbox:reject"), KEY)

    assert told.value.provider_code == "422"


NOISE = [
    pytest.param(b"", id="empty"),
    pytest.param(b"<html><h1>502 Bad Gateway</h1></html>", id="HTML"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b'{"code": "many"}', id="a code that is no number"),
    pytest.param(b'{"msg": "success"}', id="no code"),
    pytest.param(b"\xff\xfe{", id="bytes"),
    pytest.param(b"[" * 5000, id="nested without end"),
]
EMPTY = [
    pytest.param(b'{"code": 200}', id="no data"),
    pytest.param(b'{"code": 200, "data": null}', id="null data"),
    pytest.param(b'{"code": 200, "data": []}', id="a list for data"),
    pytest.param(b'{"code": 200, "msg": 7, "data": "x"}', id="a text for data"),
    pytest.param(b'{"code": 200, "data": {"taskId": 7}}', id="a number for a task"),
    pytest.param(b'{"code": 200, "data": {"taskId": ""}}', id="an empty task"),
]


@pytest.mark.parametrize("says", [*NOISE, *EMPTY])
async def test_an_answer_to_an_order_that_tells_nothing_leaves_it_uncertain(
    lied_to: Kie, liar: Liar, says: bytes
) -> None:
    liar.says = says

    with pytest.raises(Uncertain):
        await lied_to.create(order(), KEY)

    assert len(liar.asked) == 1, "an order is never repeated here"


@pytest.mark.parametrize(
    "status", [pytest.param(502, id="gateway"), pytest.param(524, id="Cloudflare's time-out")]
)
async def test_a_gateways_page_leaves_an_order_uncertain(lied_to: Kie, liar: Liar, status: int) -> None:
    liar.status, liar.says, liar.kind = status, b"<html>", "text/html"

    with pytest.raises(Uncertain):
        await lied_to.create(order(), KEY)


ANSWERED = {
    **dict.fromkeys((429, 455), Busy),
    **dict.fromkeys((401, 402), KeyRefused),
    **dict.fromkeys((400, 422, 451, 505), RefusedRequest),
    **dict.fromkeys((403, 404, 500, 501, 503), ProviderUnavailable),
    **dict.fromkeys((200, 408, 409, 425, 433, 999), Uncertain),
}
"""What an order's answer without a task means (docs/decisions/0003)."""


@pytest.mark.parametrize(
    ("code", "meaning"), [pytest.param(code, meaning, id=str(code)) for code, meaning in ANSWERED.items()]
)
async def test_an_order_is_surely_refused_only_by_a_clear_word_of_the_providers(
    lied_to: Kie, liar: Liar, code: int, meaning: type[Exception]
) -> None:
    liar.says = json.dumps({"code": code, "msg": "no", "data": None}).encode()

    with pytest.raises(meaning) as told:
        await lied_to.create(order(), KEY)

    assert told.type is meaning
    assert getattr(told.value, "provider_code", "") == ("" if meaning is Uncertain else str(code))


@pytest.mark.parametrize("text", ["Timeout", "Upstream request timed out"])
async def test_a_server_that_waited_in_vain_itself_leaves_an_order_uncertain(
    lied_to: Kie, liar: Liar, text: str
) -> None:
    liar.says = json.dumps({"code": 500, "msg": text, "data": None}).encode()

    with pytest.raises(Uncertain):
        await lied_to.create(order(), KEY)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        pytest.param(403, ProviderUnavailable, id="shut out"),
        pytest.param(404, ProviderUnavailable, id="not there"),
        pytest.param(429, Busy, id="too many"),
        pytest.param(408, Uncertain, id="too slow"),
        pytest.param(500, Uncertain, id="broken"),
    ],
)
async def test_a_front_that_turns_an_order_away_has_not_passed_it_on(
    lied_to: Kie, liar: Liar, status: int, meaning: type[Exception]
) -> None:
    liar.status, liar.says, liar.kind = status, b"<html>error code: 1010</html>", "text/html"

    with pytest.raises(meaning) as told:
        await lied_to.create(order(), KEY)

    assert told.type is meaning


async def test_an_answer_without_end_is_not_read_to_its_end(lied_to: Kie, liar: Liar) -> None:
    liar.says = b'{"code": 200, "data": {"taskId": "' + b"x" * LARGEST_ANSWER + b'"}}'

    with pytest.raises(Uncertain):
        await lied_to.create(order(), KEY)
    with pytest.raises(ProviderUnavailable):
        await lied_to.look_up("t", KEY)


async def test_an_answer_that_comes_by_the_byte_is_not_waited_for() -> None:
    given_up, ended = asyncio.Event(), asyncio.Event()

    async def trickle(_asked: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        answer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n")
        while not given_up.is_set():
            answer.write(b" ")
            await asyncio.sleep(0.05)
        answer.close()
        with contextlib.suppress(OSError):  # who waited too long is gone
            await answer.wait_closed()
        ended.set()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(AnswerLost):
            await Provider(f"http://127.0.0.1:{port}", seconds=0.5).write("/x", headers={}, body={})
        given_up.set()
        await ended.wait()


async def test_an_answer_that_is_packed_is_not_unpacked(liar: Liar) -> None:
    liar.says = b'{"code": 200, "data": {"taskId": "t"}}'

    await KieVeo(liar.url).create(order(), KEY)

    assert liar.asked[0].headers["accept-encoding"] == "identity", "a small answer cannot become a huge one"


@pytest.mark.parametrize(
    "says",
    [
        *NOISE,
        pytest.param(b'{"code": 200, "data": "much"}', id="a word"),
        pytest.param(b'{"code": 200, "data": true}', id="a truth"),
        pytest.param(b'{"code": 200, "data": null}', id="null data"),
        pytest.param(b'{"code": 500, "data": 7}', id="an error with a number"),
    ],
)
async def test_a_credit_that_cannot_be_read_is_none(lied_to: Kie, liar: Liar, says: bytes) -> None:
    liar.says = says

    with pytest.raises(ProviderUnavailable):
        await lied_to.credit(KEY)


@pytest.mark.parametrize(
    ("code", "text", "state"),
    [
        pytest.param(
            400, "1080P is processing. It should be ready in 1-2 minutes.", "pending", id="processing"
        ),
        pytest.param(422, "Records are being generated", "pending", id="being generated"),
        pytest.param(422, "record is null", "unknown", id="no record"),
        pytest.param(400, "Not for this video", "failed", id="refused"),
        pytest.param(501, "Generation failed", "failed", id="failed"),
    ],
)
async def test_how_a_larger_version_goes_is_read_from_code_and_text(
    liar: Liar, code: int, text: str, state: str
) -> None:
    liar.says = json.dumps({"code": code, "msg": text, "data": None}).encode()

    assert (await KieVeo(liar.url).look_up_hd("t", KEY)).state == state


async def test_a_larger_version_counts_whatever_code_comes_with_it(liar: Liar) -> None:
    liar.says = b'{"code": 422, "msg": "generated successfully", "data": {"resultUrl": "u"}}'

    assert await KieVeo(liar.url).look_up_hd("t", KEY) == Task(TaskState.DONE, ("u",))


async def test_the_smaller_file_is_never_taken_for_the_larger_one(liar: Liar) -> None:
    for files, urls in (
        ({"resultUrls": ["small"]}, ()),
        ({"data": {"result_urls": ["large"], "origin_urls": ["small"]}, "resultUrls": ["small"]}, ("large",)),
    ):
        record = job(resultJson=json.dumps(files))[1]
        liar.says = json.dumps({"code": 200, "msg": "success", "data": record}).encode()
        assert (await KieJobs(liar.url).look_up_hd("t", KEY)).urls == urls


@pytest.mark.parametrize("asked", ["not JSON", "[]", '{"prompt": 7}', 7, None, '{"input": []}', "[" * 5000])
async def test_a_record_whose_order_cannot_be_read_is_read_all_the_same(liar: Liar, asked: object) -> None:
    record = veo(successFlag=0, paramJson=asked)[1]
    liar.says = json.dumps({"code": 200, "msg": "success", "data": record}).encode()

    task = await KieVeo(liar.url).look_up("t", KEY)

    assert (task, task.prompt) == (Task(TaskState.PENDING), "")


async def test_an_error_that_names_a_task_leaves_an_order_uncertain(lied_to: Kie, liar: Liar) -> None:
    liar.says = b'{"code": 500, "msg": "Server Error", "data": {"taskId": "t"}}'

    with pytest.raises(Uncertain):
        await lied_to.create(order(), KEY)


@pytest.mark.parametrize("says", [*NOISE, *EMPTY])
async def test_a_record_that_tells_nothing_is_no_failed_video(lied_to: Kie, liar: Liar, says: bytes) -> None:
    liar.says = says

    with pytest.raises(ProviderUnavailable):
        await lied_to.look_up("t", KEY)


@pytest.mark.parametrize(
    "code", [pytest.param(code, id=str(code)) for code in (400, 401, 408, 451, 455, 500, 505, 999)]
)
async def test_a_refused_question_is_no_failed_video(lied_to: Kie, liar: Liar, code: int) -> None:
    liar.says = json.dumps({"code": code, "msg": "no", "data": None}).encode()

    with pytest.raises(ProviderUnavailable):
        await lied_to.look_up("t", KEY)


@pytest.mark.parametrize(
    ("code", "text"),
    [pytest.param(404, "Not Found", id="not found"), pytest.param(422, "record is null", id="null record")],
)
async def test_a_record_that_is_not_there_is_an_unknown_task(
    lied_to: Kie, liar: Liar, code: int, text: str
) -> None:
    liar.says = json.dumps({"code": code, "msg": text, "data": None}).encode()

    assert (await lied_to.look_up("t", KEY)).state is TaskState.UNKNOWN


def veo(**record: object) -> tuple[type[Kie], dict[str, Any]]:
    return KieVeo, {"taskId": "t", "successFlag": 1, "response": None, **record}


def job(**record: object) -> tuple[type[Kie], dict[str, Any]]:
    return KieJobs, {"taskId": "t", "state": "success", "resultJson": "", **record}


DONE = TaskState.DONE
URLS = '{"resultUrls": ["u"]}'


@pytest.mark.parametrize(
    ("record", "task"),
    [
        pytest.param(veo(successFlag=0), Task(TaskState.PENDING), id="veo: generating"),
        pytest.param(veo(successFlag=2), Task(TaskState.FAILED), id="veo: failed, and not why"),
        pytest.param(
            veo(successFlag=3, errorCode=400, errorMessage="flagged"),
            Task(TaskState.FAILED, code="400", text="flagged"),
            id="veo: failed upstream",
        ),
        pytest.param(veo(successFlag=9), Task(TaskState.FAILED), id="veo: a flag that is new"),
        pytest.param(veo(response={"resultUrls": ["u", "v"]}), Task(DONE, ("u", "v")), id="veo: done"),
        pytest.param(veo(response={"resultUrls": '["u"]'}), Task(DONE, ("u",)), id="veo: a list in a text"),
        pytest.param(veo(response={"resultUrls": None}), Task(DONE), id="veo: done with nothing"),
        pytest.param(veo(response={"resultUrls": ""}), Task(DONE), id="veo: done with an empty text"),
        pytest.param(veo(), Task(DONE), id="veo: done without a response"),
        pytest.param(
            veo(successFlag=2, errorCode=[1], errorMessage=7),
            Task(TaskState.FAILED, code="[1]", text="7"),
            id="veo: failed oddly",
        ),
        pytest.param(job(state="waiting"), Task(TaskState.PENDING), id="jobs: waiting"),
        pytest.param(job(state="dreaming"), Task(TaskState.PENDING), id="jobs: a state that is new"),
        pytest.param(
            job(state="fail", failCode="501", failMsg="no"),
            Task(TaskState.FAILED, code="501", text="no"),
            id="jobs: failed",
        ),
        pytest.param(
            job(state="fail", failCode=501, failMsg=None),
            Task(TaskState.FAILED, code="501"),
            id="jobs: failed oddly",
        ),
        pytest.param(job(resultJson=URLS), Task(DONE, ("u",)), id="jobs: done"),
        pytest.param(
            job(resultJson={"resultUrls": ["u"]}), Task(DONE, ("u",)), id="jobs: an object, no text"
        ),
        pytest.param(job(resultJson="null"), Task(DONE), id="jobs: done with null"),
        pytest.param(job(resultJson=None), Task(DONE), id="jobs: done with nothing"),
    ],
)
async def test_a_record_is_read_as_it_is_meant(
    record: tuple[type[Kie], dict[str, Any]], task: Task, liar: Liar
) -> None:
    flavour, data = record
    liar.says = json.dumps({"code": 200, "msg": "success", "data": data}).encode()

    assert await flavour(liar.url).look_up("t", KEY) == task


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(veo(successFlag=None), id="veo: no flag"),
        pytest.param(veo(response="done"), id="veo: a text for a response"),
        pytest.param(veo(response={"resultUrls": [7]}), id="veo: a number for an address"),
        pytest.param(veo(response={"resultUrls": "not a list"}), id="veo: no list in the text"),
        pytest.param(job(state=None), id="jobs: no state"),
        pytest.param(job(resultJson="not JSON"), id="jobs: no JSON"),
        pytest.param(job(resultJson='{"resultUrls": {"u": 1}}'), id="jobs: an object for addresses"),
    ],
)
async def test_a_record_that_cannot_be_read_is_asked_for_again_later(
    record: tuple[type[Kie], dict[str, Any]], liar: Liar
) -> None:
    flavour, data = record
    liar.says = json.dumps({"code": 200, "msg": "success", "data": data}).encode()

    with pytest.raises(ProviderUnavailable):
        await flavour(liar.url).look_up("t", KEY)


async def test_an_order_looks_as_the_documents_say(liar: Liar) -> None:
    liar.says = b'{"code": 200, "data": {"taskId": "t"}}'

    assert [await flavour(liar.url).create(order(ratio="9:16"), KEY) for flavour in (KieVeo, KieJobs)] == [
        "t",
        "t",
    ]

    legacy, unified = (json.loads(asked.body) for asked in liar.asked)
    assert [asked.path for asked in liar.asked] == ["/api/v1/veo/generate", "/api/v1/jobs/createTask"]
    assert {asked.headers["authorization"] for asked in liar.asked} == {f"Bearer {KEY.secret}"}
    assert all("Mozilla" in asked.headers["user-agent"] for asked in liar.asked)
    assert legacy == {
        "prompt": PROMPT, "model": "veo3_fast", "generationType": "TEXT_2_VIDEO", "aspect_ratio": "9:16", "duration": 8,
        "enableTranslation": True, "callBackUrl": "http://127.0.0.1:9/told",
    }  # fmt: skip
    assert unified == {
        "model": "veo-3-1",
        "callBackUrl": "http://127.0.0.1:9/told",
        "input": {
            "prompt": PROMPT, "model": "veo3_fast", "aspect_ratio": "9:16", "duration": 8, "enable_translation": True
        },
    }  # fmt: skip


async def test_an_order_with_pictures_tells_what_they_are_for(liar: Liar) -> None:
    liar.says = b'{"code": 200, "data": {"taskId": "t"}}'
    pictured = Order(
        PROMPT,
        "16:9",
        8,
        "veo3_fast",
        "",
        kind="REFERENCE_2_VIDEO",
        image_urls=("http://a.example/1", "http://a.example/2"),
    )

    for flavour in (KieVeo, KieJobs):
        await flavour(liar.url).create(pictured, KEY)

    legacy, unified = (json.loads(asked.body) for asked in liar.asked)
    assert (legacy["generationType"], legacy["imageUrls"]) == ("REFERENCE_2_VIDEO", list(pictured.image_urls))
    assert unified["input"]["generation_type"] == "REFERENCE_2_VIDEO"
    assert unified["input"]["image_urls"] == list(pictured.image_urls)


async def test_nobody_listening_surely_took_nothing() -> None:
    with pytest.raises(ProviderUnavailable) as told:
        await KieVeo(f"http://127.0.0.1:{free_port()}").create(order(), KEY)

    assert told.type is ProviderUnavailable


async def test_a_provider_that_is_away_is_left_alone_after_many_failures() -> None:
    kie = KieVeo(f"http://127.0.0.1:{free_port()}")

    for turn in range(BREAKER_FAILURES):
        assert not kie.is_resting, turn
        with pytest.raises(ProviderUnavailable):
            await kie.create(order(), KEY)

    assert kie.is_resting
    with capture_logs() as said, pytest.raises(ProviderUnavailable):
        await kie.create(order(), KEY)
    assert "provider.unreachable" not in {line["event"] for line in said}, "nothing was tried"


async def test_refusals_are_answers_and_open_no_breaker(liar: Liar) -> None:
    liar.says = b'{"code": 500, "msg": "Server Error", "data": null}'
    kie = KieVeo(liar.url)

    for _ in range(BREAKER_FAILURES + 2):
        with pytest.raises(ProviderUnavailable):
            await kie.create(order(), KEY)

    assert not kie.is_resting
    assert len(liar.asked) == BREAKER_FAILURES + 2


async def test_a_question_is_asked_again_when_the_line_breaks(shared_sandbox: Sandbox) -> None:
    kie = KieVeo(f"{shared_sandbox.url}/kie")
    before = shared_sandbox.counts().get("record-info-broken", 0)
    shared_sandbox.break_("down", only="record-info")
    try:
        with pytest.raises(ProviderUnavailable):
            await kie.look_up("t", KEY)
    finally:
        shared_sandbox.break_("ok")

    assert shared_sandbox.counts()["record-info-broken"] == before + 3


async def test_a_key_is_never_shown(liar: Liar) -> None:
    secret = Key("super-secret-kie-key", "print")
    liar.says = b"<html>"

    with capture_logs() as said:
        for provider in (KieVeo(liar.url), KieJobs(f"http://127.0.0.1:{free_port()}")):
            with pytest.raises(ProviderUnavailable) as told:
                await provider.create(order(), secret)
            said.append({"event": repr([told.value, told.value.args, provider, vars(provider)])})

    assert len(said) >= 3
    assert "super-secret" not in repr([said, secret])


def test_a_base_address_may_end_in_a_slash() -> None:
    assert Provider("http://a.example/kie/", seconds=1).base_url == "http://a.example/kie"
