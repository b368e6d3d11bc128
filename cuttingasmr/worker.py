"""A process that runs workflows and nothing else: `WORKER=only`."""

from __future__ import annotations

import signal
import threading

from cuttingasmr.chores import CHORES
from cuttingasmr.generation.supervisor import Supervisor


def run() -> None:
    """Run workflows until SIGINT or SIGTERM; what is under way then goes on in the next process."""
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: stopping.set())
    supervisor = Supervisor(CHORES)
    supervisor.start()
    stopping.wait()
    supervisor.stop()
