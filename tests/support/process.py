"""Real programs under test: started, waited for, killed, and never left behind."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import httpx

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
STOP_SECONDS = 20
_running: set[Process] = set()
_prctl: Callable[[int, int], int] | None = getattr(ctypes.CDLL(None), "prctl", None)  # Linux has it


class NotReady(AssertionError):
    """The program did not become ready; carries the end of what it wrote."""


class Process:
    """One program in a process group of its own, whose output goes to a file.

    It dies with the thread that started it, so start it from the main one. `user` gives up root's rights first.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
    ) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        self.env = dict(os.environ if env is None else env)
        self.cwd = cwd
        self.user = user
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it, once more after it ended if you like; its log is continued."""
        assert not self.is_running, f"{self.command[0]} runs already"
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=self.env,
                user=self.user,
                group=None if self.user is None else group_of(self.user),
                extra_groups=None if self.user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, which takes no lock
            )
        _running.add(self)
        return self

    @property
    def pid(self) -> int:
        """Its process id, also after its end."""
        assert self._popen is not None, "not started"
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        """Whether it lives."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def output(self) -> str:
        """All that it wrote so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait_for(self, ready: Callable[[], bool], *, seconds: float = 30) -> Self:
        """Wait until `ready()`; raises `NotReady`, with its output, when it ends before or takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                state = "is not ready" if self.is_running else f"ended with {self.wait()}"
                raise NotReady(f"{self.command} {state}\n{self.output[-4000:]}")
            time.sleep(0.03)
        return self

    def wait_for_http(self, url: str, *, seconds: float = 30) -> Self:
        """Wait until this address answers 200."""
        return self.wait_for(lambda: answers(url), seconds=seconds)

    def wait(self, *, seconds: float = STOP_SECONDS) -> int:
        """Wait for its end, and give its exit code."""
        assert self._popen is not None, "not started"
        return self._popen.wait(seconds)

    def stop(self, how: signal.Signals = signal.SIGTERM, *, seconds: float = STOP_SECONDS) -> int:
        """Ask it to stop, kill it when it takes longer than this, and give its exit code."""
        if self.is_running:
            os.kill(self.pid, how)
        try:
            return self.wait(seconds=seconds)
        except subprocess.TimeoutExpired:
            return self.kill9()
        finally:
            self._sweep()

    def kill9(self) -> int:
        """Kill it and all that it started, as a power cut would."""
        self._sweep()
        return self.wait()

    def _sweep(self) -> None:
        _running.discard(self)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def answers(url: str) -> bool:
    """Whether this address answers 200 now."""
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def ends(pid: int, *, seconds: float = 5) -> bool:
    """Whether this process ends within a few seconds; one that nobody has waited for yet counts as ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def group_of(user: str) -> int:
    """Give this account's own group."""
    import pwd  # noqa: PLC0415 - Unix alone has it

    return pwd.getpwnam(user).pw_gid


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@atexit.register
def _stop_all() -> None:
    for process in list(_running):
        process.kill9()
