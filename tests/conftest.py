"""Fixtures that every test can have; what they are made of lives in tests/support/."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr.providers.http import close_client
from tests.support.api import Api, serving
from tests.support.binding import bind, let_go
from tests.support.clerk_api import ClerkApi, serving_clerk
from tests.support.databases import Databases
from tests.support.films import order_film
from tests.support.liar import Liar, lying
from tests.support.postgres import Postgres
from tests.support.process import Process
from tests.support.redis_server import RedisServer
from tests.support.site import Sandbox, Site
from tests.support.smtp import PostOffice


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


@pytest.fixture(scope="session")
def databases(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Migrated, empty databases: `databases.make("sqlite")` gives an address."""
    return Databases(tmp_path_factory.mktemp("databases"), postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def database(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """A database of each kind in turn, which this process then works with."""
    url = databases.make(request.param)
    bind(monkeypatch, tmp_path, database_url=url)
    yield url
    let_go()


@pytest.fixture
def embedded(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """An SQLite database, which this process then works with: for what no database decides."""
    url = databases.make("sqlite")
    bind(monkeypatch, tmp_path, database_url=url)
    yield url
    let_go()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A real SMTP server that takes this process's mail."""
    with PostOffice() as office:
        office.take_mail_of_this_process(monkeypatch)
        yield office


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start programs that end with the test: `launch(["python", ...], env={...}).wait_for_http(url)`."""
    started: list[Process] = []

    def start(command: list[str | Path], **options: Any) -> Process:
        options.setdefault("log", tmp_path / f"process-{len(started)}.log")
        process = Process(command, **options)
        started.append(process)
        return process.start()

    try:
        yield start
    finally:
        for process in reversed(started):
            process.stop()


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The strangers, for tests that leave them whole."""
    sandbox = Sandbox(tmp_path_factory.mktemp("strangers")).start()
    try:
        yield sandbox
    finally:
        sandbox.stop()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """The strangers, for a test that breaks or counts them."""
    sandbox = Sandbox(tmp_path).start()
    try:
        yield sandbox
    finally:
        sandbox.stop()


@pytest.fixture
def make_site(tmp_path: Path, sandbox: Sandbox) -> Iterator[Callable[..., Site]]:
    """Start the whole site on a database: `make_site(databases.make("sqlite"))`."""
    sites: list[Site] = []

    def make(database_url: str, **environment: str) -> Site:
        site = Site(tmp_path, database_url, sandbox, **environment)
        sites.append(site)
        return site.start()

    try:
        yield make
    finally:
        for site in sites:
            site.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, databases: Databases, make_site: Callable[..., Site]) -> Site:
    """The whole site, on each kind of database in turn."""
    return make_site(databases.make(request.param))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def api(
    request: pytest.FixtureRequest,
    databases: Databases,
    shared_sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    """The API of this process, on each kind of database in turn. It runs no workflow: what is started stays queued."""
    with serving(databases.make(request.param), shared_sandbox, tmp_path_factory.mktemp("api")) as api:
        yield api


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def clerk_api(
    request: pytest.FixtureRequest,
    databases: Databases,
    shared_sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ClerkApi]:
    """The same with Clerk, which signs people in and tells it what happens."""
    url, folder = databases.make(request.param), tmp_path_factory.mktemp("clerk")
    with serving_clerk(url, shared_sandbox, folder) as clerk_api:
        yield clerk_api


@pytest.fixture
def make_api(databases: Databases, shared_sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Api]]:
    """Serve the API with settings of a test's own: `make_api("sqlite", app_url="https://...")`."""
    with contextlib.ExitStack() as open_:

        def make(kind: str = "sqlite", **environment: str) -> Api:
            return open_.enter_context(serving(databases.make(kind), shared_sandbox, tmp_path, **environment))

        yield make


@pytest.fixture
async def line() -> AsyncIterator[None]:
    """Close the connections to providers that a test's event loop has opened."""
    yield
    await close_client()


@pytest.fixture(scope="session")
def film(shared_sandbox: Sandbox) -> bytes:
    """A real film, 1280 by 720, 8 s, with sound."""
    return order_film(shared_sandbox)


@pytest.fixture
def liar() -> Iterator[Liar]:
    """A server that says what a test wants to hear."""
    with lying() as liar:
        yield liar
