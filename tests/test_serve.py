"""Starting and stopping: what cannot work says why in one sentence, and what was started together ends together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.process import Process, ends

Launch = Callable[..., Process]
ROOT = Path(__file__).resolve().parent.parent
FAMILY = """
import sys, time
sys.path.insert(0, "scripts")
from children import ChildEnded, Children
try:
    with Children() as children:
        children.start("The first", [sys.executable, "-c", "import time; time.sleep(600)"])
        children.start("The second", [sys.executable, "-c", "import time; time.sleep(600)"])
        print(*(child.pid for child in children._all.values()), flush=True)
        children.wait()
except ChildEnded as end:
    print(end, flush=True)
"""


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cuttingasmr.serve"]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_a_taken_port_is_named_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        answer = serve(PORT=str(taken.getsockname()[1]))

    assert answer.returncode == 2
    assert "Address already in use. Choose another one with PORT." in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_half_configured_production_names_all_that_is_missing() -> None:
    answer = serve(APP_ENV="production", PORT=str(free_port()), DATABASE_URL="postgresql://db/site")

    assert answer.returncode == 2
    assert "SECRET_KEY" in answer.stderr
    assert "REDIS_URL" in answer.stderr
    assert "DATABASE_URL" not in answer.stderr


def test_a_setting_of_the_wrong_kind_is_named() -> None:
    answer = serve(PORT="three thousand")

    assert answer.returncode == 2
    assert answer.stderr.startswith("PORT: ")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["by Ctrl-C", "by kill -9"])
def test_children_end_with_their_parent(launch: Launch, how: signal.Signals) -> None:
    parent = launch([sys.executable, "-c", FAMILY], cwd=ROOT)
    parent.wait_for(lambda: parent.output.endswith("\n"))
    children = [int(pid) for pid in parent.output.split()]

    os.kill(parent.pid, how)

    assert all(ends(child) for child in children)


def test_the_family_ends_when_one_of_it_does(launch: Launch) -> None:
    parent = launch([sys.executable, "-c", FAMILY], cwd=ROOT)
    parent.wait_for(lambda: parent.output.endswith("\n"))
    first, second = (int(pid) for pid in parent.output.split())

    os.kill(second, signal.SIGKILL)

    parent.wait()
    assert "The second ended with -9, so everything stops" in parent.output
    assert ends(first)
