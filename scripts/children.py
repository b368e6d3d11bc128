"""Programs that live and die together with the one that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import NoReturn, Self

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
STOP_SECONDS = 15
TICK_SECONDS = 0.1

prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux has it
browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ChildEnded(Exception):
    """A child ended, or did not become ready, before anybody wanted it to."""

    def __init__(self, name: str, what: str, code: int) -> None:
        self.code = code
        super().__init__(f"{name} {what}, so everything stops")


class Children:
    """A family of programs. Leaving its `with` ends each with all that it started; so does the parent's own death."""

    def __init__(self) -> None:
        self._all: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Begin without children; under `make`, end when it does. A shell may have had us ignore Ctrl-C: no more."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if "MAKELEVEL" in os.environ:
            die_with_parent(signal.SIGTERM)
        return self

    def __exit__(self, *_error: object) -> None:
        """End them, the last one first, each with `STOP_SECONDS` to finish; a second Ctrl-C kills."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in reversed(self._all.values()):
            with contextlib.suppress(KeyboardInterrupt):
                end(child)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def start(self, name: str, command: list[str], **environment: str) -> None:
        """Start one, in a process group of its own, so that a Ctrl-C reaches it through us alone.

        It has our environment, changed as said.
        """
        self._all[name] = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - there are no threads here
        )

    def check(self) -> None:
        """Raise `ChildEnded` if one is no more."""
        for name, child in self._all.items():
            if (code := child.poll()) is not None:
                raise ChildEnded(name, f"ended with {code}", code)

    def wait(self) -> NoReturn:
        """Wait until one ends, which raises `ChildEnded`."""
        while True:
            self.check()
            time.sleep(TICK_SECONDS)

    def wait_for_http(self, url: str, *, seconds: float) -> None:
        """Wait until this address answers 200. Raises `ChildEnded` when a child ends or it takes longer."""
        deadline = time.monotonic() + seconds
        while not answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise ChildEnded(url, f"did not answer within {seconds:.0f} s", 1)
            time.sleep(TICK_SECONDS)


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask one to stop, and wait a while for it."""
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)


def answers(url: str) -> bool:
    """Whether this address answers 200 now."""
    try:
        with browser.open(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def die_with_parent(how: signal.Signals) -> None:
    """Let the kernel send this process a signal when its parent dies, however that happens."""
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, how)
