"""Pages for testers are there in test mode alone."""

from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send

from cuttingasmr.api.guards import TestPages as Pages


async def path_seen(path: str) -> str:
    """Tell which path the site behind sees."""
    seen: list[str] = []

    async def site(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["path"])

    async def hear() -> Message:
        return {"type": "http.disconnect"}

    async def say(_message: Message) -> None:
        return None

    await Pages(site)({"type": "http", "path": path}, hear, say)
    return seen[0]


async def test_testers_find_their_page_in_test_mode() -> None:
    assert await path_seen("/test-payment-flow/") == "/test-payment-flow/"


@pytest.mark.parametrize(
    "path", ["/test-payment-flow", "/test-payment-flow/", "/test-payment-flow/index.html"]
)
async def test_in_live_mode_it_leads_nowhere(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cuttingasmr.settings.Settings.creem_mode", "prod")

    assert await path_seen(path) == "/nowhere"
    assert await path_seen("/pricing") == "/pricing"
