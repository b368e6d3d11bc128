"""The sandbox's Clerk from behind: making people, sessions, tokens and events as a test needs them."""

from __future__ import annotations

from typing import Any

import httpx


class ClerkDoor:
    """`/clerk/sandbox` of a running sandbox. `origin` is the page that tokens are minted for."""

    def __init__(self, sandbox_url: str, *, origin: str = "") -> None:
        self.origin = origin
        self._url = sandbox_url
        self.http = httpx.Client(base_url=f"{sandbox_url}/clerk/sandbox", trust_env=False, timeout=30)

    def join(self, *, deliver: str = "never", **fields: Any) -> dict[str, Any]:
        """Make a user; `email` and `verified` stand for their one address."""
        return self._post("/users", deliver=deliver, **fields)["user"]

    def change(self, user_id: str, *, deliver: str = "once", **fields: Any) -> str:
        """Change a user, and give the id of the event that tells it."""
        return self._post(f"/users/{user_id}", deliver=deliver, **fields)["event"]

    def leave(self, user_id: str, *, deliver: str = "once") -> str:
        """Delete a user, and give the id of the event that tells it."""
        return self._post(f"/users/{user_id}/delete", deliver=deliver)["event"]

    def sign_in(self, user_id: str) -> str:
        """Begin a session, and give its id."""
        return self._post(f"/users/{user_id}/sessions", deliver="never")["session"]["id"]

    def mark(self, session_id: str, what: str, *, deliver: str = "once") -> str:
        """`end`, `remove` or `revoke` a session, or let it be `pending`; give the id of the event that tells it."""
        return self._post(f"/sessions/{session_id}/{what}", deliver=deliver)["event"]

    def token(self, user_id: str, session_id: str, *, kind: str = "good", **claims: Any) -> str:
        """Mint a token of this kind, with these claims over the usual ones."""
        told = {"user": user_id, "session": session_id, "kind": kind, "origin": self.origin, "claims": claims}
        return self._post("/tokens", **told)["token"]

    def token_of(self, user_id: str) -> str:
        """Mint a good token in a new session."""
        return self.token(user_id, self.sign_in(user_id))

    def rotate(self, name: str = "") -> None:
        """Let Clerk sign with another key from now on, of the same name unless there is a new one."""
        self._post("/keys/rotate", name=name)

    def tell(self, kind: str, data: object) -> str:
        """Make any event at all, untold, and give its id."""
        return self._post("/events", type=kind, data=data, deliver="never")["event"]

    def deliver(self, event_id: str, *, times: int = 1, alter: str | None = None) -> list[int]:
        """Send an event (again), as it is or spoilt, and give the statuses that were answered."""
        return self._post(f"/events/{event_id}/deliver", times=times, alter=alter)["statuses"]

    def events(self) -> list[dict[str, Any]]:
        """List what was told, newest first."""
        return self.http.get("/events").json()["events"]

    def send_to(self, site_url: str) -> None:
        """Let events go to this site from now on."""
        told = {"provider": "clerk", "webhookUrl": site_url and f"{site_url}/api/webhooks/clerk"}
        assert httpx.post(f"{self._url}/control", json=told, trust_env=False).is_success

    def _post(self, path: str, **told: Any) -> dict[str, Any]:
        answer = self.http.post(path, json=told)
        assert answer.is_success, answer.text
        return answer.json()
