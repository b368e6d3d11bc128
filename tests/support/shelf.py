"""A web server that gives files as their places do: with ranges and marks, or without; and that breaks in the middle."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shelf:
    """Gives `content`. The first `breaks` answers end after `after` bytes, as a broken line does."""

    def __init__(self) -> None:
        self.content = b""
        self.mark, self.ranges, self.length = '"one"', True, True
        self.breaks, self.after = 0, 0
        self.leads_to = ""
        self.asked: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"


def _handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            shelf.asked.append(asked)
            if shelf.leads_to:
                self._say(302, {"location": shelf.leads_to}, b"")
                return
            wants_rest = shelf.ranges and "range" in asked and asked.get("if-range") == shelf.mark
            begin, whole = int(asked["range"][6:].rstrip("-")) if wants_rest else 0, len(shelf.content)
            headers = {"content-range": f"bytes {begin}-{whole - 1}/{whole}"} if wants_rest else {}
            self._say(206 if wants_rest else 200, headers, shelf.content[begin:])

        def _say(self, status: int, headers: dict[str, str], content: bytes) -> None:
            headers |= {"etag": shelf.mark} if shelf.mark else {}
            headers |= {"content-length": str(len(content))} if shelf.length else {}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            breaks, shelf.breaks = shelf.breaks, max(0, shelf.breaks - 1)
            with contextlib.suppress(OSError):
                self.wfile.write(content[: shelf.after] if breaks else content)

        def log_message(self, *_words: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silent
            pass

    return Answer


@contextmanager
def shelving() -> Iterator[Shelf]:
    """Run one while the block runs."""
    shelf = Shelf()
    thread = threading.Thread(target=shelf.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shelf
    finally:
        shelf.server.shutdown()
        thread.join()
        shelf.server.server_close()
