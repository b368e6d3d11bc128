"""A real sandbox process, spoken to over real HTTP, and somebody who receives its callbacks."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support.ports import free_port
from tests.support.process import Process

ROOT = Path(__file__).parents[2]
HMAC_KEY = "kie_hmac_key"
PROMPT = "A glass apple is cut into slices"


def wait_until(ready: Callable[[], Any], *, seconds: float = 20) -> Any:  # noqa: ANN401 - whatever `ready` gives
    """What `ready()` gives once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


class Sandbox:
    """One running sandbox; `settings` are its environment."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        chosen = {
            "SANDBOX_DATA_DIR": str(folder / "data"),
            "SANDBOX_RENDER_SECONDS": "0.3",
            "SANDBOX_CALLBACK_PAUSE": "0.02",
            "SANDBOX_CREEM_RETRY_SECONDS": "0,0.02,0.04,0.06,0.08",
            "VEO3_WEBHOOK_HMAC_KEY": HMAC_KEY,
            "SANDBOX_PORT": str(self.port),
        }
        command = [sys.executable, "-m", "cuttingasmr.sandbox"]
        environment = {"PATH": os.environ["PATH"], **chosen, **settings}
        self.process = Process(command, log=folder / "sandbox.log", env=environment, cwd=ROOT)
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)

    def start(self) -> Sandbox:
        self.process.start().wait_for_http(f"{self.url}/healthz")
        return self

    def kie(self, method: str, path: str, *, key: str = "a-key", **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return self.http.request(method, f"/kie{path}", headers=headers, **options)

    def create(self, prompt: str = PROMPT, **fields: object) -> dict[str, Any]:
        """Order by the old API: the envelope."""
        order = {"prompt": prompt, "model": "veo3_fast", **fields}
        return self.kie("POST", "/api/v1/veo/generate", json=order).json()

    def create_job(self, prompt: str = PROMPT, callback: str = "", **fields: object) -> dict[str, Any]:
        """Order by the unified API: the envelope."""
        order: dict[str, object] = {"model": "veo-3-1", "input": {"prompt": prompt, **fields}}
        return self.kie(
            "POST", "/api/v1/jobs/createTask", json=order | ({"callBackUrl": callback} if callback else {})
        ).json()

    def record(self, task_id: str) -> dict[str, Any]:
        return self.kie("GET", f"/api/v1/veo/record-info?taskId={task_id}").json()["data"]

    def job(self, task_id: str) -> dict[str, Any]:
        return self.kie("GET", f"/api/v1/jobs/recordInfo?taskId={task_id}").json()["data"]

    def ended(self, task_id: str) -> dict[str, Any]:
        """Wait for a task of the old API to end: its record."""
        return wait_until(lambda: (record := self.record(task_id))["successFlag"] and record)

    def ended_job(self, task_id: str) -> dict[str, Any]:
        """Wait for a task of the unified API to end: its record."""
        return wait_until(lambda: (job := self.job(task_id))["state"] in {"success", "fail"} and job)

    def control(self, **what: object) -> httpx.Response:
        return self.http.post("/control", json=what)

    def counts(self, provider: str = "kie") -> dict[str, int]:
        return self.http.get("/control").json()[provider]

    def tasks(self, **filters: str) -> list[dict[str, Any]]:
        return self.http.get("/control/tasks", params=filters).json()["tasks"]


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Sandbox]:
    sandbox = Sandbox(folder, **settings)
    try:
        yield sandbox.start()
    finally:
        sandbox.http.close()
        sandbox.process.stop()


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """The shared sandbox, with nothing in it but the films that were made already."""
    shared_sandbox.http.post("/control/reset")
    return shared_sandbox


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Sandboxes of a test's own: `own_sandbox(SANDBOX_CREATE_LIMIT="3")`."""
    started: list[Sandbox] = []

    def start(**settings: str) -> Sandbox:
        started.append(Sandbox(tmp_path, **settings))
        return started[-1].start()

    yield start
    for sandbox in started:
        sandbox.http.close()
        sandbox.process.stop()


class Delivery(NamedTuple):
    """One callback as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes


class Receiver:
    """Somebody who is called back: answers with `statuses` one after the other, then with 200."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.statuses: list[int] = []
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.deliveries.append(Delivery(self.path, headers, json.loads(raw), raw))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silent
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()
