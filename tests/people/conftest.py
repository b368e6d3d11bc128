"""People who leave: with an account, a trace in every table, and files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.api import Api
from tests.support.leaver import Leaver


@pytest.fixture
def leaver(api: Api, film: bytes) -> Callable[[str], Leaver]:
    """Give somebody who has done everything that can be done here: `leaver("zoe")`."""
    return lambda name: Leaver(api, name, film)
