"""The whole site as real processes: the sandbox, the web process, and workers, on free ports of 127.0.0.1."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from sqlmodel import Session

from cuttingasmr import db
from cuttingasmr.credits import audit
from cuttingasmr.models import Video
from tests.support.ports import free_port
from tests.support.process import Process

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
OPERATOR = "operator@example.org"
T = TypeVar("T")


class Sandbox:
    """The strangers: their process, and their `/control`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {
            **os.environ,
            "SANDBOX_DATA_DIR": str(folder / "sandbox"),
            "SANDBOX_RENDER_SECONDS": "0.5",
            **environment,
        }
        command = [sys.executable, "-m", "cuttingasmr.sandbox", "--port", str(self.port)]
        self.process = Process(command, log=folder / "sandbox.log", env=env, cwd=ROOT)
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def start(self) -> Self:
        """Start it, and wait until it answers."""
        self.process.start().wait_for_http(f"{self.url}/healthz")
        return self

    def stop(self) -> None:
        """Stop it."""
        self._http.close()
        self.process.stop()

    def break_(
        self, mode: str, *, only: str = "", provider: str = "kie", seconds: float = 600, **more: Any
    ) -> None:
        """Break one provider, or one operation of it, for a while; `ok` mends it."""
        body = {"provider": provider, "mode": mode, "seconds": seconds, **more}
        answer = self._http.post("/control", json=body | ({"only": only} if only else {}))
        assert answer.is_success, answer.text

    def send_webhooks_to(self, address: str) -> None:
        """Let Creem's events go to this address from now on."""
        answer = self._http.post("/control", json={"provider": "creem", "webhookUrl": address})
        assert answer.is_success, answer.text

    def order(self, prompt: str, callback_url: str, *, key: str, flavour: str = "veo") -> str:
        """Order a video behind the site's back, and give its task's id."""
        told: dict[str, Any] = {"prompt": prompt, "model": "veo3_fast"}
        path = "/kie/api/v1/veo/generate"
        if flavour == "jobs":
            path, told = "/kie/api/v1/jobs/createTask", {"model": "veo-3-1", "input": told}
        body = told | {"callBackUrl": callback_url}
        answer = self._http.post(path, json=body, headers={"authorization": f"Bearer {key}"})
        return answer.json()["data"]["taskId"]

    def counts(self, provider: str = "kie") -> dict[str, int]:
        """Tell what a provider has received, by operation."""
        return self._http.get("/control").json()[provider]

    def tasks(self, prompt: str = "") -> list[dict[str, Any]]:
        """List the tasks that were created, by a part of their prompt."""
        found = self._http.get("/control/tasks", params={"prompt": prompt, "limit": "100000"}).json()
        return found["tasks"] if isinstance(found, dict) else found


class Site:
    """The site: one web process, which can be killed and started again, and its clients."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        sandbox: Sandbox,
        *,
        module: str = "cuttingasmr.serve",
        **environment: str,
    ) -> None:
        self.folder, self.database_url, self.sandbox, self.module = folder, database_url, sandbox, module
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "PORT": str(self.port),
            "APP_URL": self.url,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder / "data"),
            "SANDBOX_URL": sandbox.url,
            "SECRET_KEY": "of-the-tests",
            "POLL_FIRST_SECONDS": "0.5",
            "VEO3_CREATES_PER_WINDOW": "1000",  # the limit is tested where it is the question
            "ADMIN_EMAILS": OPERATOR,
            "GENERATION_LIMIT": "100000/minute",
            "API_LIMIT": "100000/minute",
            "API_WRITE_LIMIT": "100000/minute",
            **environment,
        }
        self.process = self._process("web")
        self._visitors: list[Visitor] = []

    def _process(self, name: str, **environment: str) -> Process:
        command = [sys.executable, "-m", self.module]
        return Process(command, log=self.folder / f"{name}.log", env={**self.env, **environment}, cwd=ROOT)

    def start(self) -> Self:
        """Start the web process, wait until it is healthy, and tell the sandbox's Creem where it is."""
        self.process.start().wait_for_http(f"{self.url}/api/health/ready")
        self.sandbox.send_webhooks_to(f"{self.url}/api/webhooks/creem")
        return self

    def worker(self, name: str) -> Process:
        """Give a worker of this site, to be started."""
        return self._process(name, WORKER="only")

    def visitor(self) -> Visitor:
        """Give a browser without cookies."""
        self._visitors.append(Visitor(self))
        return self._visitors[-1]

    def stop(self) -> None:
        """Stop the web process, and close its visitors' browsers."""
        for visitor in self._visitors:
            visitor.http.close()
        self.process.stop()

    def someone(self, *, email: str = "") -> Visitor:
        """Give somebody who has just signed up."""
        visitor = self.visitor()
        visitor.sign_up(email or f"{time.monotonic_ns()}@example.org")
        return visitor

    def findings(self) -> list[audit.Finding]:
        """Audit this site's money."""
        return self.look(audit.find_all)

    def video(self, video_id: str) -> Video:
        """Read a video's row."""
        return self.look(lambda session: session.get_one(Video, video_id))

    def look(self, unit: Callable[[Session], T]) -> T:
        """Read something from this site's database."""
        return self._with(unit, commit=False)

    def change(self, unit: Callable[[Session], T]) -> T:
        """Change something in this site's database."""
        return self._with(unit, commit=True)

    def _with(self, unit: Callable[[Session], T], *, commit: bool) -> T:
        engine = db.make_engine(db_url(self.database_url))
        try:
            with Session(engine, expire_on_commit=False) as session:
                result = unit(session)
                if commit:
                    session.commit()
                return result
        finally:
            engine.dispose()


def db_url(url: str) -> str:
    """Name the driver, as the settings do."""
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


class Visitor:
    """One browser's HTTP."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http = httpx.Client(base_url=site.url, trust_env=False, timeout=60)

    def sign_up(self, email: str) -> httpx.Response:
        """Open an account."""
        return self.http.post("/api/auth/sign-up", json={"email": email, "password": PASSWORD, "name": "Ada"})

    def generate(self, prompt: str, *, key: str | None = None, **more: Any) -> httpx.Response:
        """Ask for a video."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.http.post("/api/generate-video", json={"prompt": prompt, **more}, headers=headers)

    def start(self, prompt: str, **more: Any) -> str:
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
        return wait_until(
            lambda: self._in(video_id, stages), seconds=seconds, what=lambda: self.status(video_id)
        )

    def _in(self, video_id: str, stages: tuple[str, ...]) -> dict[str, Any] | None:
        try:
            seen = self.status(video_id)
        except httpx.TransportError:
            return None
        return seen if seen.get("stage") in stages else None


def wait_until(ready: Callable[[], T | None], *, seconds: float = 20, what: Callable[[], object] = str) -> T:
    """Wait until something is true, and give it; fail with `what` there is instead."""
    deadline = time.monotonic() + seconds
    while not (result := ready()):
        assert time.monotonic() < deadline, f"still not, after {seconds} s: {what()}"
        time.sleep(0.05)
    return result
