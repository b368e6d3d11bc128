"""Points this process's own settings, connections and clients at a test's database and sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr import db, live, rate_limits
from cuttingasmr.auth import clerk_token
from cuttingasmr.generation import key_pool, progress
from cuttingasmr.providers import clerk, creem, mail, video
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import store

GENEROUS = {
    "generation_limit": "100000/minute",
    "api_limit": "100000/minute",
    "api_write_limit": "100000/minute",
}
"""Limits that no test meets which is not about them."""

MADE_ONCE: tuple[Callable[..., Any], ...] = (
    get_settings,
    db.get_engine,
    key_pool.get_key_pool,
    clerk.get_clerk,
    clerk_token.get_verifier,
    creem.get_creem,
    mail.get_mailer,
    video.get_video_provider,
    store.get_store,
    rate_limits._limiter,
    rate_limits._limiter_here,
    live._redis,
)
"""What a process makes once and keeps."""


def bind(monkeypatch: pytest.MonkeyPatch, data_dir: Path, **environment: str) -> None:
    """Let this process work with these variables from here on; what was made for others is let go."""
    environment = {"DATA_DIR": str(data_dir), "SECRET_KEY": "of-the-tests", **GENEROUS, **environment}
    for name, value in environment.items():
        monkeypatch.setenv(name.upper(), value)
    let_go()


def let_go() -> None:
    """Close and forget what this process has made once."""
    if db.get_engine.cache_info().currsize:
        db.get_engine().dispose()
    if live._redis.cache_info().currsize:
        live._redis().close()
    for made in MADE_ONCE:
        made.cache_clear()  # pyright: ignore[reportFunctionMemberAccess]
    progress._usual.__init__()
