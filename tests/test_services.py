"""The tests' own servers do what the tests rely on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg2
import pytest
import redis

from tests.support import postgres as postgres_module
from tests.support import redis_server as redis_module
from tests.support.ports import free_port, is_free
from tests.support.postgres import Postgres
from tests.support.process import NotReady, Process, ends
from tests.support.redis_server import RedisServer

Launch = Callable[..., Process]
ROOT = Path(__file__).resolve().parent.parent
FOREVER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def test_databases_of_one_cluster_do_not_see_each_other(postgres: Postgres) -> None:
    left, right = (psycopg2.connect(postgres.create_database(name)) for name in ("left", "right"))

    left.cursor().execute("CREATE TABLE only_here (id int)")
    left.commit()

    with pytest.raises(psycopg2.errors.UndefinedTable):
        right.cursor().execute("SELECT 1 FROM only_here")
    left.close()
    right.close()


def test_a_database_can_be_a_copy_of_another(postgres: Postgres) -> None:
    original = psycopg2.connect(postgres.create_database("original"))
    original.cursor().execute("CREATE TABLE kept AS SELECT 7 AS number")
    original.commit()
    original.close()

    copy = psycopg2.connect(postgres.create_database("copy_of_it", template="original"))

    assert query(copy, "SELECT number FROM kept") == 7
    copy.close()


@pytest.mark.parametrize(
    "find",
    [
        pytest.param(postgres_module.find_binaries, id="the machine's, if it has any"),
        pytest.param(lambda: postgres_module.wheel_binaries()[0], id="the wheel's"),
    ],
)
def test_postgres_keeps_what_was_committed_when_it_is_killed(find: Callable[[], Path]) -> None:
    cluster = Postgres(find())
    try:
        connection = psycopg2.connect(cluster.start().create_database("kept"))
        connection.cursor().execute("CREATE TABLE kept AS SELECT 7 AS number")
        connection.commit()

        cluster.kill9()
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(cluster.url("kept"))
        again = psycopg2.connect(cluster.start().url("kept"))

        assert query(again, "SELECT number FROM kept") == 7
        again.close()
        connection.close()
    finally:
        cluster.remove()
    assert not cluster.folder.exists()


@pytest.mark.parametrize(
    "find",
    [
        pytest.param(redis_module.find_binary, id="the machine's, if it has any"),
        pytest.param(lambda: redis_module.wheel_binaries()[0], id="the wheel's"),
    ],
)
def test_redis_can_be_killed_and_started_again(find: Callable[[], Path]) -> None:
    server = RedisServer(find()).start()
    try:
        server.kill9()
        assert not server.answers()
        assert server.start().answers()
    finally:
        server.remove()


def test_redis_takes_and_gives(redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("wake", "up")

        assert client.get("wake") == b"up"


def test_free_ports_are_free_and_differ() -> None:
    ports = {free_port() for _ in range(20)}

    assert len(ports) > 15
    assert all(is_free(port) for port in ports)


def test_a_process_is_waited_for_until_it_answers(launch: Launch, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "hello.txt").write_text("hello")

    launch(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], cwd=tmp_path
    ).wait_for_http(f"http://127.0.0.1:{port}/hello.txt")

    assert httpx.get(f"http://127.0.0.1:{port}/hello.txt", trust_env=False).text == "hello"


def test_a_process_that_ends_early_shows_what_it_said(launch: Launch) -> None:
    process = launch([sys.executable, "-c", "raise SystemExit('no such key')"])

    with pytest.raises(NotReady, match="no such key"):
        process.wait_for_http(f"http://127.0.0.1:{free_port()}/")


def test_a_process_that_ignores_a_stop_is_killed(launch: Launch) -> None:
    process = launch([sys.executable, "-c", STUBBORN])
    process.wait_for(lambda: "deaf" in process.output)

    assert process.stop(seconds=0.2) == -signal.SIGKILL


def test_killing_a_process_takes_its_children_along(launch: Launch) -> None:
    parent = launch(["sh", "-c", "sleep 600 & echo $!; wait"])
    parent.wait_for(lambda: parent.output.endswith("\n"))
    child = int(parent.output)

    parent.kill9()

    assert ends(child)


def test_nothing_outlives_a_test_run_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tests.support.process import Process\n"
        f"child = Process({FOREVER!r}, log=Path({str(tmp_path / 'log')!r})).start()\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        child = int(run.stdout.readline())

        run.kill()

    assert ends(child)


def query(connection: psycopg2.extensions.connection, statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return (cursor.fetchone() or (None,))[0]
