"""A shop on each kind of database, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import creem_says
from tests.support.binding import bind, let_go
from tests.support.databases import Databases


@pytest.fixture(params=["sqlite", "postgres"])
def shop(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """The shop, which knows Creem's secret."""
    url = databases.make(request.param)
    bind(monkeypatch, tmp_path, database_url=url, creem_webhook_secret=creem_says.SECRET)
    yield url
    let_go()
