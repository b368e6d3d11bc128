"""The API of this very process, served by a real uvicorn on a free port: everything but Reflex and its pages."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import uvicorn
from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from cuttingasmr import db
from cuttingasmr.api.app import guarded, make_api
from cuttingasmr.auth import sessions
from cuttingasmr.generation.supervisor import Supervisor
from cuttingasmr.models import AuditEntry, CreditEntry, Status, User, Video
from cuttingasmr.providers.http import close_client
from cuttingasmr.storage.store import get_store
from tests.support.binding import bind, let_go
from tests.support.people import make_user, make_video
from tests.support.ports import free_port
from tests.support.site import Sandbox, wait_until

WITHOUT_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS, and reading all the world's certificates for each browser takes longer than a test."""


@dataclass(frozen=True)
class Written:
    """How much is written down: what must not grow when nothing was done."""

    users: int
    videos: int
    entries: int
    lines: int


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and their browser."""

    id: str
    http: httpx.Client

    def generate(
        self, prompt: object = "honeycomb", *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Ask for a video."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post("/api/generate-video", json={"prompt": prompt, **more}, headers=headers)

    def start(self, prompt: str = "honeycomb", **more: Any) -> str:
        """Ask for a video, and give its id."""
        answer = self.generate(prompt, **more)
        assert answer.status_code == 202, answer.text
        return answer.json()["videoId"]

    def status(self, video_id: str) -> dict[str, Any]:
        """Ask how a video goes."""
        return self.http.get(f"/api/video-status/{video_id}").json()

    def balance(self) -> int:
        """Ask what is left."""
        return self.http.get("/api/credits").json()["data"]["remainingCredits"]

    def wait_for(self, video_id: str, *stages: str, seconds: float = 30) -> dict[str, Any]:
        """Wait until a video is in one of these stages."""

        def seen() -> dict[str, Any] | None:
            status = self.status(video_id)
            return status if status["stage"] in stages else None

        return wait_until(seen, seconds=seconds, what=lambda: self.status(video_id))


class Api:
    """The API at `url`, and the people who use it."""

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        self.url, self.sandbox = f"http://127.0.0.1:{port}", sandbox
        config = uvicorn.Config(
            guarded(make_api()),
            port=port,
            http="httptools",
            lifespan="off",
            access_log=False,
            log_level="warning",
            proxy_headers=False,
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="api", daemon=True)
        self._clients: list[httpx.Client] = []

    async def _serve(self) -> None:
        try:
            await self._server.serve()
        finally:
            await close_client()

    def start(self) -> Self:
        """Serve, and wait until it does."""
        self._thread.start()
        wait_until(lambda: self._server.started)
        return self

    def stop(self) -> None:
        """Stop serving, and close everybody's browser."""
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join(10)

    def browser(self, token: str | None = None) -> httpx.Client:
        """Give a browser, signed in if it has a session's token."""
        cookies = {} if token is None else {sessions.COOKIE: token}
        client = httpx.Client(
            base_url=self.url, cookies=cookies, trust_env=False, timeout=30, verify=WITHOUT_TLS
        )
        self._clients.append(client)
        return client

    def someone(self, *, credits: int = 18) -> Person:
        """Give somebody new who is signed in."""
        user_id = make_user(credits=credits)
        return Person(user_id, self.browser(db.run(sessions.begin, user_id=user_id)))

    def written(self) -> Written:
        """Count what is written down."""
        return Written(*(db.look(_count, table) for table in (User, Video, CreditEntry, AuditEntry)))

    def keep_film(self, owner: Person, film: bytes, **facts: Any) -> str:
        """Give somebody a finished video whose file is this one, and its id."""
        video = db.run(make_video, user_id=owner.id, status=Status.COMPLETED, **facts)
        keys = {"file_key": f"videos/{video.id}.mp4", "poster_key": f"posters/{video.id}.webp"}
        for key in keys.values():
            asyncio.run(get_store().put(key, film))
        db.run(_set, video.id, keys)
        return video.id


def _count(session: Session, table: type[SQLModel]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def _set(session: Session, video_id: str, facts: dict[str, Any]) -> None:
    video = session.exec(select(Video).where(col(Video.id) == video_id)).one()
    video.sqlmodel_update(facts)


@contextlib.contextmanager
def serving(url: str, sandbox: Sandbox, folder: Path, **environment: str) -> Iterator[Api]:
    """Bind this process to a database and the strangers, and serve its API."""
    with pytest.MonkeyPatch.context() as patch:
        port = free_port()
        here = {
            "app_url": f"http://127.0.0.1:{port}",
            "sandbox_url": sandbox.url,
            "poll_first_seconds": "0.5",
        }
        bind(patch, folder, **{**here, "database_url": url, **environment})
        api = Api(port, sandbox)
        try:
            yield api.start()
        finally:
            api.stop()
            let_go()


@contextlib.contextmanager
def working(url: str, sandbox: Sandbox, folder: Path, **environment: str) -> Iterator[Api]:
    """Serve the API with an engine beside it: what is started is made."""
    with serving(url, sandbox, folder, **environment) as api:
        supervisor = Supervisor()
        supervisor.start()
        try:
            wait_until(lambda: supervisor.is_running)
            yield api
        finally:
            supervisor.stop()


@contextlib.contextmanager
def broken(sandbox: Sandbox, mode: str, **more: Any) -> Iterator[None]:
    """Break a stranger for as long as the block runs."""
    sandbox.break_(mode, **more)
    try:
        yield
    finally:
        sandbox.break_("ok", provider=more.get("provider", "kie"))
