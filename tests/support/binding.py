"""Points this process's own settings, connections and clients at a test's database and sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cuttingasmr import db, live
from cuttingasmr.auth import attempts, clerk_token
from cuttingasmr.generation import engine, key_pool, progress
from cuttingasmr.providers import clerk, creem, kie
from cuttingasmr.settings import get_settings
from cuttingasmr.storage import store

MADE_ONCE: tuple[Callable[..., Any], ...] = (
    get_settings,
    db.get_engine,
    engine._client,
    key_pool.get_key_pool,
    clerk.get_clerk,
    clerk_token.get_verifier,
    creem.get_creem,
    kie.get_video_provider,
    store.get_store,
    attempts._limiter,
    attempts._limiter_here,
    live._redis,
)
"""What a process makes once and keeps."""


def bind(monkeypatch: pytest.MonkeyPatch, data_dir: Path, **environment: str) -> None:
    """Let this process work with these variables from here on; what was made for others is let go."""
    environment = {"DATA_DIR": str(data_dir), "SECRET_KEY": "of-the-tests", **environment}
    for name, value in environment.items():
        monkeypatch.setenv(name.upper(), value)
    let_go()


def let_go() -> None:
    """Close and forget what this process has made once."""
    if db.get_engine.cache_info().currsize:
        db.get_engine().dispose()
    if engine._client.cache_info().currsize:
        engine._client().destroy()
    if live._redis.cache_info().currsize:
        live._redis().close()
    for made in MADE_ONCE:
        made.cache_clear()  # pyright: ignore[reportFunctionMemberAccess]
    progress._usual.__init__()
