"""Health: what works and what does not, part by part, without a secret."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session

from cuttingasmr import __version__, db
from cuttingasmr.models import EngineBeat
from tests.support.api import Api, serving
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.site import Sandbox


def beat(session: Session) -> None:
    session.merge(EngineBeat(executor_id="one", beat_at=db.utc_now()))


def test_a_site_on_which_all_works_is_healthy(api: Api) -> None:
    db.run(beat)

    answer = api.browser().get("/api/health")

    told = answer.json()
    assert answer.status_code == 200
    assert set(told) == {"status", "service", "version", "timestamp", "checks"}
    assert (told["status"], told["service"], told["version"]) == ("healthy", "cuttingasmr", __version__)
    assert set(told["checks"]) >= {"database", "redis", "worker", "storage", "creem", "veo3"}
    assert told["checks"]["database"]["status"] == "ok"
    assert told["checks"]["redis"]["status"] == "unused"
    assert isinstance(told["checks"]["database"]["latencyMs"], float)


@pytest.mark.parametrize("path", [pytest.param(path, id=path) for path in ("", "/live", "/ready")])
def test_health_needs_no_session(api: Api, path: str) -> None:
    assert api.browser().get(f"/api/health{path}").status_code == 200


def test_health_answers_a_head(api: Api) -> None:
    answer = api.browser().head("/api/health")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_site_without_a_worker_is_degraded_and_still_serves(make_api: Callable[..., Api]) -> None:
    answer = make_api().browser().get("/api/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["worker"]["status"] == "down"


def test_a_site_whose_database_is_away_is_unhealthy_alive_and_not_ready(
    shared_sandbox: Sandbox, tmp_path: Path
) -> None:
    with serving(f"postgresql://nobody:word@127.0.0.1:{free_port()}/x", shared_sandbox, tmp_path) as api:
        browser = api.browser()
        answer = browser.get("/api/health")

        assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
        assert answer.json()["checks"]["database"]["status"] == "down"
        assert "word" not in answer.text
        assert browser.get("/api/health/live").status_code == 200
        assert browser.get("/api/health/ready").status_code == 503
        refused = browser.post("/api/auth/demo")
        assert (refused.status_code, refused.json()["code"]) == (503, "DatabaseUnavailable")


def test_a_storage_that_cannot_be_is_told(make_api: Callable[..., Api], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    api = make_api(storage_url=(tmp_path / "file" / "media").as_uri())

    answer = api.browser().get("/api/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["storage"]["status"] == "down"


def test_redis_is_checked_where_there_is_one(make_api: Callable[..., Api], redis_server: RedisServer) -> None:
    there = make_api(redis_url=redis_server.url).browser().get("/api/health").json()["checks"]["redis"]

    assert there["status"] == "ok"


def test_a_redis_that_is_away_is_told_quickly_and_people_can_sign_up(make_api: Callable[..., Api]) -> None:
    browser = make_api(redis_url=f"redis://127.0.0.1:{free_port()}/0").browser()
    began = time.monotonic()

    answer = browser.get("/api/health")

    assert answer.json()["checks"]["redis"]["status"] == "down"
    assert time.monotonic() - began < 5
    assert browser.post("/api/auth/demo").status_code == 200


def test_the_contract_can_be_read(api: Api) -> None:
    told = api.browser().get("/api/openapi.json").json()

    assert {"/api/generate-video", "/api/video-status/{name}", "/api/credits", "/api/auth/sign-in"} <= set(
        told["paths"]
    )
