"""Free ports on this machine."""

from __future__ import annotations

import random
import socket

FIRST, LAST = 20_000, 32_000
"""Below the kernel's own range, so that no outgoing connection takes the port before its server does."""

_random = random.SystemRandom()


def free_port() -> int:
    """Give a port on which nothing listens now. Random, so that parallel test runs do not meet."""
    while True:
        port = _random.randrange(FIRST, LAST)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether a server could listen here."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
