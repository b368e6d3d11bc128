"""Fixtures that every test can have; what they are made of lives in tests/support/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Postgres
from tests.support.process import Process
from tests.support.redis_server import RedisServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster of this test process's own: `postgres.create_database("name")` gives an address."""
    cluster = Postgres()
    try:
        yield cluster.start()
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis of this test process's own: `redis_server.url`."""
    server = RedisServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start programs that end with the test: `launch(["python", ...], env={...}).wait_for_http(url)`."""
    started: list[Process] = []

    def start(command: list[str | Path], **options: Any) -> Process:  # noqa: ANN401 - Process says which
        options.setdefault("log", tmp_path / f"process-{len(started)}.log")
        process = Process(command, **options)
        started.append(process)
        return process.start()

    try:
        yield start
    finally:
        for process in reversed(started):
            process.stop()
