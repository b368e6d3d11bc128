"""Where videos are made: the strangers and a database, with or without an engine that runs workflows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api import Api, working
from tests.support.binding import bind, let_go
from tests.support.databases import Databases
from tests.support.site import Sandbox

KINDS = ["sqlite", "postgres"]


@pytest.fixture(params=KINDS)
def strangers(
    request: pytest.FixtureRequest,
    databases: Databases,
    shared_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Sandbox]:
    """The strangers, with whom this process works on a database of each kind; nothing runs by itself."""
    url = databases.make(request.param)
    here = {"sandbox_url": shared_sandbox.url, "app_url": "http://127.0.0.1:9"}
    bind(monkeypatch, tmp_path, database_url=url, **here)
    yield shared_sandbox
    let_go()


@pytest.fixture(scope="module", params=KINDS)
def works(
    request: pytest.FixtureRequest,
    databases: Databases,
    shared_sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    """The API with an engine beside it: what is started is made."""
    folder = tmp_path_factory.mktemp("works")
    keys = {"veo3_api_keys": "one-key,two-key,three-key", "veo3_api_base_url": f"{shared_sandbox.url}/kie"}
    url = databases.make(request.param)
    with working(url, shared_sandbox, folder, submit_doubt_seconds="1", **keys) as api:
        yield api
