"""Fixtures of the tests that use a browser: pytest-playwright's, with this machine's Chromium."""

from __future__ import annotations

import pytest

from tests.support.browser import launch_options


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return browser_type_launch_args | launch_options()
