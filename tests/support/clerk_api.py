"""An API whose people Clerk signs in, with the sandbox's Clerk behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from sqlmodel import Session, col, select

from cuttingasmr import db
from cuttingasmr.auth import sessions
from cuttingasmr.models import User
from tests.support.api import Api, serving
from tests.support.clerk_door import ClerkDoor
from tests.support.site import Sandbox


class Somebody(NamedTuple):
    """A person at Clerk, their session there, and their browser here."""

    clerk_id: str
    session_id: str
    http: httpx.Client

    @property
    def cookie(self) -> str:
        """What their browser holds of us."""
        return self.http.cookies[sessions.COOKIE]


class ClerkApi:
    """The API, and the door behind its Clerk."""

    def __init__(self, api: Api, door: ClerkDoor) -> None:
        self.api, self.door = api, door

    def exchange(self, token: str, browser: httpx.Client | None = None) -> httpx.Response:
        """Exchange a token, in a browser of its own unless there is one."""
        headers = {"Authorization": f"Bearer {token}"}
        return (browser or self.api.browser()).post("/api/auth/clerk", headers=headers)

    def someone(self, **fields: Any) -> Somebody:
        """Let somebody new join at Clerk and come here."""
        user = self.door.join(**fields)
        return self.arrive(user["id"])

    def arrive(self, clerk_id: str) -> Somebody:
        """Let somebody sign in at Clerk and come here, in another browser."""
        session_id, browser = self.door.sign_in(clerk_id), self.api.browser()
        answer = self.exchange(self.door.token(clerk_id, session_id), browser)
        assert answer.status_code == 200, answer.text
        return Somebody(clerk_id, session_id, browser)

    def row(self, clerk_id: str) -> User:
        """Read somebody's account."""
        return db.look(_row, clerk_id)

    def is_signed_in(self, browser: httpx.Client) -> bool:
        """Ask who is signed in."""
        return browser.get("/api/auth/session").json()["user"] is not None


def _row(session: Session, clerk_id: str) -> User:
    return session.exec(select(User).where(col(User.clerk_id) == clerk_id)).one()


@contextlib.contextmanager
def serving_clerk(url: str, sandbox: Sandbox, folder: Path, **environment: str) -> Iterator[ClerkApi]:
    """Serve an API on this database, and let Clerk tell it what happens."""
    with serving(url, sandbox, folder, clerk_publishable_key="sandbox", **environment) as api:
        door = ClerkDoor(sandbox.url, origin=api.url)
        door.send_to(api.url)
        try:
            yield ClerkApi(api, door)
        finally:
            door.send_to("")
            door.http.close()
