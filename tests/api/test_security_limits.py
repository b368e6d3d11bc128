"""Limits over HTTP: what is counted, what is told, and who is never shut out."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import httpx
import pytest
from limits import parse
from sqlmodel import col, select
from starlette.types import Message

from cuttingasmr import db, rate_limits
from cuttingasmr.api.crowd import Crowd
from cuttingasmr.api.guards import EVENTS_AT_ONCE, Guards
from cuttingasmr.api.proxies import Proxies, network_of
from cuttingasmr.auth import local
from cuttingasmr.auth.hashing import AT_ONCE, MOST_WAITING, in_turn
from cuttingasmr.auth.sessions import COOKIE
from cuttingasmr.errors import TooManyRequests
from cuttingasmr.models import WebhookEvent
from cuttingasmr.settings import Settings
from tests.support import creem_says
from tests.support.api import Api
from tests.support.binding import bind

MakeApi = Callable[..., Api]


def test_five_videos_in_ten_minutes_and_the_next_one_is_told_when(make_api: MakeApi) -> None:
    api = make_api(generation_limit="5/10minutes")
    ada = api.someone(credits=1000)
    for _ in range(10):
        assert ada.generate("").status_code == 422  # what is not well-formed is not counted
    first = ada.generate("ice", key="once")
    for _ in range(10):
        assert ada.generate("ice", key="once").json()["videoId"] == first.json()["videoId"]  # nor is a repeat
    for number in range(4):
        assert ada.generate(f"ice {number}").status_code == 202

    answer = ada.generate("one too many", key="late")

    told = answer.json()
    assert (answer.status_code, told["code"]) == (429, "TooManyRequests")
    assert 0 < told["retryAfter"] <= 600
    assert answer.headers["retry-after"] == str(told["retryAfter"])
    assert "Please try again in " in told["error"]
    assert ada.generate("one too many", key="late").status_code == 429, "a refused press stays refused"
    assert ada.balance() == 1000 - 5 * 10
    assert api.someone().generate("ice").status_code == 202, "others have their own"


def test_one_key_lets_no_more_words_be_judged_than_many_do(make_api: MakeApi) -> None:
    ada = make_api(generation_limit="5/10minutes").someone(credits=1000)

    answers = [ada.generate(f"sandbox:deny {number}", key="once") for number in range(7)]
    repeated = ada.generate("sandbox:deny 4", key="once")

    assert [answer.status_code for answer in answers] == [451] * 5 + [429] * 2
    assert repeated.status_code == 451, "the same press was let through before, and is not counted anew"
    assert ada.balance() == 1000


def test_many_accounts_at_one_address_start_no_more_than_twenty_people_would(make_api: MakeApi) -> None:
    api = make_api(generation_limit="2/10minutes", trusted_proxies="127.0.0.1")
    people = [api.someone(credits=100) for _ in range(20)]
    late = api.someone()
    for _ in range(3):
        assert people[0].generate("").status_code == 422  # what is not well-formed is not counted
    for person in people:
        for word in ("ice", "soap"):
            assert person.generate(word, key=word).status_code == 202

    refused = late.generate("ice")
    repeated = people[0].generate("ice", key="ice")
    over = people[1].generate("one too many")
    elsewhere = late.http.post(
        "/api/generate-video", json={"prompt": "ice"}, headers={"x-forwarded-for": CLIENT}
    )

    assert (refused.status_code, refused.json()["code"]) == (429, "TooManyRequests")
    assert refused.json()["error"].startswith("From where you are, as many videos have been started")
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert (repeated.status_code, elsewhere.status_code) == (202, 202)
    assert over.json()["error"].startswith("You have started"), "one's own limit is told first"


def test_fifty_accounts_a_day_are_opened_from_one_address_where_limits_are_strict(make_api: MakeApi) -> None:
    api = make_api(strict_limits="true", trusted_proxies="127.0.0.1")
    for _ in range(50):
        asyncio.run(rate_limits.spend(rate_limits.SIGN_UP_DAY, CLIENT))
    account = {"email": f"{secrets.token_hex(8)}@example.org", "password": "correct horse battery"}
    browser = api.browser()

    refused = browser.post("/api/auth/sign-up", json=account, headers={"x-forwarded-for": CLIENT})
    elsewhere = browser.post("/api/auth/sign-up", json=account, headers={"x-forwarded-for": "198.51.100.7"})

    assert refused.status_code == 429
    assert refused.json()["error"].endswith("Please try again in 24 hours.")
    assert elsewhere.status_code == 200


def test_answers_tell_what_is_left(make_api: MakeApi) -> None:
    ada = make_api(api_limit="3/minute").someone()

    answers = [ada.http.get("/api/credits") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"api-read";q=3;w=60'
    left = [re.fullmatch(r'"api-read";r=(\d+);t=(\d+)', it.headers["ratelimit"]) for it in answers]
    assert [match[1] for match in left if match] == ["2", "1", "0", "0"]
    assert ada.http.post("/api/credits").status_code == 200, "writes have a limit of their own"


def test_a_flood_of_forged_cookies_is_turned_away_and_those_who_are_signed_in_go_on(
    make_api: MakeApi,
) -> None:
    api = make_api(
        api_limit="20/minute"
    )  # for an address ten times that, of which a refused request takes five
    ada, forger = api.someone(), api.browser()

    answers = [
        forger.get("/api/credits", headers={"cookie": f"{COOKIE}={secrets.token_urlsafe(32)}"})
        for _ in range(60)
    ]

    assert [answer.status_code for answer in answers] == [401] * 40 + [429] * 20
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert ada.http.get("/api/credits").status_code == 200
    assert forger.get("/api/health/live").status_code == 200


def test_ten_tries_to_sign_in_are_looked_at_and_no_more(make_api: MakeApi) -> None:
    eve = make_api().browser()
    tries = [
        eve.post("/api/auth/sign-in", json={"email": "ada@example.org", "password": f"guess {number}..."})
        for number in range(12)
    ]

    assert [answer.status_code for answer in tries] == [401] * 10 + [429] * 2
    assert "Retry-After".lower() in tries[-1].headers


def test_junk_is_turned_away_from_the_webhooks_and_a_genuine_event_is_always_taken(make_api: MakeApi) -> None:
    api = make_api(creem_webhook_secret=creem_says.SECRET, api_limit="1/minute", strict_limits="true")
    caller = api.browser()
    statuses = [
        caller.post("/api/webhooks/creem", content=b"{}", headers={"creem-signature": "0" * 64}).status_code
        for _ in range(65)
    ]
    body = creem_says.raw(creem_says.paid(event="evt_genuine"))

    answer = caller.post(
        "/api/webhooks/creem", content=body, headers={"creem-signature": creem_says.signed(body)}
    )

    assert statuses == [401] * 60 + [429] * 5
    assert answer.json() == {"success": True}
    taken = select(WebhookEvent).where(col(WebhookEvent.event_id) == "evt_genuine")
    assert db.look(lambda session: session.exec(taken).one())


def test_checkouts_are_limited(make_api: MakeApi) -> None:
    ada = make_api(strict_limits="true").someone()

    statuses = [
        ada.http.post("/api/payments/creem", json={"planType": "starter"}).status_code for _ in range(31)
    ]

    assert statuses == [200] * 30 + [429]


def test_every_limit_can_be_read() -> None:
    assert len({limit.name for limit in rate_limits.TABLE}) == len(rate_limits.TABLE)
    assert all(rate_limits.parsed(limit.rule()).amount > 0 for limit in rate_limits.TABLE)
    strict, easy = Settings(strict_limits=True), Settings()
    assert (strict.generation_limit, strict.user_video_limit) == ("5/10minutes", 60)
    assert parse(easy.generation_limit).amount > 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [("generation_limit", "many"), ("api_limit", "1/minute;2/hour"), ("trusted_proxies", "10.0.0.0/99")],
)
def test_settings_that_mean_nothing_are_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        Settings.model_validate({field: value})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "in a second"),
        (40, "in 40 seconds"),
        (90, "in 2 minutes"),
        (600, "in 10 minutes"),
        (5400, "in 90 minutes"),
        (86_399, "in 24 hours"),
    ],
)
def test_how_long_to_wait_is_said_as_people_do(seconds: int, said: str) -> None:
    assert rate_limits.wait(seconds) == said


async def test_few_passwords_are_hashed_at_once_and_few_wait() -> None:
    barrier, running, most = Barrier(AT_ONCE + 1), set[int](), [0]

    def work(number: int) -> None:
        running.add(number)
        most[0] = max(most[0], len(running))
        if number < AT_ONCE:
            barrier.wait()
        running.discard(number)

    tasks = [asyncio.create_task(in_turn(work, number)) for number in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await in_turn(work, -1)
    opener = Thread(target=barrier.wait)
    opener.start()
    await asyncio.gather(*tasks)
    opener.join()

    assert most[0] <= AT_ONCE
    assert await in_turn(local._hasher.hash, "another")


# --- from where a request comes ---------------------------------------------------------------------------------------


async def seen_by(
    proxies: str, peer: str, *forwarded: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Tell how a site behind these proxies sees a call of this peer."""
    monkeypatch.setattr("cuttingasmr.api.proxies.get_settings", lambda: Settings(trusted_proxies=proxies))
    seen: dict[str, Any] = {}

    async def site(scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401
        seen.update(scope)

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded] + [
        (b"x-forwarded-proto", b"https")
    ]
    scope = {"type": "http", "path": "/", "scheme": "http", "client": (peer, 1), "headers": headers}
    await Proxies(site)(scope, None, None)  # pyright: ignore[reportArgumentType]
    return seen


