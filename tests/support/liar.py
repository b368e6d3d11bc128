"""A server on this machine that answers whatever a test wants to hear, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Asked(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Liar:
    """Answers every request alike, but for paths that have words of their own in `lies`, and for what `invents` has words for.

    `says` and `status` can be changed at any time, and `speaks` cleared to keep them waiting.
    """

    def __init__(self) -> None:
        self.says, self.status, self.kind = b"", 200, "application/json"
        self.promises: int | None = None
        self.more: dict[str, str] = {}
        self.lies: dict[str, bytes] = {}
        self.invents: Callable[[Asked], bytes | None] = lambda _: None
        self.claims: dict[str, int] = {}
        """How many bytes it says that there are, by path."""
        self.pause = 0.0
        """Seconds between two bytes."""
        self.speaks = threading.Event()
        self.speaks.set()
        self.asked: list[Asked] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"


def _handler(liar: Liar) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            liar.asked.append(asked)
            liar.speaks.wait()
            invented = liar.invents(asked)
            says = liar.lies.get(self.path, liar.says) if invented is None else invented
            self.send_response(liar.status)
            self.send_header("content-type", liar.kind)
            self.send_header("content-length", str(liar.claims.get(self.path) or liar.promises or len(says)))
            for name, value in liar.more.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):  # who waited too long is gone
                for part in _parts(says, liar.pause):
                    self.wfile.write(part)
                    time.sleep(liar.pause)

        do_GET = do_POST  # noqa: N815 - the name is how the base class calls it

        def log_message(self, *_words: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silent
            pass

    return Answer


def _parts(says: bytes, pause: float) -> list[bytes]:
    """Cut what is said into bytes, where there is a pause between them."""
    return [bytes([byte]) for byte in says] if pause else [says]


@contextmanager
def lying() -> Iterator[Liar]:
    """Run one while the block runs."""
    liar = Liar()
    thread = threading.Thread(target=liar.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield liar
    finally:
        liar.speaks.set()
        liar.server.shutdown()
        thread.join()
        liar.server.server_close()
