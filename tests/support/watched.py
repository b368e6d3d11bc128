"""The site, with a window into it: `GET /watched` tells how many pages listen and how many statements were run.

`python -m tests.support.watched` serves it as `python -m cuttingasmr.serve` would.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from cuttingasmr import live, serve
from tests.support.site import Site


class WatchedSite(Site):
    """A site behind that window."""

    def seen(self) -> dict[str, int]:
        """Look in: how many pages listen now, and how many statements were run so far."""
        return httpx.get(f"{self.url}/watched", trust_env=False).json()


_counts: Counter[str] = Counter()


def make() -> ASGIApp:
    """Make the site's application, behind the window."""
    event.listen(Engine, "before_cursor_execute", _count)
    site = serve.make_site()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/watched":
            await _tell(send)
        else:
            await site(scope, receive, send)

    return watched


def _count(*_details: object) -> None:
    _counts["statements"] += 1


async def _tell(send: Send) -> None:
    heard = sum(len(listeners) for listeners in live._switchboard._listeners.values())
    body = json.dumps({"listeners": heard, "statements": _counts["statements"]}).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    serve.APP = "tests.support.watched:make"
    sys.exit(serve.main(sys.argv[1:]))