PROXY, CLIENT = "10.1.2.3", "203.0.113.9"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address", "scheme"),
    [
        pytest.param("", PROXY, [CLIENT], PROXY, "http", id="no proxy of ours"),
        pytest.param(
            "10.0.0.0/8", CLIENT, ["198.51.100.1"], CLIENT, "http", id="somebody who says to be one"
        ),
        pytest.param("10.0.0.0/8", PROXY, [CLIENT], CLIENT, "https", id="our proxy"),
        pytest.param("10.1.2.3", PROXY, [CLIENT], CLIENT, "https", id="our proxy by its address"),
        pytest.param("10.0.0.0/8", PROXY, [f"1.1.1.1, {CLIENT}"], CLIENT, "https", id="forged before it"),
        pytest.param(
            "10.0.0.0/8", PROXY, ["1.1.1.1", CLIENT], CLIENT, "https", id="forged in a line of its own"
        ),
        pytest.param(
            "10.0.0.0/8", PROXY, [f"1.1.1.1, {CLIENT}, 10.9.9.9"], CLIENT, "https", id="two proxies of ours"
        ),
        pytest.param(
            "10.0.0.0/8", PROXY, ["127.0.0.1, " + CLIENT], CLIENT, "https", id="this machine, forged"
        ),
        pytest.param("10.0.0.0/8, 2001:db8::/32", "2001:db8::1", [CLIENT], CLIENT, "https", id="IPv6"),
    ],
)
async def test_only_our_proxies_say_from_where_somebody_comes(
    proxies: str, peer: str, forwarded: list[str], address: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await seen_by(proxies, peer, *forwarded, monkeypatch=monkeypatch)

    assert (network_of(seen), seen["scheme"]) == (address, scheme)


async def test_what_strangers_say_about_themselves_is_not_even_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await seen_by("", PROXY, CLIENT, monkeypatch=monkeypatch))["headers"] == []


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_an_address_counts_as_far_as_it_is_not_free_to_choose(host: str, network: str) -> None:
    assert network_of({"client": (host, 1)}) == network


