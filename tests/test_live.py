"""Wake-ups: heard in this process and, with Redis, in every other; lost ones cost nothing but a slow re-read."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr import live
from tests.support.binding import bind, let_go
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[1]
SOON, NOT = 5.0, 0.1


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    bind(monkeypatch, tmp_path, redis_url="")
    yield
    let_go()


async def test_a_wake_up_from_another_thread_is_heard() -> None:
    with live.listening("ada") as listener:
        threading.Thread(target=live.publish, args=("ada",)).start()

        assert await listener.wait(SOON)


async def test_a_wake_up_before_the_wait_is_not_lost() -> None:
    with live.listening("ada") as listener:
        live.publish("ada")

        assert await listener.wait(SOON)


async def test_several_wake_ups_are_one() -> None:
    with live.listening("ada") as listener:
        for _ in range(5):
            live.publish("ada")

        assert await listener.wait(SOON)
        assert not await listener.wait(NOT)


async def test_every_open_page_of_one_person_is_woken_and_nobody_elses() -> None:
    with live.listening("ada") as one, live.listening("ada") as other, live.listening("bob") as stranger:
        live.publish("ada")

        assert await one.wait(SOON)
        assert await other.wait(SOON)
        assert not await stranger.wait(NOT)


async def test_without_a_wake_up_the_wait_ends_by_itself() -> None:
    with live.listening("ada") as listener:
        assert not await listener.wait(0.01)


async def test_who_has_left_is_forgotten() -> None:
    with live.listening("ada"), pytest.raises(KeyError), live.listening("ada"):
        raise KeyError

    live.publish("ada")
    assert dict(live._switchboard._listeners) == {}


def test_a_page_whose_loop_is_gone_is_past_waking() -> None:
    async def open_page() -> live.Listener:
        return live.Listener()

    listener = asyncio.run(open_page())

    listener.ring()


def test_waking_nobody_costs_next_to_nothing() -> None:
    began = time.perf_counter()
    for _ in range(1000):
        live.publish("nobody")

    assert time.perf_counter() - began < 0.5
    assert dict(live._switchboard._listeners) == {}


@pytest.fixture
def connected(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RedisServer:
    bind(monkeypatch, tmp_path, redis_url=redis_server.url)
    return redis_server


def publish_elsewhere(url: str, user_id: str) -> None:
    """Wake somebody from a process of its own."""
    program = f"from cuttingasmr import live; live.publish({user_id!r})"
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "REDIS_URL": url}, check=True
    )


async def heard(listener: live.Listener, redis_server: RedisServer, *, seconds: float = 20) -> bool:
    """Publish as another process would until it is heard: a relay that is reconnecting hears nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        await asyncio.to_thread(live_publish, redis_server)
        if await listener.wait(0.2):
            return True
    return False


def live_publish(redis_server: RedisServer) -> None:
    """Say it on the wire alone, so that what is heard has come through Redis."""
    live._redis().publish(live.CHANNEL, "ada") if redis_server.answers() else None


async def test_a_wake_up_crosses_processes(connected: RedisServer) -> None:
    async with live.relaying():
        with live.listening("ada") as listener:
            assert await heard(listener, connected)

            await asyncio.to_thread(publish_elsewhere, connected.url, "ada")

            assert await listener.wait(SOON)


async def test_nobody_is_woken_by_somebody_elses_news(connected: RedisServer) -> None:
    async with live.relaying():
        with live.listening("ada") as ada, live.listening("bob") as bob:
            assert await heard(ada, connected)

            assert not await bob.wait(NOT)


async def test_the_relay_goes_on_after_redis_was_killed_and_publishing_never_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = RedisServer().start()
    bind(monkeypatch, tmp_path, redis_url=server.url)
    try:
        async with live.relaying():
            with live.listening("ada") as listener:
                assert await heard(listener, server)

                server.kill9()
                began = time.monotonic()
                live.publish("ada")
                assert time.monotonic() - began < 1, "a page waits for this"
                assert await listener.wait(SOON), "in this process it is heard without Redis"

                server.start()
                assert await heard(listener, server)
    finally:
        server.remove()


async def test_without_redis_from_the_start_publishing_and_relaying_do_not_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bind(monkeypatch, tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0")

    async with live.relaying():
        with live.listening("ada") as listener:
            live.publish("ada")

            assert await listener.wait(SOON)


async def test_who_is_there_is_known_in_this_process() -> None:
    with live.listening("ada"):
        assert await live.who_is_there(["ada", "bob"]) == {"ada"}
    assert await live.who_is_there(["ada", "bob"]) == set()


ELSEWHERE = """
import asyncio, sys
from cuttingasmr import live

async def main() -> None:
    async with live.relaying():
        with live.listening("ada"), live.listening("eve") as eve:
            await eve.wait(60)

asyncio.run(main())
"""


async def test_who_is_there_is_asked_of_every_process(connected: RedisServer) -> None:
    environment = {**os.environ, "REDIS_URL": connected.url}
    start = asyncio.create_subprocess_exec
    others = [await start(sys.executable, "-c", ELSEWHERE, cwd=ROOT, env=environment) for _ in range(2)]
    try:
        while await asyncio.to_thread(relays) < len(others):  # noqa: ASYNC110 - nobody tells when they listen
            await asyncio.sleep(0.05)
        with live.listening("bob"):
            assert await live.who_is_there(["ada", "bob", "cyd"]) == {"ada", "bob"}
    finally:
        live._redis().publish(live.CHANNEL, "eve")
        assert [await other.wait() for other in others] == [0, 0]


def relays() -> int:
    """Count the processes that listen to Redis."""
    line: Any = live._redis()
    return dict(line.pubsub_numsub(live.CHANNEL))[live.CHANNEL.encode()]


async def test_when_the_others_cannot_be_asked_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bind(monkeypatch, tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0")

    with live.listening("ada"):
        assert await live.who_is_there(["ada"]) == {"ada"}
        assert await live.who_is_there(["ada", "bob"]) is None
