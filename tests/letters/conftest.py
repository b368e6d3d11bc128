"""Fixtures of the tests of letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.binding import bind, let_go


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Let this process work with a database of the test's choice."""
    yield lambda url: bind(monkeypatch, tmp_path, database_url=url)
    let_go()