def test_forged_addresses_buy_no_more_tries(make_api: MakeApi) -> None:
    browser = make_api().browser()

    statuses = [
        browser.post("/api/auth/demo", headers={"x-forwarded-for": f"198.51.100.{number}"}).status_code
        for number in range(22)
    ]

    assert statuses == [200] * 20 + [429] * 2


async def test_a_callers_points_come_back_with_the_minute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moment = [0.0]

    async def refusing(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401
        await send({"type": "http.response.start", "status": 401, "headers": []})

    statuses: list[int] = []

    async def hear(message: Any) -> None:  # noqa: ANN401
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    bind(monkeypatch, tmp_path, api_limit="600/minute")
    crowd = Crowd(refusing, clock=lambda: moment[0])
    scope = {"type": "http", "path": "/api/credits", "method": "GET", "headers": [], "client": ("1.2.3.4", 1)}
    for _ in range(1300):
        await crowd(scope, None, hear)  # pyright: ignore[reportArgumentType]
    moment[0] = 61
    await crowd(scope, None, hear)  # pyright: ignore[reportArgumentType]

    assert (statuses.count(401), statuses.count(429), statuses[-1]) == (1201, 100, 401)


async def test_whoever_opens_line_after_line_is_told_to_come_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moment, told = [0.0], list[Message]()

    async def open_(_scope: object, _receive: object, send: Callable[[Message], Awaitable[None]]) -> None:
        await send({"type": "websocket.accept"})

    async def hear(message: Message) -> None:
        told.append(message)

    async def wait() -> Message:
        return {"type": "websocket.connect"}

    bind(monkeypatch, tmp_path, api_limit="6/minute")
    crowd = Crowd(open_, clock=lambda: moment[0])  # pyright: ignore[reportArgumentType]
    scope = {"type": "websocket", "path": "/_event/", "headers": [], "client": ("1.2.3.4", 1)}
    other = {**scope, "client": ("5.6.7.8", 1)}
    for _ in range(61):
        await crowd(scope, wait, hear)
    await crowd(other, wait, hear)
    moment[0] = 61
    await crowd(scope, wait, hear)

    kinds = [message["type"] for message in told]
    assert kinds == ["websocket.accept"] * 60 + ["websocket.close"] + ["websocket.accept"] * 2
    assert "try again in 60 seconds" in told[60]["reason"]


def test_a_body_of_five_megabytes_is_refused_wherever_it_goes(make_api: MakeApi) -> None:
    browser = make_api().browser()

    for method, path in (
        ("POST", "/api/webhooks/creem"),
        ("POST", "/api/generate-video"),
        ("PUT", "/elsewhere"),
    ):
        answer: httpx.Response = browser.request(method, path, content=b"x" * 5_000_000)
        assert answer.status_code == 413, path


async def test_events_that_come_too_fast_wait() -> None:
    taken: list[Message] = []

    async def site(_scope: object, receive: Callable[[], object], _send: object) -> None:
        while True:
            taken.append(await receive())  # pyright: ignore[reportGeneralTypeIssues]

    async def flood() -> Message:
        await asyncio.sleep(0)
        return {"type": "websocket.receive", "text": "42"}

    scope = {"type": "websocket", "path": "/_event/", "headers": []}
    flooding = asyncio.create_task(Guards(site)(scope, flood, None))  # pyright: ignore[reportArgumentType]
    await asyncio.sleep(0.5)
    flooding.cancel()

    assert EVENTS_AT_ONCE <= len(taken) <= EVENTS_AT_ONCE + 20
